from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from django.test import TestCase

from directory.models import Membership, Organization, User
from tests.matrix.world import account

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
Join = Callable[[str, str], User]
# What waits for the end of the transaction is done at the end of the block: each test is one that never ends.
committed = partial(TestCase.captureOnCommitCallbacks, execute=True)


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
