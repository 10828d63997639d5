"""A provider with its people at the counter, and coupons in somebody's hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from coupons.choices import OrderStatus
from coupons.distribution.handing import hand_over
from coupons.models import Campaign
from directory.models import Membership, Organization, Place, Service, User
from tests.coupons import toy
from tests.signing_in import SignedInClient


@dataclass
class Provider:
    organization: Organization
    service: Service
    place: Place
    agent: User
    manager: User


def build(name: str = "Atelier d'essai", **service: Any) -> Provider:
    """A service whose price may change: « selon la durée ». Labelled today, whatever today is."""
    counter = toy.a_counter(name)
    fields = {"price_note": "selon la durée", **service}
    Service.objects.filter(pk=counter.service.pk).update(**fields)
    counter.service.refresh_from_db()
    organization = counter.service.venue.organization
    counter.service.venue.labellings.update(during=("2020-01-01", "2100-01-01"))
    manager = User.objects.create_user(f"responsable-{organization.pk}@exemple.test", "mot-de-passe")
    for user, role in ((counter.agent, "provider-agent"), (manager, "provider-manager")):
        Membership.objects.create(user=user, organization=organization, role=role)
    return Provider(organization, counter.service, counter.place, counter.agent, manager)


def coupons(n: int, campaign: Campaign | None = None, **fields: Any) -> list[str]:
    """Codes of `n` coupons handed over just now."""
    campaign = campaign or toy.a_campaign(booklet_size=n, **fields)
    booklets, codes = toy.booklets_of(toy.an_order(campaign, booklets=1, status=OrderStatus.DELIVERED))
    number = User.objects.count()
    by = User.objects.create_user(f"distribution-{number}@exemple.test")
    hand_over(booklets=booklets, by=by, at=timezone.now())
    return codes


@pytest.fixture
def provider(db: None) -> Provider:
    return build()


@pytest.fixture
def agent(provider: Provider) -> SignedInClient:
    client = SignedInClient()
    client.force_login(provider.agent)
    return client


Sign = Callable[[User], SignedInClient]


@pytest.fixture
def sign() -> Sign:
    def signed_in(user: User) -> SignedInClient:
        client = SignedInClient()
        client.force_login(user)
        return client

    return signed_in
