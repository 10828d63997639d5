"""The grid that gathers the points of a map: square cells on the screen, fixed on the ground.

A cell is CELL_PX wide at the map's zoom, and grows by doubling until the rectangle has at most MOST_CELLS of
them. Cells do not move with the rectangle, so groups stay what they are while a person drags the map.
"""

import math
from dataclasses import dataclass

from django.contrib.gis.geos import Polygon

CELL_PX = 64
TILE_PX = 256
MOST_CELLS = 300
MAX_LATITUDE = 85.0511


@dataclass(frozen=True)
class Grid:
    """`size` is the width of a cell in degrees of longitude, and its height on the Mercator scale."""

    size: float

    @classmethod
    def of(cls, bbox: Polygon, zoom: int) -> "Grid":
        size = 360 / 2**zoom * CELL_PX / TILE_PX
        west, south, east, north = bbox.extent
        width, height = east - west, mercator(north) - mercator(south)
        while (width // size + 2) * (height // size + 2) > MOST_CELLS:
            size *= 2
        return cls(size)

    def sql(self) -> tuple[str, str]:
        """Column and row of a point, as SQL templates over `%(expressions)s`."""
        clipped = f"greatest(least(ST_Y(%(expressions)s), {MAX_LATITUDE}), -{MAX_LATITUDE})"
        column = f"floor((ST_X(%(expressions)s) + 180) / {self.size!r})::int"
        row = f"floor(degrees(ln(tan(pi() / 4 + radians({clipped}) / 2))) / {self.size!r})::int"
        return column, row


def mercator(latitude: float) -> float:
    """Latitude on the scale of the map, in the degrees of its longitudes."""
    clipped = max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(clipped) / 2)))
