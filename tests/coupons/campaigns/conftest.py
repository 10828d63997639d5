"""A sponsor with its manager, on a toy territory of two square communes."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from coupons.campaigns import composing
from coupons.models import Campaign
from directory.models import Membership, Organization, User
from directory.tokens import create_token
from geodata.models import Area, Toponym
from tests.coupons.territory import an_area, box, outline

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class World:
    sponsor: Organization
    manager: User
    campaign: Campaign
    west: Area
    east: Area


def member(organization: Organization, role: str) -> User:
    user = User.objects.create_user(f"{role}-{organization.pk}@example.org")
    Membership.objects.create(user=user, organization=organization, role=role)
    return user


def a_commune(name: str, code: str, west: float) -> Area:
    hall = Point(west + 0.5, 48.5, srid=4326)
    area = an_area(name, outline(box(west, 48, west + 1, 49)), code=code, population=1000, point=hall)
    Toponym.objects.create(
        kind="commune", name=name, folded=name.lower(), code=code, area=area, point=hall, weight=1000
    )
    return area


@pytest.fixture
def world(db: None) -> World:
    sponsor = Organization.objects.create(name="Département d'essai", is_sponsor=True)
    manager = member(sponsor, "sponsor-manager")
    campaign = composing.create_campaign(organization=sponsor, name="Chèque d'essai", by=manager, at=AT)
    return World(sponsor, manager, campaign, a_commune("Ouest", "99001", 2), a_commune("Est", "99002", 3))


@pytest.fixture
def as_manager(client: Client, world: World) -> Client:
    client.force_login(world.manager)
    return client


def token(user: User, organization: Organization, *scopes: str) -> dict[str, str]:
    """The header of a token with these scopes."""
    _row, secret = create_token(organization=organization, name="x", scopes=list(scopes), by=user, at=AT)
    return {"Authorization": f"Token {secret}"}
