from geodata.models.areas import Area, AreaPart
from geodata.models.located import Located
from geodata.models.toponyms import Toponym

__all__ = ["Area", "AreaPart", "Located", "Toponym"]
