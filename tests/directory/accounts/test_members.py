"""Colleagues come by invitation, and an organisation always keeps somebody in charge."""

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from directory.accounts.invitations import accept, find, invite, resend, revoke
from directory.accounts.joining import ask_to_join
from directory.accounts.members import change_role, remove_member
from directory.accounts.refusals import Refused
from directory.models import Change, Invitation, Membership, Organization, User
from tests.directory.accounts.conftest import AT, Join, committed
from tests.matrix.world import account

pytestmark = pytest.mark.django_db


def invited(
    organization: Organization,
    by: User,
    email: str = "nina@example.org",
    role: str = "provider-agent",
    at: datetime = AT,
) -> Invitation:
    with committed():
        return invite(organization=organization, email=email, role=role, by=by, at=at)


def secret_of_last_letter() -> str:
    return re.search(r"/espace/invitation/([\w-]+)/", mail.outbox[-1].body).group(1)


def test_the_letter_holds_the_secret_and_the_database_does_not(
    organization: Organization, manager: User
) -> None:
    invitation = invited(organization, manager)
    secret = secret_of_last_letter()
    assert mail.outbox[-1].to == ["nina@example.org"]
    assert "Les ateliers" in mail.outbox[-1].subject
    assert secret.encode() not in bytes(Invitation.objects.get().digest)
    assert find(secret, AT) == invitation
    assert find(secret[:-1] + "x", AT) is None


def test_accepting_gives_the_role_once(organization: Organization, manager: User) -> None:
    invitation, nina = invited(organization, manager), account("nina")
    membership = accept(invitation=invitation, by=nina, at=AT)
    assert (membership.role, membership.organization) == ("provider-agent", organization)
    assert find(secret_of_last_letter(), AT) is None
    with pytest.raises(Refused, match="déjà été utilisée"):
        accept(invitation=invitation, by=nina, at=AT)
    given = Change.objects.filter(table="membership", action="insert").first()
    assert given.actor == nina


def test_a_letter_passed_on_opens_nothing(organization: Organization, manager: User) -> None:
    with pytest.raises(Refused, match="autre adresse"):
        accept(invitation=invited(organization, manager), by=account("voisin"), at=AT)


def test_fourteen_days(organization: Organization, manager: User) -> None:
    invitation, nina = invited(organization, manager), account("nina")
    secret = secret_of_last_letter()
    assert find(secret, AT + timedelta(days=13, hours=23))
    assert find(secret, AT + timedelta(days=14)) is None
    with pytest.raises(Refused, match="plus valable"):
        accept(invitation=invitation, by=nina, at=AT + timedelta(days=14))


def test_sending_again_closes_the_link_before(organization: Organization, manager: User) -> None:
    invitation = invited(organization, manager)
    before = secret_of_last_letter()
    with committed():
        resend(invitation=invitation, by=manager, at=AT + timedelta(days=20))
    assert find(before, AT) is None
    assert find(secret_of_last_letter(), AT + timedelta(days=30)) == invitation


def test_revoked(organization: Organization, manager: User) -> None:
    revoke(invitation=invited(organization, manager), by=manager, at=AT)
    assert find(secret_of_last_letter(), AT) is None
    invited(organization, manager)


def test_one_invitation_at_a_time(organization: Organization, manager: User) -> None:
    invited(organization, manager)
    with pytest.raises(Refused, match="déjà invitée"):
        invited(organization, manager, email="Nina@Example.org")


@pytest.mark.parametrize("role", ["sponsor-manager", "sponsor-viewer"])
def test_a_provider_manager_gives_no_role_of_the_sponsor(
    organization: Organization, manager: User, role: str
) -> None:
    with pytest.raises(Refused, match="ne permet pas"):
        invited(organization, manager, role=role)
    membership = Membership.objects.get(user=manager)
    with pytest.raises(Refused, match="ne permet pas"):
        change_role(membership=membership, role=role, by=manager, at=AT)


def test_an_agent_gives_nothing(organization: Organization, join: Join) -> None:
    with pytest.raises(Refused):
        invited(organization, join("accueil", "provider-agent"))


def test_the_last_one_in_charge_can_neither_leave_nor_step_down(
    organization: Organization, manager: User, join: Join
) -> None:
    membership = Membership.objects.get(user=manager)
    for attempt in (
        lambda: remove_member(membership=membership, by=manager),
        lambda: change_role(membership=membership, role="provider-agent", by=manager, at=AT),
    ):
        with pytest.raises(Refused, match="dernière personne responsable"):
            attempt()
    other = join("bob", "provider-manager")
    remove_member(membership=membership, by=manager)
    assert organization.memberships.get().user == other


def test_roles_are_changed_and_taken_by_managers_and_recorded(
    organization: Organization, manager: User, join: Join
) -> None:
    agent = join("accueil", "provider-agent")
    membership = Membership.objects.get(user=agent)
    with pytest.raises(Refused):
        change_role(membership=membership, role="provider-manager", by=agent, at=AT)
    change_role(membership=membership, role="provider-manager", by=manager, at=AT)
    change = Change.objects.filter(table="membership", action="update").first()
    assert (change.actor, change.before["role"], change.after["role"]) == (
        manager,
        "provider-agent",
        "provider-manager",
    )
    remove_member(membership=membership, by=manager)
    assert not organization.memberships.filter(user=agent).exists()


def test_an_existing_account_accepts_in_the_browser(
    organization: Organization, manager: User, client: Client
) -> None:
    invited(organization, manager, at=timezone.now())
    opened = client.get(f"/espace/invitation/{secret_of_last_letter()}/")
    assert opened.headers["Location"] == "/espace/invitation/"
    assert "nina@example.org" in client.get("/espace/invitation/").content.decode()
    assert client.post("/espace/invitation/").status_code == 200
    assert not User.objects.filter(email="nina@example.org").exists()
    account("nina")
    signed_in = client.post(
        "/compte/login/?next=/espace/invitation/", {"login": "nina@example.org", "password": "mot-de-passe"}
    )
    assert signed_in.headers["Location"] == "/espace/invitation/"
    assert client.post("/espace/invitation/").headers["Location"] == f"/espace/{organization.pk}/"
    assert client.get(f"/espace/{organization.pk}/").status_code == 200


def test_a_new_account_needs_no_second_letter(organization: Organization, manager: User) -> None:
    invited(organization, manager, at=timezone.now())
    client = Client()
    client.get(f"/espace/invitation/{secret_of_last_letter()}/", follow=True)
    letters = len(mail.outbox)
    signed_up = client.post(
        "/compte/signup/?next=/espace/invitation/",
        {"name": "Nina", "email": "nina@example.org", "password1": "cheval-agrafe-pile"},
    )
    assert signed_up.headers["Location"] == "/espace/invitation/"
    assert len(mail.outbox) == letters
    assert client.post("/espace/invitation/").status_code == 302
    assert User.objects.get(email="nina@example.org").memberships.get().organization == organization


def test_another_address_than_the_invited_one_is_verified_as_usual(
    organization: Organization, manager: User
) -> None:
    invited(organization, manager, at=timezone.now())
    client = Client()
    client.get(f"/espace/invitation/{secret_of_last_letter()}/", follow=True)
    signed_up = client.post(
        "/compte/signup/?next=/espace/invitation/",
        {"name": "Eve", "email": "eve@example.org", "password1": "cheval-agrafe-pile"},
    )
    assert signed_up.headers["Location"] == "/compte/confirm-email/"


def test_the_page_of_members_asks_the_same_number_of_queries(
    organization: Organization, manager: User, join: Join, client: Client, django_assert_num_queries
) -> None:
    client.force_login(manager)
    address = f"/espace/{organization.pk}/membres/"
    client.get(address)
    with django_assert_num_queries(8) as few:
        client.get(address)
    for number in range(20):
        join(f"agent{number}", "provider-agent")
        invited(organization, manager, email=f"autre{number}@example.org")
        ask_to_join(siret=organization.siret, message="Moi", by=account(f"x{number}"), at=timezone.now())
    with django_assert_num_queries(len(few)):
        client.get(address)
