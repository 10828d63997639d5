"""The same verbs for organisations' own software: tokens, scopes, problems."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.models import Membership, Organization, Service, User, Venue
from directory.tokens import create_token
from tests.directory.offer.conftest import PASSWORD, World

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
        assert answer.status_code == status, answer.content
        if status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.json()


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
