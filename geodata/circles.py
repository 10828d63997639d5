"""A circle on the ground as a polygon. Pure."""

import math
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon

EARTH_KM = 6371.0088
SIDES = 72
SRID = 4326


def circle(centre: Point, radius_km: float) -> MultiPolygon:
    """All points `radius_km` around a WGS 84 point, on the sphere; in two parts where it crosses the antimeridian."""
    ring = [on_the_rim(centre, radius_km, 2 * math.pi * i / SIDES) for i in range(SIDES)]
    whole = Polygon([*ring, ring[0]])
    parts = [
        moved(whole.intersection(Polygon.from_bbox((west, -90, west + 360, 90))), -180 - west)
        for west in (-540, -180, 180)
    ]
    return multi(*parts)


def on_the_rim(centre: Point, radius_km: float, bearing: float) -> tuple[float, float]:
    """May lie beyond ±180, so that the ring stays in one piece."""
    lat, angle = math.radians(centre.y), radius_km / EARTH_KM
    north = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(north)
    )
    return centre.x + math.degrees(east), math.degrees(north)


def moved(part: Any, degrees: float) -> GEOSGeometry:
    if not degrees or part.empty:
        return part
    return Polygon([(x + degrees, y) for x, y in part.exterior_ring.coords])


def multi(*parts: GEOSGeometry) -> MultiPolygon:
    """What these cover together, as one MultiPolygon."""
    whole: Any = MultiPolygon([], srid=SRID)
    for part in parts:
        part = part.clone()
        part.srid = SRID
        whole = whole.union(part)
    polygons = [whole] if isinstance(whole, Polygon) else [one for one in whole if isinstance(one, Polygon)]
    return MultiPolygon(polygons, srid=SRID)
