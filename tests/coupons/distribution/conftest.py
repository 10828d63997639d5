"""A sponsor with booklets printed and delivered, and who hands them out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from coupons import ledger
from coupons.choices import AccountKind, OrderStatus
from coupons.models import Account, Booklet, Campaign, Coupon, DeliveryPoint, Order
from directory.models import Membership, Organization, User
from tests.coupons import toy

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@dataclass
class Sponsor:
    organization: Organization
    campaign: Campaign
    order: Order
    booklets: list[Booklet]
    codes: list[str]
    manager: User
    distributor: User

    def codes_of(self, booklet: Booklet) -> list[str]:
        size = self.order.booklet_size
        return self.codes[(booklet.position - 1) * size : booklet.position * size]


def build(
    booklets: int = 3, name: str = "Mairie d'essai", campaign: Campaign | None = None, **fields: Any
) -> Sponsor:
    campaign = campaign or toy.a_campaign(toy.a_sponsor(name))
    organization = campaign.organization
    order = toy.an_order(campaign, booklets=booklets, status=OrderStatus.DELIVERED, **fields)
    made, codes = toy.booklets_of(order)
    people = [member(organization, role) for role in ("sponsor-manager", "sponsor-distributor")]
    return Sponsor(organization, campaign, order, made, codes, *people)


def member(organization: Organization, role: str) -> User:
    user = User.objects.create_user(
        f"{role}-{organization.pk}@example.org", "mot-de-passe", name=role.title()
    )
    Membership.objects.create(user=user, organization=organization, role=role)
    return user


def a_point(
    organization: Organization, name: str = "Maison des associations", **fields: Any
) -> DeliveryPoint:
    given = {
        "address": "1 place de la Mairie",
        "postcode": "23000",
        "commune": "Guéret",
        "commune_code": "23096",
    }
    return DeliveryPoint.objects.create(
        organization=organization, name=name, point=Point(1.87, 46.17), **{**given, **fields}
    )


def balance(kind: AccountKind, **owner: Any) -> int:
    """What is owed under that account, in cents."""
    return -ledger.balance_cents(ledger.account(kind, **owner))


def live_face(campaign: Campaign) -> int:
    """Face value of the coupons that are out."""
    coupons = Coupon.objects.filter(booklet__order__campaign=campaign, state="active")
    return sum(coupons.values_list("booklet__order__face_value_cents", flat=True))


def books_balance() -> bool:
    return sum(ledger.balance_cents(account) for account in Account.objects.all()) == 0


@pytest.fixture
def sponsor(db: None) -> Sponsor:
    return build()
