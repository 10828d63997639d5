"""Tokens: shown once, digested, bound to an organisation and to scopes, revocable at once."""

import re

import pytest
from django.test import Client
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from directory.api_authentication import TokenAuthentication
from directory.models import ApiToken, Change, Membership, Organization, User
from directory.rights import Capability, StaffCapability, may, organization_ids, staff_may
from directory.tokens import create_token, revoke_token
from tests.directory.accounts.conftest import AT
from tests.matrix.world import account

pytestmark = pytest.mark.django_db


def through(secret: str) -> User:
    request = APIRequestFactory().get("/", headers={"Authorization": f"Token {secret}"})
    user, _token = TokenAuthentication().authenticate(request)
    return user


def made(organization: Organization | None, user: User, *scopes: str) -> tuple[ApiToken, str]:
    return create_token(organization=organization, name="Agenda", scopes=list(scopes), by=user, at=AT)


def test_shown_once_and_kept_as_a_digest(organization: Organization, manager: User, client: Client) -> None:
    client.force_login(manager)
    address = f"/espace/{organization.pk}/jetons/"
    page = client.post(address, {"name": "Agenda", "scopes": ["read"]})
    assert "no-store" in page.headers["Cache-Control"]
    secret = re.search(r"aptic_[\w-]{43}", page.content.decode()).group()
    assert secret not in client.get(address).content.decode()
    token = ApiToken.objects.get()
    assert secret.encode() not in bytes(token.digest)
    assert secret.startswith(token.prefix)
    assert through(secret) == manager
    client.post(f"{address}{token.pk}/revoquer/")
    with pytest.raises(AuthenticationFailed, match="révoqué"):
        through(secret)


@pytest.mark.parametrize("wrong", ["", "aptic_", "aptic_" + "A" * 43, "é" * 20, "a b c"])
def test_a_wrong_one_is_401(wrong: str) -> None:
    answer = Client().get("/api/v1/organizations/", headers={"Authorization": f"Token {wrong}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_scheme_is_nobody() -> None:
    answer = Client().get("/api/v1/organizations/", headers={"Authorization": "Bearer x"})
    assert answer.json()["title"] == Client().get("/api/v1/organizations/").json()["title"]
    assert answer.status_code == 401


def test_software_asks_who_it_is(organization: Organization, manager: User) -> None:
    Organization.objects.create(name="Autre", is_provider=True)
    secret = made(organization, manager, "read")[1]
    answer = Client().get("/api/v1/organizations/", headers={"Authorization": f"token {secret}"})
    assert answer.json() == {
        "results": [
            {
                "id": organization.pk,
                "name": "Les ateliers",
                "siret": organization.siret,
                "roles": ["provider-manager"],
                "scopes": ["read"],
            }
        ]
    }


def test_it_acts_for_its_organisation_only(organization: Organization, manager: User) -> None:
    other = Organization.objects.create(name="Autre", is_provider=True)
    Membership.objects.create(user=manager, organization=other, role="provider-manager")
    user = through(made(organization, manager, "read", "offer")[1])
    assert may(user, Capability.SEE, organization)
    assert not may(user, Capability.SEE, other)
    assert may(manager, Capability.SEE, other)
    assert set(Organization.objects.for_user(user)) == {organization}


def test_with_its_scopes_only(organization: Organization, manager: User) -> None:
    reader = through(made(organization, manager, "read")[1])
    writer = through(made(organization, manager, "offer")[1])
    assert {wanted for wanted in Capability if may(reader, wanted, organization)} == {
        Capability.SEE,
        Capability.SEE_MONEY,
    }
    assert may(writer, Capability.EDIT_OFFER, organization)
    assert not may(writer, Capability.MANAGE_MEMBERS, organization)
    assert not may(writer, Capability.USE_TOKENS, organization)


def test_never_more_than_its_account(organization: Organization, manager: User) -> None:
    secret = made(organization, manager, "read", "offer")[1]
    organization.memberships.all().delete()
    assert not organization_ids(through(secret), Capability.SEE).exists()
    User.objects.update(is_active=False)
    with pytest.raises(AuthenticationFailed):
        through(secret)


def test_a_token_of_an_organisation_is_never_staff(organization: Organization) -> None:
    chief = account("chef", is_staff=True, is_superuser=True)
    assert staff_may(chief, StaffCapability.REVIEW)
    assert not staff_may(through(made(organization, chief, "read")[1]), StaffCapability.REVIEW)


def test_use_is_noted_once_a_day(
    organization: Organization, manager: User, django_assert_num_queries
) -> None:
    token, secret = made(organization, manager, "read")
    through(secret)
    assert ApiToken.objects.get().last_used_on
    with django_assert_num_queries(1):
        through(secret)
    revoke_token(token=token, by=manager, at=AT)
    revoked_at = ApiToken.objects.get().revoked_at
    revoke_token(token=token, by=manager, at=AT.replace(year=2027))
    assert ApiToken.objects.get().revoked_at == revoked_at


def test_the_trail_tells_of_it_without_its_secret(organization: Organization, manager: User) -> None:
    token, secret = made(organization, manager, "read")
    through(secret)
    revoke_token(token=token, by=manager, at=AT)
    revoked, created = Change.objects.filter(table="apitoken")
    assert (created.action, created.actor, created.organization) == ("insert", manager, organization)
    assert (created.after["name"], created.after["scopes"]) == ("Agenda", ["read"])
    assert (revoked.action, revoked.actor, set(revoked.after)) == ("update", manager, {"revoked_at"})
    told = str([created.after, revoked.before, revoked.after])
    assert token.prefix not in told
    assert bytes(token.digest).hex() not in told
