"""The same verbs for organisations' own software."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coupons.models import Order
from coupons.orders import ordering
from directory.tokens import create_token
from tests.coupons import toy
from tests.coupons.orders import made
from tests.coupons.orders.conftest import Sponsor

pytestmark = pytest.mark.django_db
V1 = "/api/v1/orders/"


class Software:
    """An organisation's program and its token."""

    def __init__(self, sponsor: Sponsor, *scopes: str) -> None:
        self.client = Client()
        self.secret = create_token(
            organization=sponsor.organization,
            name="essai",
            scopes=list(scopes),
            by=sponsor.manager,
            at=timezone.now(),
        )[1]

    def __call__(self, method: str, path: str = "", body: Any = None, status: int = 200) -> Any:
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
        return answer.json() if "json" in answer.headers["Content-Type"] else answer.content


@pytest.fixture
def software(sponsor: Sponsor) -> Software:
    return Software(sponsor, "orders")


def wanted(sponsor: Sponsor, booklets: Any = 5, **more: Any) -> dict[str, Any]:
    deliveries = [{"delivery_point": sponsor.point.pk, "booklets": booklets}]
    return {
        "campaign": sponsor.campaign.slug,
        "booklets": booklets,
        "deliveries": deliveries,
        **made.BILLING,
        **more,
    }


def test_an_order_from_end_to_end(sponsor: Sponsor, software: Software) -> None:
    quote = software("POST", "", wanted(sponsor), 201)
    assert (quote["status"], quote["due_cents"], quote["coupons"]) == ("quote", 50_500, 50)
    number = quote["number"]
    [paper] = quote["papers"]
    assert software("GET", paper["url"].removeprefix(V1)).startswith(b"%PDF")
    agreed = {"terms_version": ordering.TERMS_VERSION, "purchase_order_number": "EJ-1"}
    order = software("POST", f"{number}/accept/", agreed)
    assert (order["status"], order["purchase_order_number"]) == ("ordered", "EJ-1")
    made.transferred(500, order["transfer_reference"])
    assert software("GET", f"{number}/")["received_cents"] == 500
    assert software("POST", f"{number}/cancel/")["status"] == "cancelled"
    refused = software("POST", f"{number}/cancel/", status=409)
    assert "annulée" in json.dumps(refused, ensure_ascii=False)


@pytest.mark.parametrize(
    ("more", "field", "told"),
    [
        ({"booklets": 0}, "booklets", "au moins un carnet"),
        ({"booklets": -1}, "booklets", "au moins un carnet"),
        ({"booklets": 10_000_000}, "booklets", "un million"),
        ({"booklets": 200_000}, "booklets", "un million"),
        ({"booklets": 6}, "deliveries", "même nombre"),
        ({"booklets": "beaucoup"}, "booklets", "entier"),
        ({"deliveries": []}, "deliveries", ""),
        ({"deliveries": [{"delivery_point": 0, "booklets": 5}]}, "deliveries", "points de remise"),
        ({"campaign": "nulle-part"}, "campaign", "vos campagnes"),
        ({"billing_siret": "123"}, "billing_siret", "SIRET"),
        ({"face_value_cents": 0.1}, "face_value_cents", "inconnu"),
    ],
)
def test_what_is_wrong_is_named(
    sponsor: Sponsor, software: Software, more: dict[str, Any], field: str, told: str
) -> None:
    problem = software("POST", "", {**wanted(sponsor), **more}, 400)
    assert told in json.dumps(problem, ensure_ascii=False)
    assert field in json.dumps(problem)
    assert not Order.objects.exists()


def test_a_scope_is_not_another(sponsor: Sponsor) -> None:
    order = made.a_quote(sponsor.campaign, at=timezone.now())
    reads, hands_over = Software(sponsor, "read"), Software(sponsor, "hand_over")
    assert reads("GET")["results"][0]["number"] == order.number
    for software in (reads, hands_over):
        software("POST", "", wanted(sponsor), 403)
        software("POST", f"{order.number}/accept/", {"terms_version": ordering.TERMS_VERSION}, 403)
    Software(sponsor, "offer")("POST", f"{order.number}/cancel/", status=403)


def test_others_orders_do_not_exist(sponsor: Sponsor, software: Software) -> None:
    theirs = made.a_quote(toy.a_campaign())
    software("GET", f"{theirs.number}/", status=404)
    software("POST", f"{theirs.number}/cancel/", status=404)
    software("GET", f"{theirs.number}/papers/{theirs.papers.get().number}.pdf", status=404)
    assert software("GET")["results"] == []


def test_a_list_costs_the_same_for_one_and_for_twenty(sponsor: Sponsor, software: Software) -> None:
    made.a_quote(sponsor.campaign)
    software("GET")
    with CaptureQueriesContext(connection) as one:
        software("GET")
    for _i in range(19):
        made.a_quote(sponsor.campaign)
    with CaptureQueriesContext(connection) as twenty:
        assert len(software("GET")["results"]) == 20
    assert len(one) == len(twenty)


def test_a_list_goes_on(sponsor: Sponsor, software: Software) -> None:
    numbers = [made.a_quote(sponsor.campaign).number for _i in range(3)]
    first = software("GET", "?limit=2")
    rest = software("GET", f"?limit=2&after={first['next']}")
    assert [order["number"] for order in first["results"] + rest["results"]] == numbers
    assert rest["next"] is None
