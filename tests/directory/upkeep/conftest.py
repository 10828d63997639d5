"""An organisation with its people and a venue, a venue nobody manages, and a reviewer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from directory.models import Membership, Organization, Place, StaffRole, User, Venue

NOON = datetime(2026, 5, 4, 10, tzinfo=UTC)
BORN = datetime(2026, 1, 10, 9, tzinfo=UTC)


def person(
    name: str,
    organization: Organization | None = None,
    role: str = "provider-manager",
    since: datetime = BORN,
) -> User:
    user = User.objects.create_user(f"{name}@example.org", name=name.title())
    if organization:
        Membership.objects.create(user=user, organization=organization, role=role, since=since)
    return user


def venue_of(
    organization: Organization | None,
    name: str = "Atelier du port",
    lon: float = 2.5,
    lat: float = 46.5,
    **fields: Any,
) -> Venue:
    values = {"slug": "atelier", "created_at": BORN, "name": name, "organization": organization, **fields}
    venue = Venue.objects.create(**values)
    Place.objects.create(
        venue=venue,
        point=Point(lon, lat),
        address="1 quai des Essais",
        postcode="99000",
        commune="Port-Neuf",
        commune_code="99001",
    )
    return venue


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(name="Association des ateliers", is_provider=True)


@pytest.fixture
def manager(organization: Organization) -> User:
    return person("responsable", organization)


@pytest.fixture
def agent(organization: Organization) -> User:
    return person("accueil", organization, "provider-agent")


@pytest.fixture
def venue(organization: Organization, manager: User) -> Venue:
    return venue_of(organization)


@pytest.fixture
def free(db: None) -> Venue:
    """From an import: nobody's."""
    return venue_of(None, "Médiathèque de la gare", 2.6, source="import", source_id="7")


@pytest.fixture
def reviewer(db: None) -> User:
    user = person("relecture")
    StaffRole.objects.create(user=user, role="reviewer")
    return user
