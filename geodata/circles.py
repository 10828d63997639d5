"""A circle on the ground as a polygon. Pure."""

import math

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from geodata.antimeridian import cut

EARTH_KM = 6371.0088
SIDES = 72
SRID = 4326


def circle(centre: Point, radius_km: float) -> MultiPolygon:
    """All points `radius_km` around a WGS 84 point, on the sphere; in two parts where it crosses the antimeridian."""
    ring = [on_the_rim(centre, radius_km, 2 * math.pi * i / SIDES) for i in range(SIDES)]
    return cut(MultiPolygon(Polygon([*ring, ring[0]]), srid=SRID))


def on_the_rim(centre: Point, radius_km: float, bearing: float) -> tuple[float, float]:
    """May lie beyond ±180, so that the ring stays in one piece."""
    lat, angle = math.radians(centre.y), radius_km / EARTH_KM
    north = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(north)
    )
    return centre.x + math.degrees(east), math.degrees(north)
