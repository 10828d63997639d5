"""Territories across the 180th meridian, drawn in every way there is: one territory, in parts that all maps show."""

import json
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from geodata.antimeridian import cut, in_one_piece, joined
from geodata.geometry import GeometryRefused, read_geojson

# From 179 east to 176 west: Futuna (178.1 west) and Wallis (176.2 west) are inside.
BEYOND_EAST = [[179, -15], [184, -15], [184, -13], [179, -13], [179, -15]]
BEYOND_WEST = [[lon - 360, lat] for lon, lat in BEYOND_EAST]
LONG_WAY = [[lon - 360 if lon > 180 else lon, lat] for lon, lat in BEYOND_EAST]
FUTUNA, WALLIS, FIJI, LYON = Point(-178.1, -14.3), Point(-176.2, -13.3), Point(178.5, -18), Point(4.8, 45.8)


def document(*polygons: list[list[list[float]]]) -> str:
    return json.dumps({"type": "MultiPolygon", "coordinates": list(polygons)})


def refused(raw: str) -> GeometryRefused:
    with pytest.raises(GeometryRefused) as caught:
        read_geojson(raw)
    return caught.value


def has(zone: Any, *points: Point) -> list[bool]:
    return [zone.covers(point) for point in points]


@pytest.mark.parametrize("ring", [BEYOND_EAST, BEYOND_WEST], ids=["drawn eastwards", "drawn westwards"])
def test_what_is_drawn_over_the_edge_of_the_map_is_cut_there(ring: list[list[float]]) -> None:
    zone = read_geojson(document([ring]))
    assert sorted(part.extent for part in zone) == [(-180, -15, -176, -13), (179, -15, 180, -13)]
    assert (zone.valid, zone.srid, zone.area) == (True, 4326, 10)
    assert has(zone, FUTUNA, WALLIS, FIJI, LYON) == [True, True, False, False]
    assert read_geojson(zone.geojson).equals(zone)


def test_a_zone_drawn_in_the_next_copy_of_the_world_is_brought_back() -> None:
    zone = read_geojson(document([[[lon + 360, lat] for lon, lat in [[2, 46], [3, 46], [3, 47], [2, 46]]]]))
    assert zone.extent == (2, 46, 3, 47)


def test_an_edge_half_around_the_earth_is_no_territory_of_the_whole_earth() -> None:
    answer = refused(document([LONG_WAY]))
    assert (answer.code, "180e" in answer.message) == ("antimeridian", True)
    assert answer.repaired is not None
    assert answer.repaired.equals(read_geojson(document([BEYOND_EAST])))


def test_one_that_is_not_closed_either() -> None:
    answer = refused(document([LONG_WAY[:-1]]))
    assert answer.repaired is not None
    assert answer.repaired.area == 10


@pytest.mark.parametrize("turn", [0, 360, -360])
def test_holes_and_islands_stay_where_they_are(turn: int) -> None:
    hole = [[179.5, -14.5], [179.5, -13.5], [181, -13.5], [181, -14.5], [179.5, -14.5]]
    inside = [[182, -14.5], [182, -13.5], [182.5, -13.5], [182.5, -14.5], [182, -14.5]]
    island = [[2, 46], [3, 46], [3, 47], [2, 46]]
    polygon = [[[lon + turn, lat] for lon, lat in ring] for ring in (BEYOND_EAST, hole, inside)]
    if turn == 360:
        polygon = [[[lon - 360, lat] for lon, lat in ring] for ring in polygon]
    zone = read_geojson(document(polygon, [island]))
    assert zone.area == pytest.approx(10 - 1.5 - 0.5 + 0.5)
    assert has(zone, Point(179.9, -14), Point(-179.5, -14), Point(-177.7, -14), FUTUNA, Point(2.9, 46.5)) == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_holes_of_a_ring_drawn_the_long_way() -> None:
    hole = [[-177.9, -14], [-177.9, -13.5], [-177.4, -13.5], [-177.4, -14], [-177.9, -14]]
    answer = refused(document([LONG_WAY, hole]))
    assert answer.repaired is not None
    assert answer.repaired.area == 10 - 0.25


@pytest.mark.parametrize(
    "ring",
    [
        [[541, -15], [542, -15], [542, -13], [541, -15]],
        [[1e9, -15], [2, -15], [2, -13], [1e9, -15]],
    ],
)
def test_further_than_the_next_copy_is_out_of_range(ring: list[list[float]]) -> None:
    assert refused(document([ring])).code == "out_of_range"


def test_across_the_antimeridian_but_far_from_france() -> None:
    """The rectangle around both its parts goes around the world, through France."""
    assert refused(document([[[179, 45], [181, 45], [181, 46], [179, 45]]])).code == "outside_france"


def test_a_ring_around_the_pole_has_no_short_way() -> None:
    answer = refused(document([[[-170, -80], [-10, -80], [150, -80], [-170, -80]]]))
    assert (answer.code, answer.repaired) == ("antimeridian", None)


def test_what_does_not_cross_is_left_as_it_is() -> None:
    square = MultiPolygon(Polygon.from_bbox((2, 46, 3, 47)), srid=4326)
    assert cut(square) is square
    rings = [[(2.0, 46.0), (3.0, 46.0), (3.0, 47.0), (2.0, 46.0)]]
    assert in_one_piece(rings) is rings


def test_what_overlaps_becomes_one() -> None:
    first, second = Polygon.from_bbox((0, 0, 2, 2)), Polygon.from_bbox((1, 1, 3, 3))
    far = MultiPolygon(Polygon.from_bbox((9, 9, 10, 10)), srid=4326)
    both = joined(first, second)
    assert (len(both), both.srid, both.area) == (1, 4326, 7)
    assert len(joined(both, far)) == 2
