"""Names of people, organisations and tokens, and what browsers say they are, are text wherever they are shown."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.accounts.invitations import invite
from directory.models import ApiToken, Invitation, JoinRequest, Membership, Organization, User
from tests.directory.accounts.conftest import AT, Join
from tests.hostile import HEADS, LONG, TELLING, Seen, assert_inert, assert_plain_letter, intruders
from tests.signing_in import SignedInClient


def fill(text: str) -> None:
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    ApiToken.objects.update(name=text[:80])
    JoinRequest.objects.update(message=text[:1000])
    Authenticator.objects.update(data={"name": text[:100], "credential": {}})
    UserSession.objects.update(user_agent=text[:200])
    Invitation.objects.update(email=text[:254])


@pytest.mark.django_db
def test_pages(organization: Organization, manager: User, join: Join) -> None:
    colleague, stranger = join("colleague", "provider-agent"), User.objects.create_user("s@example.org")
    ApiToken.objects.create(organization=organization, user=manager, name="x", scopes=["read"], digest=b"x")
    soon = timezone.now() + timedelta(days=9)
    JoinRequest.objects.create(organization=organization, user=stranger, message="x", expires_at=soon)
    Invitation.objects.create(
        organization=organization, email="x", role="provider-agent", digest=b"x", expires_at=soon
    )
    key = Authenticator.objects.create(user=manager, type="webauthn", data={"name": "x", "credential": {}})
    client = SignedInClient()
    client.force_login(manager)
    UserSession.objects.create(
        user=manager, ip="192.0.2.7", session_key=client.session.session_key, user_agent="x"
    )
    membership = Membership.objects.get(user=colleague).pk
    assert client.post(reverse("account_reauthenticate"), {"password": "mot-de-passe"}).status_code == 302
    addresses = [
        reverse("accounts:space"),
        *[
            reverse(f"accounts:{name}", args=[organization.pk])
            for name in ("organization", "members", "tokens")
        ],
        reverse("accounts:member", args=[organization.pk, membership]),
        *[reverse(name) for name in ("account_email", "mfa_index", "mfa_list_webauthn", "usersessions_list")],
        *[reverse(name, args=[key.pk]) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")],
    ]
    assert_inert(fill, [(client, addresses)], [*TELLING, *LONG])


@pytest.mark.django_db
@pytest.mark.parametrize("text", TELLING)
def test_what_is_typed_at_the_door_comes_back_as_text(client: Client, text: str) -> None:
    """Forms that are asked again, signed out."""

    def asked(word: str) -> str:
        answers = [
            client.post(reverse("account_login"), {"login": word, "password": ""}),
            client.post(reverse("account_signup"), {"email": word, "name": word, "password1": "x"}),
            client.post(reverse("account_reset_password"), {"email": word}),
            client.get(reverse("account_login"), {"next": word}),
        ]
        return "".join(answer.content.decode() for answer in answers)

    usual = Seen(asked("x")).kinds
    assert not intruders(asked(text), usual)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", [*TELLING, *HEADS])
def test_letters_are_plain(manager: User, organization: Organization, text: str) -> None:
    Organization.objects.update(name=text)
    User.objects.update(name=text)
    organization.refresh_from_db()
    manager.refresh_from_db()
    invite(organization=organization, email="n@example.org", role="provider-agent", by=manager, at=AT)
    [letter] = mail.outbox
    assert_plain_letter(letter, ["n@example.org"])
    assert text in letter.body
