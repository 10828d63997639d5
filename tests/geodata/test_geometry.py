"""The guard for geometry that comes from outside: what passes is safe, what does not says why in French."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.geometry import GeometryRefused, read_bbox, read_geojson, read_point

SQUARE = [[2, 46], [3, 46], [3, 47], [2, 47], [2, 46]]
BOW_TIE = [[2, 46], [3, 47], [3, 46], [2, 47], [2, 46]]


def polygon(*rings: Any) -> bytes:
    return json.dumps({"type": "Polygon", "coordinates": list(rings)}).encode()


def guarded(read: Callable[[Any], Any], raw: Any) -> Any:
    """The geometry read, or its refusal; anything else raised is a failure."""
    try:
        return read(raw)
    except GeometryRefused as refused:
        return refused


def refusal(raw: bytes | str) -> GeometryRefused:
    with pytest.raises(GeometryRefused) as caught:
        read_geojson(raw)
    assert caught.value.message
    return caught.value


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        {
            "type": "Feature",
            "properties": {"a": {"b": []}},
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        },
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}],
        },
        {"type": "Polygon", "coordinates": [[[*position, 120.0] for position in SQUARE]]},
    ],
)
def test_a_zone_passes_as_a_flat_multipolygon(document: dict[str, Any]) -> None:
    zone = read_geojson(json.dumps(document))
    assert isinstance(zone, MultiPolygon)
    assert (zone.srid, zone.hasz, zone.valid) == (4326, False, True)
    assert zone.extent == (2, 46, 3, 47)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"POLYGON((2 46, 3 46, 3 47, 2 46))", "not_json"),
        (b"0103000020E6100000", "not_json"),
        (b"1" * 5000, "not_json"),
        (b"[]", "not_geojson"),
        (b"null", "not_geojson"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
        (b" " * 1_000_001, "too_big"),
        (polygon(), "empty"),
        (b'{"type":"FeatureCollection","features":[]}', "empty"),
        (b'{"type":"FeatureCollection","features":7}', "empty"),
        (b'{"type":"Feature","geometry":null}', "empty"),
        (b'{"type":"Polygon"}', "not_geojson"),
        (b'{"type":"Polygon","coordinates":{"a":1}}', "not_geojson"),
        (b'{"type":"Polygon","coordinates":[[1,2,3,4]]}', "not_geojson"),
        (b'{"type":"Polygon","coordinates":[[[2],[3],[4],[2]]]}', "not_geojson"),
        (b'{"type":"Point","coordinates":[2,46]}', "wrong_type"),
        (b'{"type":"GeometryCollection","geometries":[]}', "wrong_type"),
        (b'{"type":["Polygon"],"coordinates":[]}', "wrong_type"),
        (polygon([["2", 46], [3, 46], [3, 47], ["2", 46]]), "not_a_number"),
        (polygon([[True, 46], [3, 46], [3, 47], [True, 46]]), "not_a_number"),
        (polygon([["NaN", 46], [3, 46], [3, 47], ["NaN", 46]]), "not_a_number"),
        (polygon([[float("nan"), 46], [3, 46], [3, 47], [2, 46]]), "out_of_range"),
        (polygon([[float("inf"), 46], [3, 46], [3, 47], [2, 46]]), "out_of_range"),
        (polygon([[1e6, 46], [3, 46], [3, 47], [1e6, 46]]), "out_of_range"),
        (polygon([[10**400, 46], [3, 46], [3, 47], [2, 46]]), "out_of_range"),
        (
            polygon([[652000, 6862000], [653000, 6862000], [653000, 6863000], [652000, 6862000]]),
            "out_of_range",
        ),
        (polygon([[2, 46], [3, 46], [2, 46]]), "too_few_vertices"),
        (polygon([[2, 46]] * 4), "too_few_vertices"),
        (polygon([[2 + i / 1e5, 46 + i / 1e5] for i in range(10_001)]), "too_many_vertices"),
        (polygon(*[SQUARE] * 2_001), "too_many_vertices"),
        (polygon([[-100, 40], [-99, 40], [-99, 41], [-100, 40]]), "outside_france"),
        (b'{"type":"Polygon","crs":{"type":"name"},"coordinates":[]}', "crs"),
    ],
)
def test_refused_with_a_reason(raw: bytes, code: str) -> None:
    assert refusal(raw).code == code


def test_brackets_inside_texts_are_not_nesting() -> None:
    document = {"type": "Feature", "properties": {"a": '[{"\\' * 50}, "geometry": json.loads(polygon(SQUARE))}
    assert read_geojson(json.dumps(document)).extent == (2, 46, 3, 47)


def test_a_bow_tie_is_refused_and_repaired() -> None:
    refused = refusal(polygon(BOW_TIE))
    assert refused.code == "invalid"
    assert refused.repaired is not None
    assert refused.repaired.valid
    assert refused.repaired.area == pytest.approx(0.5)
    assert read_geojson(refused.repaired.geojson).equals(refused.repaired)


def test_overlapping_polygons_are_refused_and_joined() -> None:
    shifted = [[x + 0.5, y] for x, y in SQUARE]
    refused = refusal(json.dumps({"type": "MultiPolygon", "coordinates": [[SQUARE], [shifted]]}))
    assert refused.code == "invalid"
    assert refused.repaired is not None
    assert refused.repaired.valid


def test_an_open_ring_is_refused_and_closed() -> None:
    refused = refusal(polygon(SQUARE[:-1]))
    assert refused.code == "not_closed"
    assert refused.repaired is not None
    assert refused.repaired.area == pytest.approx(1)


def test_latitude_first_is_recognised() -> None:
    refused = refusal(polygon([[y, x] for x, y in SQUARE]))
    assert refused.code == "outside_france"
    assert refused.repaired is not None
    assert refused.repaired.extent == (2, 46, 3, 47)


@pytest.mark.parametrize(
    "lon_lat", [(-61.5, 16.2), (55.5, -21.1), (-52.3, 4.9), (45.2, -12.8), (-56.2, 46.8)]
)
def test_overseas_lands_are_france(lon_lat: tuple[float, float]) -> None:
    lon, lat = lon_lat
    corners = [[lon, lat], [lon + 0.1, lat], [lon + 0.1, lat + 0.1], [lon, lat]]
    assert read_geojson(polygon(corners)).valid


@pytest.mark.parametrize("vertices", [100, 9_990])
def test_the_worst_shapes_are_answered_at_once(vertices: int) -> None:
    zig_zag = [[2 + i % 2, 45 + i / vertices] for i in range(vertices)]
    tangle = [[2 + (i * 0.618) % 1, 45 + (i * 0.414 * i) % 1] for i in range(vertices)]
    start = time.monotonic()
    for ring in (zig_zag, tangle):
        assert refusal(polygon([*ring, ring[0]])).code == "invalid"
    assert time.monotonic() - start < 5  # seconds; unguarded, the second takes minutes


@given(st.binary(max_size=400))
def test_bytes_never_raise_anything_else(raw: bytes) -> None:
    outcome = guarded(read_geojson, raw)
    assert isinstance(outcome, MultiPolygon) or outcome.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["type", "crs", "x"]), inner),
    max_leaves=20,
)


@given(
    kind=st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "Point"]),
    value=json_values,
    member=st.sampled_from(["coordinates", "geometry", "features"]),
)
def test_any_json_is_a_zone_or_a_refusal(kind: str, value: Any, member: str) -> None:
    outcome = guarded(read_geojson, json.dumps({"type": kind, member: value}))
    assert isinstance(outcome, MultiPolygon) or outcome.message


corner = st.tuples(st.floats(-4, 8), st.floats(42, 51))


@settings(max_examples=200, deadline=None)
@given(st.lists(corner, min_size=3, max_size=12))
def test_any_ring_is_valid_or_its_repair_is(corners: list[tuple[float, float]]) -> None:
    outcome = guarded(read_geojson, polygon([*corners, corners[0]]))
    zone = outcome.repaired if isinstance(outcome, GeometryRefused) else outcome
    assert zone is None or (zone.valid and zone.srid == 4326)


def test_points() -> None:
    assert read_point("4.8357", 45.764).coords == (4.8357, 45.764)
    assert read_point(180, -90).srid == 4326


@pytest.mark.parametrize(
    ("lon", "lat", "field", "code"),
    [
        (None, 45, "lon", "missing"),
        (4, " ", "lat", "missing"),
        ("quatre", 45, "lon", "not_a_number"),
        ("nan", 45, "lon", "not_a_number"),
        (4, "Infinity", "lat", "not_a_number"),
        (True, 45, "lon", "not_a_number"),
        ("9" * 10_000, 45, "lon", "out_of_range"),
        (180.1, 45, "lon", "out_of_range"),
        (45, 99, "lat", "out_of_range"),
    ],
)
def test_bad_points_name_the_parameter(lon: Any, lat: Any, field: str, code: str) -> None:
    with pytest.raises(GeometryRefused) as caught:
        read_point(lon, lat)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert field in caught.value.message


def test_bbox() -> None:
    assert read_bbox("4.7,45.7,4.9,45.8").extent == (4.7, 45.7, 4.9, 45.8)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bbox_format"),
        ("1,2,3", "bbox_format"),
        ("1,2,3,4," * 10_000, "bbox_format"),
        ("1,2,3,x", "not_a_number"),
        ("1,2,nan,4", "not_a_number"),
        ("1,2,,4", "missing"),
        ("1,2,3,91", "out_of_range"),
        ("3,2,1,4", "bbox_reversed"),
        ("1,4,3,2", "bbox_reversed"),
        ("1,2,1,2", "bbox_reversed"),
    ],
)
def test_bad_bbox(text: str, code: str) -> None:
    with pytest.raises(GeometryRefused) as caught:
        read_bbox(text)
    assert (caught.value.field, caught.value.code) == ("bbox", code)


@given(st.text(max_size=60))
def test_any_bbox_text(text: str) -> None:
    outcome = guarded(read_bbox, text)
    assert outcome.field == "bbox" if isinstance(outcome, GeometryRefused) else outcome.valid
