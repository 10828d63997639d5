"""The database keeps the pieces of an outline."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection

from geodata.models import Area, AreaPart

pytestmark = pytest.mark.django_db


def square(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


@pytest.fixture
def area() -> Area:
    return Area.objects.create(
        level="commune", code="99001", name="Carré", geom=square(0, 0, 1, 1), point=Point(0.5, 0.5)
    )


def covered(lon: float, lat: float) -> bool:
    return Area.objects.covering(Point(lon, lat, srid=4326)).exists()


def test_an_area_is_cut_when_it_is_made(area: Area) -> None:
    assert AreaPart.objects.filter(area=area).count() == 1
    assert covered(0.5, 0.5)


def test_a_changed_outline_is_cut_again(area: Area) -> None:
    Area.objects.filter(pk=area.pk).update(geom=square(2, 2, 3, 3))
    assert not covered(0.5, 0.5)
    assert covered(2.5, 2.5)


def test_plain_sql_cuts_too(area: Area) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_area SET geom = ST_Translate(geom, 10, 0)")
    assert covered(10.5, 0.5)


def test_an_outline_of_many_vertices_becomes_small_pieces(area: Area) -> None:
    area.geom = MultiPolygon(Point(5, 5).buffer(1, 1000), srid=4326)
    area.save()
    sizes = [part.geom.num_coords for part in AreaPart.objects.all()]
    assert len(sizes) > 10
    assert max(sizes) <= 129
    assert covered(5, 5)


def test_a_lost_outline_and_a_deleted_area_leave_nothing(area: Area) -> None:
    Area.objects.update(geom=None)
    assert not AreaPart.objects.exists()
    Area.objects.update(geom=square(0, 0, 1, 1))
    area.delete()
    assert not AreaPart.objects.exists()


def test_a_point_on_the_border_is_covered(area: Area) -> None:
    assert covered(1, 0.5)
    assert covered(0, 0)
    assert not covered(1.0000001, 0.5)
