"""A territory of 100,000 vertices, as official coast lines have, picked by its name; drawings at the guard's limits."""

import json
import math
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db.models import Func, IntegerField
from django.test import Client

from coupons.accepting import Rule, accepted, accepting
from coupons.coverage import coverage
from coupons.rules import refusals_of_use
from directory.models import Listing, Place, Service
from geodata.geometry import MAX_BYTES, MAX_VERTICES, GeometryRefused, read_geojson
from geodata.models import Area, AreaPart, Toponym
from tests.coupons.campaigns.conftest import World, token
from tests.coupons.territory import TODAY, a_service, a_venue, an_area, at

pytestmark = pytest.mark.django_db
VERTICES = 100_000
CENTRE = (2.5, 48.5)
# Inlets all along, one every tenth vertex.
RADIUS, INLET, EVERY = 0.4, 0.0005, 10


def radius(vertex: int) -> float:
    return RADIUS - INLET * (vertex % EVERY in range(4, 8))


def corner(vertex: int, share: float = 1.0) -> tuple[float, float]:
    angle = 2 * math.pi * vertex / VERTICES
    far = radius(vertex) * share
    return CENTRE[0] + far * math.cos(angle), CENTRE[1] + far * math.sin(angle)


@pytest.fixture
def coast(world: World) -> Area:
    ring = [corner(vertex) for vertex in range(VERTICES)]
    area = an_area(
        "Littoral", MultiPolygon(Polygon([*ring, ring[0]]), srid=4326), "region", code="99", population=9
    )
    Toponym.objects.create(
        kind="region", name="Littoral", folded="littoral", code="99", area=area, point=area.point, weight=9
    )
    departement = an_area(
        "Côtes", None, "departement", code="99D", parent=area, point=Point(*CENTRE, srid=4326)
    )
    Area.objects.filter(pk=world.west.pk).update(parent=departement)
    return area


@pytest.fixture
def places(coast: Area) -> dict[str, tuple[Place, Service]]:
    """On a cape, in the inlet beside it, on the border itself, and in the middle."""
    spots = {
        "cape": corner(20_000, 0.9999),
        "inlet": corner(20_005, 1.0001),
        "border": corner(50_000),
        "middle": CENTRE,
    }
    found = {}
    for name, (lon, lat) in spots.items():
        venue = a_venue(name)
        found[name] = (at(venue, lon, lat), a_service(venue))
    return found


def test_its_pieces_are_small(coast: Area) -> None:
    points = Func("geom", function="ST_NPoints", output_field=IntegerField())
    sizes = AreaPart.objects.filter(area=coast).annotate(n=points).values_list("n", flat=True)
    assert (coast.geom.num_coords, coast.geom.valid) == (VERTICES + 1, True)
    assert len(sizes) > VERTICES / 128
    assert max(sizes) <= 128


def test_picked_by_name_every_question_gets_the_same_answer(
    as_manager: Client, world: World, coast: Area, places: dict[str, tuple[Place, Service]]
) -> None:
    address = f"/espace/{world.sponsor.pk}/campagnes/{world.campaign.pk}/regle/"
    asked = as_manager.post(address, {"find": "areas", "q_areas": "littor"}).content.decode()
    assert 'name="areas" value="region/99"' in asked
    shown = as_manager.post(address, {"preview": "1", "areas": ["region/99"]}).content.decode()
    assert len(shown) < 200_000
    assert as_manager.post(address, {"save": "1", "areas": ["region/99"]}).status_code == 302
    assert list(world.campaign.areas.values_list("pk", flat=True)) == [coast.pk]

    inside = {"cape", "border", "middle"}
    rule = Rule.of(world.campaign)
    assert set(accepting(Listing.objects.all(), rule, TODAY).values_list("name", flat=True)) == inside
    assert set(Listing.objects.covered_by([coast]).values_list("name", flat=True)) == inside
    paid = accepted(Service.objects.all(), rule, TODAY).values_list("venue__name", flat=True)
    assert set(paid) == inside
    alone = {
        name
        for name, (place, service) in places.items()
        if not refusals_of_use(world.campaign, service=service, place=place, on=TODAY)
    }
    assert alone == inside
    reached = coverage(rule, TODAY)
    assert (reached.venues, reached.services, reached.communes) == (3, 3, 1)


def test_the_api_finds_it_and_counts_in_it(
    client: Client, world: World, coast: Area, places: dict[str, tuple[Place, Service]]
) -> None:
    [found] = client.get("/api/v1/areas/", {"q": "littoral", "level": "region"}).json()["results"]
    assert (found["level"], found["code"]) == ("region", "99")
    body = json.dumps({"areas": [{"level": "region", "code": "99"}]})
    headers = token(world.manager, world.sponsor, "campaigns")
    answer = client.post("/api/v1/coverage/", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["venues"]) == (200, 3)


def drawing(ring: list[Any]) -> bytes:
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, separators=(",", ":")).encode()


def document(polygons: Iterable[Any]) -> bytes:
    return json.dumps({"type": "MultiPolygon", "coordinates": list(polygons)}, separators=(",", ":")).encode()


def zig_zag(vertices: int) -> bytes:
    return drawing([[round(2 + i % 2 / 2, 4), round(45 + i / vertices, 6)] for i in range(vertices)])


def tangle(vertices: int) -> bytes:
    return drawing([[round(2 + i * 0.618 % 1, 4), round(45 + i * i * 0.414 % 1, 4)] for i in range(vertices)])


LIMITS = {
    "one vertex too many": (zig_zag(MAX_VERTICES), "too_many_vertices"),
    "the coast line itself": (drawing([corner(i) for i in range(0, VERTICES, 5)]), "too_many_vertices"),
    "a megabyte and a byte": (b" " * (MAX_BYTES + 1), "too_big"),
    "a megabyte of brackets": (b"[" * MAX_BYTES, "too_deep"),
    "a megabyte of numbers": (b"[" + b"1," * (MAX_BYTES // 2 - 2) + b"1]", "not_geojson"),
    "a megabyte of empty rings": (
        b'{"type":"Polygon","coordinates":[' + b"[]," * 300_000 + b"[]]}",
        "too_many_vertices",
    ),
    "a megabyte of empty polygons": (
        b'{"type":"MultiPolygon","coordinates":[' + b"[]," * 300_000 + b"[]]}",
        "too_many_vertices",
    ),
    "a megabyte of empty features": (
        b'{"type":"FeatureCollection","features":[' + b'{"type":"Feature"},' * 50_000 + b"{}]}",
        "wrong_type",
    ),
    "a megabyte of triangles": (
        document([[[2, 46], [2.1, 46], [2.1, 46.1], [2, 46]]] for _i in range(20_000)),
        "too_many_vertices",
    ),
    "as many triangles as are allowed, on one another": (
        document([[[2, 46], [2.1, 46], [2.1, 46.1], [2, 46]]] for _i in range(MAX_VERTICES // 4)),
        "invalid",
    ),
    "as many little rings as are allowed, all of them holes": (
        document(
            [[[[2, 46], [3, 46], [3, 47], [2, 46]]] + [[[2, 46], [2.1, 46], [2.1, 46.1], [2, 46]]] * 2_499]
        ),
        "invalid",
    ),
    "a zig-zag of all the vertices allowed": (zig_zag(MAX_VERTICES - 1), "invalid"),
    "a tangle of all the vertices allowed": (tangle(MAX_VERTICES - 1), "invalid"),
    "a tangle of as many as are repaired": (tangle(499), "invalid"),
    "a tangle across the antimeridian": (
        tangle(499).replace(b"[2.", b"[180.").replace(b",45.", b",-14."),
        "invalid",
    ),
}


@pytest.mark.parametrize(("raw", "code"), LIMITS.values(), ids=LIMITS)
def test_a_drawing_at_the_limits_is_refused_within_a_second(raw: bytes, code: str) -> None:
    # The processor's time: the machine may be busy with something else.
    begun = time.process_time()
    with pytest.raises(GeometryRefused) as refused:
        read_geojson(raw)
    assert time.process_time() - begun < 1
    assert refused.value.code == code


def test_the_largest_drawing_allowed_is_taken() -> None:
    ring = [corner(i * VERTICES // (MAX_VERTICES - 1)) for i in range(MAX_VERTICES - 1)]
    raw = drawing([[round(lon, 6), round(lat, 6)] for lon, lat in ring])
    begun = time.process_time()
    assert read_geojson(raw).num_coords == MAX_VERTICES
    assert time.process_time() - begun < 1
