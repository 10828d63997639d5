"""A sponsor with its people, the platform's, and their browsers."""

from dataclasses import dataclass

import pytest
from django.test import Client

from coupons.models import Campaign, DeliveryPoint
from directory.models import Membership, Organization, StaffRole, User
from tests.coupons import toy
from tests.coupons.orders import made
from tests.signing_in import SignedInClient


@dataclass
class Sponsor:
    organization: Organization
    campaign: Campaign
    point: DeliveryPoint
    manager: User
    viewer: User


@pytest.fixture
def sponsor(db: None) -> Sponsor:
    organization = toy.a_sponsor()
    campaign = toy.a_campaign(organization)
    people = {}
    for role in ("manager", "viewer"):
        people[role] = User.objects.create_user(f"{role}@exemple.test", name=role)
        Membership.objects.create(user=people[role], organization=organization, role=f"sponsor-{role}")
    return Sponsor(organization, campaign, made.a_point(campaign), **people)


def signed_in(user: User) -> Client:
    client = SignedInClient()
    client.force_login(user)
    return client


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@exemple.test", name=role)
    StaffRole.objects.create(user=user, role=role)
    return user


@pytest.fixture
def manager(sponsor: Sponsor) -> Client:
    return signed_in(sponsor.manager)


@pytest.fixture
def viewer(sponsor: Sponsor) -> Client:
    return signed_in(sponsor.viewer)


@pytest.fixture
def accountant(db: None) -> Client:
    return signed_in(staff("accountant"))


@pytest.fixture
def operator(db: None) -> Client:
    return signed_in(staff("operator"))
