"""The same verbs for organisations' own software: tokens, scopes, problems."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.limits import API_WRITES
from directory.models import Change, Closure, Membership, Organization, Place, Service, User, Venue
from directory.tokens import create_token
from tests.directory.offer.conftest import PASSWORD, World, use_up

V1 = "/api/v1/offer"


class Software:
    """An organisation's program and its token."""

    def __init__(self, world: World, *scopes: str) -> None:
        self.client = Client()
        self.secret = create_token(
            organization=world.organization,
            name="essai",
            scopes=list(scopes),
            by=world.manager,
            at=timezone.now(),
        )[1]

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.generic(
            method,
            f"{V1}{path}",
            data=b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Token {self.secret}"},
        )
        self.last = answer
        assert answer.status_code == status, answer.content
        if status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.json() if answer.content else None


@pytest.fixture
def software(world: World) -> Software:
    return Software(world, "offer")


def test_a_venue_from_end_to_end(world: World, software: Software) -> None:
    kind = world.venue.venue_type.slug
    new = {
        "organization": world.organization.pk,
        "name": "Annexe",
        "venue_type": kind,
        "emails": ["a@example.org"],
    }
    made = software("POST", "/venues/", new, 201)
    assert (made["published"], made["emails"]) == (False, ["a@example.org"])
    path = f"/venues/{made['id']}/"
    assert "carte" in software("POST", f"{path}publish/", status=409)["title"]
    placed = software("PUT", f"{path}place/", {"lon": 2.5, "lat": 46.5, "address": "1 rue Basse"})
    assert placed["places"][0]["commune"] == "Toyville"
    assert software("PUT", f"{path}place/", {"lon": 2.5, "lat": 95}, 400)["errors"][0]["name"] == "lat"
    software("PUT", f"{path}hours/", {"hours": "le matin"}, 409)
    timed = software("PUT", f"{path}hours/", {"hours": "Mo 09:00-12:00"})
    assert timed["places"][0]["hours"] == "Mo 09:00-12:00"
    Service.objects.create(venue_id=made["id"], category=world.category, name="Cours", status="approved")
    assert software("POST", f"{path}publish/")["published"]
    assert not software("POST", f"{path}hide/")["published"]
    changed = software("PATCH", path, {"accessible": True, "phone": "0123456789"})
    assert (changed["accessible"], changed["phone"], changed["name"]) == (True, "+33123456789", "Annexe")


def test_a_service_from_end_to_end(world: World, software: Software) -> None:
    new = {"venue": world.venue.pk, "name": "Cours", "category": world.category.slug, "price_cents": 1250}
    made = software("POST", "/services/", new, 201)
    assert (made["status"], made["price_cents"], made["pending"]) == ("draft", 1250, None)
    path = f"/services/{made['id']}/"
    assert software("POST", f"{path}submit/")["status"] == "submitted"
    software("POST", f"{path}submit/", status=409)
    Service.objects.update(status="approved")
    changed = software("PATCH", path, {"price_cents": 2000, "name": "Cours du soir"})
    assert (changed["name"], changed["price_cents"]) == ("Cours du soir", 1250)
    assert (changed["pending"]["price_cents"], changed["pending"]["status"]) == (2000, "submitted")
    assert software("POST", f"{path}withdraw/")["status"] == "draft"
    assert software("PATCH", path, {"price_cents": None})["price_cents"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "approved"}, "status"),
        ({"replaces": 1}, "replaces"),
        ({"venue": 1}, "venue"),
        ({"price_cents": -1}, "price_cents"),
        ({"price_cents": 1_000_001}, "price_cents"),
        ({"category": "nulle-part"}, "category"),
        ({"modes": ["teleport"]}, "modes.0"),
        ({"schedule": "le matin"}, "schedule"),
        ({"duration_min": 1}, "duration_min"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_what_is_refused_is_named(world: World, software: Software, body: Any, field: str) -> None:
    service = world.service()
    errors = software("PATCH", f"/services/{service.pk}/", body, 400)["errors"]
    assert field.split(".")[0] in errors[0]["name"]


def test_rights(world: World, software: Software) -> None:
    service = world.service()
    reader = Software(world, "read")
    assert len(reader("GET", "/services/")["results"]) == 1
    reader("PATCH", f"/services/{service.pk}/", {"name": "x"}, 403)
    reader("POST", f"/services/{service.pk}/withdraw/", status=403)
    assert Client().get(f"{V1}/venues/").status_code == 401
    other = Organization.objects.create(name="Autre", is_provider=True)
    # The account manages both; the token is of one.
    Membership.objects.create(user=world.manager, organization=other, role="provider-manager")
    foreign = Venue.objects.create(organization=other, name="x")
    software("GET", f"/venues/{foreign.pk}/", status=404)
    software("PATCH", f"/venues/{foreign.pk}/", {"name": "y"}, 404)
    software("POST", "/venues/", {"organization": other.pk, "name": "x", "venue_type": "x"}, 400)
    software("POST", "/services/", {"venue": foreign.pk, "name": "x", "category": world.category.slug}, 400)


def test_a_member_who_may_not_edit_reads_only(world: World) -> None:
    agent = User.objects.create_user("agent@example.org", PASSWORD)
    Membership.objects.create(user=agent, organization=world.organization, role="provider-agent")
    client = Client()
    client.force_login(agent)
    answer = client.patch(f"{V1}/venues/{world.venue.pk}/", {"name": "x"}, content_type="application/json")
    assert answer.status_code == 403


def test_pages_of_a_list_cost_the_same(world: World, software: Software) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            software("GET", path)
        return len(queries)

    world.service()
    software("GET", "/services/")
    few = cost("/services/"), cost("/venues/")
    for number in range(20):
        service = world.service(f"Service {number}")
        world.service(f"Service {number}", "submitted", replaces=service)
        Venue.objects.create(organization=world.organization, name=f"Lieu {number}")
    assert (cost("/services/"), cost("/venues/")) == few
    first = software("GET", "/services/?limit=10")
    second = software("GET", f"/services/?limit=10&after={first['next']}")
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}


def test_too_many_changes_wait(world: World, software: Software) -> None:
    address = f"/venues/{world.venue.pk}/"
    use_up(API_WRITES, world.manager)
    answer = software("PATCH", address, {"phone": ""}, 429)
    assert answer["title"].startswith("Trop de modifications")
    assert 1 <= int(software.last.headers["Retry-After"]) <= 60
    software("GET", address)
    other = Client().generic("PATCH", f"{V1}{address}", headers={"Authorization": "Token x"})
    assert other.status_code == 401


# Rounds, closures, territory

MARKET = {"when": "1", "weekday": 1, "start": "09:00", "end": "12:30"}
DATED = {"when": "date", "day": "2026-05-04", "start": "14:00", "end": "00:00"}
STOP = {"name": "Place du marché", "lon": 2.5, "lat": 46.5, "visits": [MARKET, DATED]}


@pytest.fixture
def stops(world: World) -> str:
    """The address of the stops of a bus."""
    bus = Venue.objects.create(organization=world.organization, name="Bus", itinerant=True)
    return f"/venues/{bus.pk}/stops/"


def test_a_round_from_end_to_end(world: World, software: Software, stops: str) -> None:
    made = software("POST", stops, STOP, 201)
    assert (made["commune"], made["is_stop"], made["closed_on_holidays"]) == ("Toyville", True, True)
    assert made["hours"] == "Tu[1] 09:00-12:30; PH off; 2026 May 04 14:00-24:00"
    assert made["visits"] == [{**MARKET, "day": None}, {**DATED, "weekday": None}]
    one = f"{stops}{made['id']}/"
    assert software("GET", one) == made
    assert software("GET", stops) == {"results": [made], "next": None}
    changed = software("PUT", one, {**STOP, "closed_on_holidays": False, "visits": [MARKET]})
    assert (changed["id"], changed["hours"]) == (made["id"], "Tu[1] 09:00-12:30")
    assert software("PUT", one, {**STOP, "visits": []})["visits"] == []
    Place.objects.update(hours="Mo-Fr 09:00-12:00; SH off")
    assert software("GET", one)["visits"] is None
    software("DELETE", one, status=204)
    assert software("GET", stops)["results"] == []
    assert Change.objects.filter(table="place", action="delete").get().actor == world.manager


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lat": 95}, "lat"),
        ({"name": ""}, "name"),
        ({"is_stop": False}, "is_stop"),
        ({"visits": [{**MARKET, "when": "sometimes"}]}, "visits.0.when"),
        ({"visits": [MARKET, {**MARKET, "weekday": None}]}, "visits.1.weekday"),
        ({"visits": [{**DATED, "day": None}]}, "visits.0.day"),
        ({"visits": [{**MARKET, "end": "08:00"}]}, "visits.0.end"),
        ({"visits": [{**MARKET, "start": "9 heures"}]}, "visits.0.start"),
        ({"visits": [MARKET] * 101}, "visits"),
    ],
)
def test_a_stop_is_refused_by_name(software: Software, stops: str, body: Any, field: str) -> None:
    errors = software("POST", stops, {**STOP, **body}, 400)["errors"]
    assert field in {error["name"].removesuffix(".non_field_errors") for error in errors}


def test_a_fixed_venue_has_no_stops(world: World, software: Software) -> None:
    assert "itinérant" in software("POST", f"/venues/{world.venue.pk}/stops/", STOP, 409)["title"]


def test_closures_from_end_to_end(world: World, software: Software) -> None:
    address = f"/venues/{world.venue.pk}/closures/"
    days = {"first": "2026-08-03", "last": "2026-08-21", "reason": "Congés"}
    made = software("POST", address, days, 201)
    assert made == {"id": made["id"], **days}
    assert Closure.objects.get().during.upper.isoformat() == "2026-08-22"
    software("POST", address, {**days, "first": "2026-08-21"}, 409)
    assert software("POST", address, {**days, "last": "2026-08-01"}, 400)["errors"][0]["name"] == "last"
    assert software("GET", address)["results"] == [made]
    software("DELETE", f"{address}{made['id']}/", status=204)
    software("DELETE", f"{address}{made['id']}/", status=404)
    assert not Closure.objects.exists()


SQUARE = {"type": "Polygon", "coordinates": [[[2.1, 46.1], [2.4, 46.1], [2.4, 46.4], [2.1, 46.1]]]}


def test_a_territory_from_end_to_end(world: World, software: Software) -> None:
    address = f"/services/{world.service().pk}/coverage/"
    assert software("GET", address) == {"areas": [], "zone": None}
    area = f"{address}commune/{world.commune.code}/"
    named = {"level": "commune", "code": world.commune.code, "name": world.commune.name}
    assert software("PUT", area)["areas"] == software("PUT", area)["areas"] == [named]
    drawn = software("PUT", f"{address}zone/", SQUARE)
    assert (drawn["zone"]["type"], drawn["areas"]) == ("MultiPolygon", [named])
    software("DELETE", f"{address}zone/", status=204)
    software("DELETE", f"{address}zone/", status=204)
    software("DELETE", area, status=204)
    assert software("GET", address) == {"areas": [], "zone": None}
    software("PUT", f"{address}commune/99999/", status=404)
    software("PUT", f"{address}custom/service-1/", status=404)


@pytest.mark.parametrize(
    "zone",
    [
        {"type": "Point", "coordinates": [2, 46]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": []},
        [],
    ],
)
def test_a_zone_is_refused(world: World, software: Software, zone: Any) -> None:
    errors = software("PUT", f"/services/{world.service().pk}/coverage/zone/", zone, 400)["errors"]
    assert errors[0]["name"] == "zone"


@pytest.mark.parametrize("path", ["/services/{}/coverage/zone/", "/services/{}/"])
def test_what_is_nested_too_deep_is_refused(world: World, software: Software, path: str) -> None:
    method = "PUT" if "zone" in path else "PATCH"
    answer = software.client.generic(
        method,
        V1 + path.format(world.service().pk),
        data=b"[" * 100_000,
        content_type="application/json",
        headers={"Authorization": f"Token {software.secret}"},
    )
    assert answer.status_code == 400


def test_others_and_readers_change_nothing_of_it(world: World, software: Software, stops: str) -> None:
    reader = Software(world, "read")
    service = world.service().pk
    days = {"first": "2026-08-03", "last": "2026-08-21"}
    changes = [
        ("POST", stops, STOP),
        ("POST", f"/venues/{world.venue.pk}/closures/", days),
        ("PUT", f"/services/{service}/coverage/zone/", SQUARE),
        ("PUT", f"/services/{service}/coverage/commune/{world.commune.code}/", None),
    ]
    for method, path, body in changes:
        reader(method, path, body, 403)
    Venue.objects.update(organization=Organization.objects.create(name="Autre", is_provider=True))
    for method, path, body in changes:
        software(method, path, body, 404)


def test_a_draft_is_deleted_and_a_public_service_is_not(world: World, software: Software) -> None:
    software("DELETE", f"/services/{world.service().pk}/", status=409)
    software("DELETE", f"/services/{world.service(status='draft').pk}/", status=204)
