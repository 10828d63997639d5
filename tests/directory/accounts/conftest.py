from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from directory.models import Membership, Organization, User
from tests.matrix.world import account

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
Join = Callable[[str, str], User]


@pytest.fixture
def organization() -> Organization:
    return Organization.objects.create(name="Les ateliers", siret="73282932000074", is_provider=True)


@pytest.fixture
def join(organization: Organization) -> Join:
    """`join("ana", "provider-manager")`: an account with this role in the organisation."""

    def joined(name: str, role: str) -> User:
        user = User.objects.filter(email=f"{name}@example.org").first() or account(name)
        Membership.objects.create(user=user, organization=organization, role=role)
        return user

    return joined


@pytest.fixture
def manager(join: Join) -> User:
    return join("manager", "provider-manager")
