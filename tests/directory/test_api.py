"""The public API: its contract, and what it answers to nonsense."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from geographiclib.geodesic import Geodesic

from directory.models import Category, Labelling, Membership, Organization, Place, Service, User, Venue
from directory.serializers import ServiceSerializer, VenueFeatureSerializer

pytestmark = pytest.mark.django_db

VENUES, MAP = "/api/v1/venues/", "/api/v1/map/"
HERE = {"lon": "4.8357", "lat": "45.7640"}


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def venues() -> list[Venue]:
    """Thirty labelled venues, each farther north-east than the one before, each with two services."""
    made = [Venue.objects.create(name=f"Lieu {n:02}", slug=f"lieu-{n}") for n in range(30)]
    category = Category.objects.get(slug="utiliser")
    for n, venue in enumerate(made):
        Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2100, 1, 1)))
        for name in ("Premiers pas", "Aller plus loin"):
            Service.objects.create(
                venue=venue, name=name, category=category, status="approved", price_cents=0
            )
        Place.objects.create(
            venue=venue, point=Point(4.8357 + n / 500, 45.764 + n / 700), commune="Port-Neuf", hours="24/7"
        )
    return made


def test_twenty_venues_nearest_first(client: Client, venues: list[Venue]) -> None:
    answer = client.get(VENUES, {**HERE, "radius_km": "20", "limit": "20"})
    body = answer.json()
    assert (answer.status_code, body["type"], len(body["features"])) == (200, "FeatureCollection", 20)
    distances = [feature["properties"]["distance_m"] for feature in body["features"]]
    assert distances == sorted(distances)
    for feature in body["features"][1:]:
        lon, lat = feature["geometry"]["coordinates"]
        truth = Geodesic.WGS84.Inverse(45.764, 4.8357, lat, lon)["s12"]
        assert feature["properties"]["distance_m"] == pytest.approx(truth, rel=0.005)


def test_a_feature_is_the_venue_and_says_all_the_contract_names(client: Client, venues: list[Venue]) -> None:
    feature = client.get(VENUES, {**HERE, "limit": "1"}).json()["features"][0]
    assert feature["id"] == venues[0].pk
    assert feature["properties"].keys() >= {
        "name", "slug", "venue_type", "distance_m", "address", "commune_code", "commune", "services",
        "open_now", "next_change", "labelled", "url", "updated_on", "place_id",
        "next_visit_at", "itinerant", "demo",
    }  # fmt: skip
    assert feature["properties"]["open_now"] is True
    assert [service["name"] for service in feature["properties"]["services"]] == [
        "Premiers pas",
        "Aller plus loin",
    ]
    assert client.get(feature["properties"]["url"].removeprefix("http://testserver")).status_code == 200
    alone = client.get(f"{VENUES}{venues[0].pk}/").json()
    assert {**alone["properties"], "distance_m": 0} == feature["properties"]


def test_what_is_written_is_what_is_declared(client: Client, venues: list[Venue]) -> None:
    [feature] = client.get(VENUES, {**HERE, "limit": "1"}).json()["features"]
    declared = set(VenueFeatureSerializer().fields) - {"id", "point"}
    assert feature["properties"].keys() == declared
    assert feature["properties"]["services"][0].keys() == set(ServiceSerializer().fields)


def test_following_next_gives_every_venue_once(client: Client, venues: list[Venue]) -> None:
    for parameters in (HERE, {}):
        link, seen = f"{VENUES}?limit=7&" + "&".join(f"{k}={v}" for k, v in parameters.items()), []
        while link:
            body = client.get(link).json()
            seen += [feature["id"] for feature in body["features"]]
            link = body["next"]
        assert seen == [venue.pk for venue in venues]


def test_answers_may_be_kept_a_minute_and_asked_again_cheaply(client: Client, venues: list[Venue]) -> None:
    answer = client.get(VENUES, HERE)
    assert answer["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in answer["Vary"]
    assert client.get(VENUES, HERE, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_constant_number_of_queries(
    client: Client, venues: list[Venue], django_assert_num_queries: Any
) -> None:
    client.get(VENUES, HERE)
    for limit in (1, 20):
        with django_assert_num_queries(3):
            client.get(VENUES, {**HERE, "limit": limit})


def test_a_map_gathers_what_is_close(client: Client, venues: list[Venue]) -> None:
    for zoom in (2, 5, 9, 12, 15, 19):
        answer = client.get(MAP, {"bbox": "4.7,45.7,5,45.9", "zoom": zoom}).json()
        assert len(answer["features"]) <= 300
        assert sum(feature["properties"]["count"] for feature in answer["features"]) == 30, zoom
    street = client.get(MAP, {"bbox": "4.83,45.76,4.85,45.775", "zoom": 17}).json()["features"]
    alone = [feature["properties"] for feature in street if feature["properties"]["count"] == 1]
    assert {one["id"] for one in alone} <= {venue.pk for venue in venues}
    assert alone[0]["name"].startswith("Lieu")
    assert alone[0]["url"].startswith("http://testserver/lieux/")


@pytest.mark.parametrize("zoom", [3, 14])
def test_a_map_takes_the_filters_of_the_search(client: Client, venues: list[Venue], zoom: int) -> None:
    asked = {"bbox": "-10,40,10,52", "zoom": zoom}
    assert sum(f["properties"]["count"] for f in client.get(MAP, asked).json()["features"]) == 30
    assert client.get(MAP, {**asked, "category": "emploi"}).json()["features"] == []


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"lon": "4.8"}, {"lat"}),
        ({"lon": "200", "lat": "95"}, {"lon", "lat"}),
        ({"lon": "nan", "lat": "inf"}, {"lon", "lat"}),
        ({"lon": "1e400", "lat": "45"}, {"lon"}),
        ({"lon": "45.764", "lat": "4.8357"}, {"lon"}),
        ({**HERE, "radius_km": "501"}, {"radius_km"}),
        ({**HERE, "radius_km": "-1"}, {"radius_km"}),
        ({**HERE, "radius_km": "nan"}, {"radius_km"}),
        ({"radius_km": "5"}, {"radius_km"}),
        ({"bbox": "5,46,4,45"}, {"bbox"}),
        ({"bbox": "1,2,3"}, {"bbox"}),
        ({"category": "nope"}, {"category"}),
        ({"venue_type": "<script>"}, {"venue_type"}),
        ({"audience": "' OR 1=1 --"}, {"audience"}),
        ({"accessible": "banana"}, {"accessible"}),
        ({"price_max": "-1"}, {"price_max"}),
        ({"price_max": "NaN"}, {"price_max"}),
        ({"open_at": "hier"}, {"open_at"}),
        ({"open_at": "2026-13-45T99:00"}, {"open_at"}),
        ({"open_at": "2026-11-24T10:00+01:00"}, {"open_at"}),
        ({"mode": "teleport"}, {"mode"}),
        ({"labelled": "no"}, {"labelled"}),
        ({"limit": "0"}, {"limit"}),
        ({"limit": "101"}, {"limit"}),
        ({"limit": "9" * 5000}, {"limit"}),
        ({"q": "x" * 10_000}, {"q"}),
        ({"q": "a\0b"}, {"q"}),
        ({"cursor": "zzz"}, {"cursor"}),
        ({**HERE, "cursor": "WyJhIiwxXQ"}, {"cursor"}),
        ({"campaign": "x", "inconnu": "1"}, {"campaign", "inconnu"}),
        ({"place": "Lyon"}, {"place"}),
        ({"q": ["a", "b"]}, {"q"}),
    ],
)
def test_a_bad_parameter_is_named(client: Client, parameters: dict[str, Any], names: set[str]) -> None:
    answer = client.get(VENUES, parameters)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert {error["name"] for error in answer.json()["errors"]} == names
    assert all(error["reason"] for error in answer.json()["errors"])


def test_swapped_coordinates_are_recognised(client: Client) -> None:
    answer = client.get(VENUES, {"lon": "45.764", "lat": "4.8357"})
    assert "inversées" in answer.json()["detail"]


@pytest.mark.parametrize(
    "q",
    ["é'\"\\", "<img src=x>", "'; DROP TABLE x; --", "a & | ! :* <-> (", "%00%s{}", "\u202e\ud7ff ƒ ١٢", " "],
)
def test_any_text_is_harmless(client: Client, venues: list[Venue], q: str) -> None:
    assert client.get(VENUES, {**HERE, "q": q}).status_code == 200


@pytest.mark.parametrize(
    "parameters", [{}, {"zoom": "3"}, {"bbox": "0,0,1,1"}, {"bbox": "0,0,1,1", "zoom": "23"}]
)
def test_a_map_needs_its_rectangle_and_zoom(client: Client, parameters: dict[str, str]) -> None:
    assert client.get(MAP, parameters).status_code == 400


def test_no_such_venue(client: Client) -> None:
    for number in (0, 999_999_999, 10**30):
        answer = client.get(f"{VENUES}{number}/")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_merged_venue_leads_to_the_one_that_stays(client: Client, venues: list[Venue]) -> None:
    kept, gone = venues[:2]
    Venue.objects.filter(pk=gone.pk).update(merged_into=kept, published=False)
    answer = client.get(f"{VENUES}{gone.pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{VENUES}{kept.pk}/")
    assert gone.pk not in {row["id"] for row in client.get(VENUES, HERE).json()["features"]}
    Venue.objects.filter(pk=kept.pk).update(published=False)
    answer = client.get(f"{VENUES}{gone.pk}/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_venue_that_nobody_confirms_says_so(client: Client, venues: list[Venue]) -> None:
    organization = Organization.objects.create(name="Les ateliers", is_provider=True)
    manager = User.objects.create_user("responsable@example.org")
    Membership.objects.create(
        user=manager,
        organization=organization,
        role="provider-manager",
        since=datetime(2020, 1, 1, tzinfo=UTC),
    )
    ten_months_ago = timezone.localdate() - timedelta(days=300)
    Venue.objects.filter(pk=venues[0].pk).update(organization=organization, verified_on=ten_months_ago)
    first, second = client.get(VENUES, {**HERE, "limit": "2"}).json()["features"]
    assert [first["properties"]["stale"], second["properties"]["stale"]] == [True, False]


@pytest.mark.parametrize("path", [VENUES, MAP, f"{VENUES}{{venue_id}}/"])
def test_the_schema_describes_it(client: Client, path: str) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert {"200", "400"} <= schema["paths"][path]["get"]["responses"].keys()
