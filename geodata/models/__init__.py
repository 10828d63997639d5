from geodata.models.areas import Area, AreaPart
from geodata.models.basemap import BasemapBuild, BasemapFeature, BasemapTile
from geodata.models.located import Located
from geodata.models.outages import Outage
from geodata.models.toponyms import Toponym

__all__ = [
    "Area",
    "AreaPart",
    "BasemapBuild",
    "BasemapFeature",
    "BasemapTile",
    "Located",
    "Outage",
    "Toponym",
]
