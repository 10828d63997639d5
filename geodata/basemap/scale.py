"""Zooms and sizes shared by the drawing of the map and its tiles."""

# A data tile covers 512 CSS pixels: the tiles of zoom z are shown at display zoom z + 1. The outlines we hold
# have a vertex every few hundred metres, which zoom 10 shows whole: closer views enlarge its tiles.
MAX_DATA_ZOOM = 10
TILE_PX = 512
WORLD_M = 40_075_016.685578488


def pixel_m(zoom: int) -> float:
    """Width of one CSS pixel of a data tile, in Web Mercator units."""
    return WORLD_M / (TILE_PX * 2**zoom)
