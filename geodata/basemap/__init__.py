"""The base map: our own boundaries as vector tiles, or one of three other sources, by the setting BASEMAP.

`build()` draws the map from the areas; `tile()` gives one tile; `client_config()` tells a page
which map to show.
"""

from geodata.basemap.build import build
from geodata.basemap.sources import client_config
from geodata.basemap.tiles import tile, version

__all__ = ["build", "client_config", "tile", "version"]
