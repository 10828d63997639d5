"""Handing over by program: scopes, refusals, foreign booklets."""

import json
from typing import Any

import pytest
from django.test import Client

from coupons.models import Booklet, HandOver
from directory.models import User
from directory.tokens import create_token
from tests.coupons.distribution.conftest import NOON, Sponsor, a_point, build

pytestmark = pytest.mark.django_db
HAND_OVERS, BOOKLETS = "/api/v1/hand-overs/", "/api/v1/booklets/"


def token(sponsor: Sponsor, scope: str, by: User | None = None) -> dict[str, str]:
    _token, secret = create_token(
        organization=sponsor.organization, name="x", scopes=[scope], by=by or sponsor.distributor, at=NOON
    )
    return {"Authorization": f"Token {secret}"}


def asked(sponsor: Sponsor, body: Any, scope: str = "hand_over") -> Any:
    headers = token(sponsor, scope) if scope else {}
    return Client().post(HAND_OVERS, json.dumps(body), content_type="application/json", headers=headers)


def test_hand_over(sponsor: Sponsor) -> None:
    point, numbers = a_point(sponsor.organization), [booklet.number for booklet in sponsor.booklets[:2]]
    answer = asked(sponsor, {"numbers": numbers, "delivery_point": point.pk, "public": "person"})
    assert answer.status_code == 201
    [told] = answer.json()
    assert told["order"] == sponsor.order.number
    assert told["delivery_point"] == point.pk
    assert [booklet["number"] for booklet in told["booklets"]] == numbers
    assert {booklet["status"] for booklet in told["booklets"]} == {"active"}
    again = asked(sponsor, {"numbers": numbers})
    assert again.status_code == 409
    assert "déjà remis" in again.json()["title"]
    assert HandOver.objects.count() == 1


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("orders", 403), ("", 401)])
def test_only_with_its_scope(sponsor: Sponsor, scope: str, status: int) -> None:
    assert asked(sponsor, {"numbers": [sponsor.booklets[0].number]}, scope).status_code == status


def test_a_foreign_booklet_is_unknown(sponsor: Sponsor) -> None:
    other = build(1, "Autre").booklets[0]
    stranger = Booklet(pk=other.pk + 1000)
    bodies = {asked(sponsor, {"numbers": [number]}).content for number in (other.number, stranger.number)}
    assert len(bodies) == 1
    mixed = asked(sponsor, {"numbers": [sponsor.booklets[0].number, other.number]})
    assert mixed.status_code == 404
    assert not HandOver.objects.exists()
    headers = token(sponsor, "read")
    for number in (other.number, stranger.number):
        assert Client().get(BOOKLETS, {"number": number}, headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "numbers"),
        ({"numbers": []}, "numbers"),
        ({"numbers": ["CN 12"]}, "numbers.0"),
        ({"numbers": ["CN 0000 0001 00"], "age": 3}, "age"),
        ({"numbers": "x"}, "numbers"),
        ({"numbers": ["9" * 39]}, "numbers.0"),
        ({"numbers": ["x"] * 201}, "numbers"),
        ({"numbers": ["x"], "public": "nobody"}, "public"),
    ],
)
def test_what_is_wrong_is_named(sponsor: Sponsor, body: Any, name: str) -> None:
    answer = asked(sponsor, body)
    assert answer.status_code == 400
    assert name in {error["name"] for error in answer.json()["errors"]}


def test_a_foreign_point_is_refused(sponsor: Sponsor) -> None:
    other = a_point(build(1, "Autre").organization)
    for number in (other.pk, 0, -1, 2**70):
        answer = asked(sponsor, {"numbers": [sponsor.booklets[0].number], "delivery_point": number})
        assert answer.status_code == 400


def test_a_booklet_by_its_number(sponsor: Sponsor) -> None:
    headers = token(sponsor, "read")
    answer = Client().get(BOOKLETS, {"number": sponsor.booklets[0].number.lower()}, headers=headers)
    assert answer.json() == {
        "number": sponsor.booklets[0].number,
        "campaign": sponsor.campaign.slug,
        "order": sponsor.order.number,
        "status": "inert",
        "face_value_cents": 1000,
        "delivery_point": None,
        "handed_over_on": None,
        "valid_until": None,
        "loss": "",
        "coupons": {"inert": 10},
    }
    for query in ({}, {"number": "x"}, {"number": "x", "more": "1"}):
        assert Client().get(BOOKLETS, query, headers=headers).status_code == 400


def test_what_is_nested_too_deep_is_no_json(sponsor: Sponsor) -> None:
    headers = token(sponsor, "hand_over")
    answer = Client().post(HAND_OVERS, "[" * 100_000, content_type="application/json", headers=headers)
    assert answer.status_code == 400
