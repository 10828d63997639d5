"""The few rows that every address of the table is asked about."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.gis.geos import Point

from directory.models import (
    Category,
    Labelling,
    Membership,
    Organization,
    Place,
    Service,
    StaffRole,
    User,
    Venue,
)

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass
class World:
    """An organisation that is provider and sponsor, a foreign one, one account for each role of the table."""

    organization: Organization
    foreign: Organization
    venue: Venue
    place: Place
    service: Service
    users: dict[str, User] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)


def build() -> World:
    organization = Organization.objects.create(name="Nous", is_provider=True, is_sponsor=True)
    foreign = Organization.objects.create(name="Les autres", is_provider=True)
    venue = Venue.objects.create(organization=organization, name="Atelier", slug="atelier")
    place = Place.objects.create(venue=venue, point=Point(2.5, 46.5), commune="Toy", commune_code="23001")
    category = Category.objects.filter(parent__isnull=False).first() or _category()
    service = Service.objects.create(
        venue=venue, category=category, name="Cours", price_cents=500, modes=["on_site"], status="approved"
    )
    Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2029, 1, 1)))
    world = World(organization, foreign, venue, place, service)
    world.users["member"] = account("member")
    _join(world, "agent", organization, "provider-agent")
    _join(world, "manager", organization, "provider-manager")
    _join(world, "viewer", organization, "sponsor-viewer")
    _join(world, "foreign", foreign, "provider-manager")
    _join(world, "sponsor", organization, "sponsor-manager")
    _join(world, "distributor", organization, "sponsor-distributor")
    for role in ("reviewer", "administrator", "operator", "accountant"):
        is_administrator = role == "administrator"
        world.users[role] = account(role, is_staff=is_administrator, is_superuser=is_administrator)
        StaffRole.objects.create(user=world.users[role], role=role)
    return world


def account(name: str, **fields: Any) -> User:
    """Whose address is verified, with the password `mot-de-passe`."""
    user = User.objects.create_user(f"{name}@example.org", "mot-de-passe", name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _join(world: World, name: str, organization: Organization, role: str) -> None:
    world.users[name] = account(name)
    world.memberships[name] = Membership.objects.create(
        user=world.users[name], organization=organization, role=role
    )


def _category() -> Category:
    parent = Category.objects.create(slug="parent", name="Parent")
    return Category.objects.create(slug="enfant", name="Enfant", parent=parent)
