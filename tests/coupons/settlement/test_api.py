"""Payouts as JSON: one's own, by a token that may read."""

import pytest
from django.test import Client
from django.utils import timezone

from coupons.settlement import answering
from directory.models import Organization
from directory.tokens import create_token
from tests.coupons.settlement import files
from tests.coupons.settlement.conftest import LATER, House, lines_of, member, payout_of

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/payouts/"


def bearer(organization: Organization, role: str = "provider-manager", scope: str = "read") -> dict[str, str]:
    user = member(organization, role, f"{role}-{scope}")
    _token, secret = create_token(
        organization=organization, name="logiciel", scopes=[scope], by=user, at=timezone.now()
    )
    return {"authorization": f"Token {secret}"}


def test_what_is_paid_and_what_each_statement_counts(house: House, client: Client) -> None:
    provider = house.provider("Atelier", 2)
    house.provider("Autre", 1)
    batch = house.sent()
    raw = files.statement(files.whole(batch, 3000, day="2026-11-24"))
    answering.bring_in(raw=raw, name="x", by=house.accountant, at=LATER)
    headers = bearer(provider)
    found = client.get(ADDRESS, headers=headers).json()
    [line] = found["results"]
    payout = payout_of(provider)
    assert (line["number"], line["amount_cents"], line["state"]) == (payout.number, 2000, "paid")
    assert (line["paid_on"], line["organization"]) == ("2026-11-24", provider.pk)
    told = client.get(f"{ADDRESS}{payout.number}/", headers=headers).json()
    [payment] = told["payments"]
    assert payment["amount_cents"] == 2000
    assert [coupon["paid_cents"] for coupon in payment["coupons"]] == [1000, 1000]
    assert [coupon["serial"][-3:] for coupon in payment["coupons"]] == ["-01", "-02"]
    assert told["next"] is None


def test_a_planned_payout_says_when(house: House, client: Client) -> None:
    provider = house.provider()
    batch = house.sent()
    [line] = client.get(ADDRESS, headers=bearer(provider)).json()["results"]
    assert (line["state"], line["planned_on"]) == ("planned", batch.execute_on.isoformat())
    assert lines_of(batch)[0].payout.number == line["number"]


def test_pages_follow_each_other(house: House, client: Client) -> None:
    provider = house.provider()
    for _ in range(3):
        house.settle()
        house.pay(house.counters[0])
    headers = bearer(provider)
    first = client.get(f"{ADDRESS}?limit=2", headers=headers).json()
    rest = client.get(f"{ADDRESS}?limit=2&after={first['next']}", headers=headers).json()
    assert [len(first["results"]), len(rest["results"]), rest["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    ("role", "scope"),
    [("provider-agent", "read"), ("provider-manager", "offer"), ("sponsor-distributor", "read")],
)
def test_who_may_not_see_money_sees_none(house: House, client: Client, role: str, scope: str) -> None:
    provider = house.provider()
    house.settle()
    headers = bearer(provider, role, scope)
    assert client.get(ADDRESS, headers=headers).json()["results"] == []
    assert client.get(f"{ADDRESS}{payout_of(provider).number}/", headers=headers).status_code == 404
