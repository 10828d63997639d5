"""The platform's people at the books, and a sponsor's."""

import pytest
from django.test import Client

from directory.models import Membership, StaffRole, User
from tests.coupons.books import made
from tests.signing_in import SignedInClient


def signed_in(user: User) -> Client:
    client = SignedInClient()
    client.force_login(user)
    return client


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@exemple.test", name=role)
    StaffRole.objects.create(user=user, role=role)
    return user


@pytest.fixture
def story(db: None) -> made.Story:
    return made.a_story()


@pytest.fixture
def accountant(db: None) -> Client:
    return signed_in(staff("accountant"))


@pytest.fixture
def manager(story: made.Story) -> Client:
    user = User.objects.create_user("manager@exemple.test", name="manager")
    Membership.objects.create(user=user, organization=story.campaign.organization, role="sponsor-manager")
    return signed_in(user)
