"""Where the map ends, 180 degrees from Greenwich, a territory goes on: it is cut there, as GeoJSON wants it
(RFC 7946, 3.1.9). Pure."""

from itertools import pairwise
from typing import Any

from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, MultiPolygon, Polygon

SRID = 4326
HALF_TURN, TURN = 180, 360
# A drawing begun beyond the edge of the map is in the world's next copy, no further.
FURTHEST = HALF_TURN + TURN

Position = tuple[float, float]
Ring = list[Position]


def in_one_piece(rings: list[Ring]) -> list[Ring]:
    """A polygon's closed rings as they are, unless an edge goes more than half around the Earth: it was meant
    the short way, across the antimeridian, so all go on beyond 180, holes inside their shell.

    A ring around a pole does not close that way: then there is no polygon, and no ring is given.
    """
    if all(abs(after[0] - before[0]) <= HALF_TURN for ring in rings for before, after in pairwise(ring)):
        return rings
    shell, *holes = (_short_way(ring) for ring in rings)
    west, east = min(x for x, _y in shell), max(x for x, _y in shell)
    found = [shell, *(_between(hole, west, east) for hole in holes)]
    return found if all(ring[0] == ring[-1] for ring in found) else []


def cut(geometry: MultiPolygon) -> MultiPolygon:
    """The same territory, every part of it between -180 and 180: cut where it crosses. `geometry` is valid."""
    west, _south, east, _north = geometry.extent
    if west >= -HALF_TURN and east <= HALF_TURN:
        return geometry
    return joined(
        *(
            moved(part, -HALF_TURN - start)
            for start in (-FURTHEST, -HALF_TURN, HALF_TURN)
            for part in polygons(geometry.intersection(Polygon.from_bbox((start, -90, start + TURN, 90))))
        )
    )


def moved(part: Polygon, degrees: float) -> Polygon:
    return Polygon(*([(x + degrees, y) for x, y in ring.coords] for ring in part)) if degrees else part


def polygons(geometry: Any) -> list[Polygon]:
    """Those it is made of; lines and points where it only touches are left."""
    if isinstance(geometry, Polygon):
        return [] if geometry.empty else [geometry]
    if isinstance(geometry, GeometryCollection):
        return [one for part in geometry for one in polygons(part)]
    return []


def joined(*parts: GEOSGeometry) -> MultiPolygon:
    """What these cover together, as one MultiPolygon."""
    whole: Any = MultiPolygon([], srid=SRID)
    for part in parts:
        part = part.clone()
        part.srid = SRID
        whole = whole.union(part)
    return MultiPolygon(polygons(whole), srid=SRID)


def _short_way(ring: Ring) -> Ring:
    turns, found = 0, ring[:1]
    for before, (x, y) in pairwise(ring):
        turns += (x < before[0] - HALF_TURN) - (x > before[0] + HALF_TURN)
        found.append((x + turns * TURN, y))
    return found


def _between(ring: Ring, west: float, east: float) -> Ring:
    for turn in (0, TURN, -TURN):
        if all(west <= x + turn <= east for x, _y in ring):
            return [(x + turn, y) for x, y in ring]
    return ring
