"""Circles on the ground, measured by PostGIS."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from geodata.circles import circle

pytestmark = pytest.mark.django_db


def measured(sql: str, *values: object) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", values)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("lon", "lat", "parts"),
    [(2.35, 48.86, 1), (55.5, -21, 1), (-176.2, -13.3, 1), (-179.9, -14, 2), (179.95, -14, 2), (180, 0, 2)],
)
def test_every_point_of_the_rim_is_as_far(lon: float, lat: float, parts: int) -> None:
    found = circle(Point(lon, lat, srid=4326), 50)
    assert found.valid
    assert len(found) == parts
    west, _south, east, _north = found.extent
    assert (west >= -180, east <= 180) == (True, True)
    area = measured("ST_Area(ST_GeomFromEWKB(%s)::geography) / 1e6", bytes(found.ewkb))
    assert area == pytest.approx(7854, rel=0.01)
    centre = Point(lon, lat, srid=4326)
    far = "max(ST_DistanceSphere(rim.geom, ST_GeomFromEWKB(%s))) FROM ST_DumpPoints(ST_GeomFromEWKB(%s)) rim"
    assert measured(far, bytes(centre.ewkb), bytes(found.ewkb)) == pytest.approx(50_000, rel=0.001)
