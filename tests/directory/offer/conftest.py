"""Toy France: one square commune of a toy département, an organisation with its manager, two reviewers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.test import Client
from django.utils import timezone

from directory.limits import Limit
from directory.models import (
    Category,
    Membership,
    Organization,
    Place,
    Service,
    StaffRole,
    User,
    Venue,
    VenueType,
)
from geodata.models import Area, Toponym

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
PASSWORD = "un mot de passe pour les essais"


def square(west: float, south: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, west + 1, south + 1)), srid=4326)


def commune(name: str, code: str, west: float, postcode: str) -> Area:
    """The square from `west`, 46 to one degree further; its town hall in the middle."""
    hall = Point(west + 0.5, 46.5, srid=4326)
    area = Area.objects.create(level="commune", code=code, name=name, geom=square(west, 46), point=hall)
    for kind, folded in (
        (Toponym.Kind.COMMUNE, name.lower()),
        (Toponym.Kind.POSTCODE, f"{postcode} {name.lower()}"),
    ):
        Toponym.objects.create(
            kind=kind,
            name=name,
            folded=folded,
            postcode=postcode,
            code=code,
            area=area,
            point=hall,
            weight=100,
        )
    return area


@dataclass
class World:
    organization: Organization
    manager: User
    reviewer: User
    other_reviewer: User
    venue: Venue
    category: Category
    other_category: Category
    commune: Area

    def service(self, name: str = "Cours", status: str = "approved", **fields: Any) -> Service:
        values = {
            "venue": self.venue,
            "category": self.category,
            "price_cents": 1000,
            "status": status,
            **fields,
        }
        if status == "submitted":
            values |= {"submitted_at": MORNING, "submitted_by": self.manager}
        return Service.objects.create(name=name, **values)


def staff(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.org", PASSWORD, name=name)
    StaffRole.objects.create(user=user, role="reviewer")
    return user


def build() -> World:
    town = commune("Toyville", "99001", 2, "99000")
    manager = User.objects.create_user("responsable@example.org", PASSWORD, name="Camille")
    organization = Organization.objects.create(name="Les ateliers", is_provider=True)
    Membership.objects.create(user=manager, organization=organization, role="provider-manager")
    venue = Venue.objects.create(
        organization=organization,
        name="Atelier du port",
        slug="atelier-du-port",
        venue_type=VenueType.objects.first(),
    )
    Place.objects.create(
        venue=venue,
        point=Point(2.5, 46.5, srid=4326),
        commune="Toyville",
        commune_code="99001",
        postcode="99000",
    )
    first, second = Category.objects.filter(parent__isnull=False).order_by("position", "slug")[:2]
    return World(organization, manager, staff("alix"), staff("claude"), venue, first, second, town)


@pytest.fixture
def world(db: None) -> World:
    return build()


def use_up(limit: Limit, user: User) -> None:
    """In this window and, should it end meanwhile, in the next."""
    for at in (timezone.now(), timezone.now() + limit.window):
        for _ in range(limit.most):
            limit.wait(user.pk, at)


@pytest.fixture
def as_manager(client: Client, world: World) -> Client:
    client.force_login(world.manager)
    return client


@pytest.fixture
def as_reviewer(client: Client, world: World) -> Client:
    client.force_login(world.reviewer)
    return client
