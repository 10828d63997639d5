"""Somebody asks to be in an organisation: one request, one answer, by whom it is for to answer."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from directory.accounts.invitations import accept as accept_invitation
from directory.accounts.invitations import invite
from directory.accounts.joining import accept, ask_to_join, close_unanswered, refuse
from directory.accounts.refusals import Refused
from directory.models import Change, JoinRequest, Membership, Organization, StaffRole, User
from tests.at_once import at_once as together
from tests.at_once import slow_writes, take_locks_away
from tests.directory.accounts.conftest import AT, Join, committed
from tests.matrix.world import account

pytestmark = pytest.mark.django_db
at_once = partial(together, refusals=(Refused,))


@pytest.fixture
def zoe() -> User:
    return account("zoe")


@pytest.fixture
def reviewer() -> User:
    found = account("instruction")
    StaffRole.objects.create(user=found, role="reviewer")
    return found


def ask(organization: Organization, by: User, at=AT) -> JoinRequest:
    with committed():
        ask_to_join(siret=organization.siret, message="J'y travaille.", by=by, at=at)
    return JoinRequest.objects.latest("pk")


def test_asked_twice_is_one_request_and_one_letter(
    organization: Organization, manager: User, zoe: User
) -> None:
    first = ask(organization, zoe)
    assert ask(organization, zoe, AT + timedelta(days=29)) == first
    assert [letter.to for letter in mail.outbox] == [[manager.email]]
    with pytest.raises(IntegrityError, match="join_request_waiting_once"), transaction.atomic():
        JoinRequest.objects.create(organization=organization, user=zoe, message="", expires_at=AT)


def test_members_and_unknown_numbers_leave_no_request(organization: Organization, manager: User) -> None:
    ask_to_join(siret=organization.siret, message="Moi", by=manager, at=AT)
    ask_to_join(siret="44306184100047", message="Moi", by=manager, at=AT)
    assert not JoinRequest.objects.exists()


def test_a_manager_accepts_with_a_role(organization: Organization, manager: User, zoe: User) -> None:
    asked = ask(organization, zoe)
    with committed():
        membership = accept(request=asked, role="provider-agent", by=manager, at=AT)
    assert (membership.user, membership.role, membership.since) == (zoe, "provider-agent", AT)
    asked.refresh_from_db()
    assert (asked.status, asked.role, asked.decided_by, asked.decided_at) == (
        "accepted",
        "provider-agent",
        manager,
        AT,
    )
    assert mail.outbox[-1].to == [zoe.email]
    assert "agent d'accueil" in mail.outbox[-1].body
    with pytest.raises(Refused, match="n'attend plus"):
        refuse(request=asked, by=manager, at=AT)


def test_a_manager_refuses_and_one_may_ask_again(
    organization: Organization, manager: User, zoe: User
) -> None:
    asked = ask(organization, zoe)
    with committed():
        refuse(request=asked, by=manager, at=AT)
    assert mail.outbox[-1].to == [zoe.email]
    assert not zoe.memberships.exists()
    assert ask(organization, zoe) != asked


@pytest.mark.parametrize("role", ["sponsor-manager", "sponsor-viewer", "", "administrator"])
def test_only_roles_that_one_may_give(
    organization: Organization, manager: User, zoe: User, role: str
) -> None:
    with pytest.raises(Refused, match="Choisissez un rôle"):
        accept(request=ask(organization, zoe), role=role, by=manager, at=AT)


def test_it_is_for_nobody_else_to_decide(
    organization: Organization, manager: User, join: Join, zoe: User, reviewer: User
) -> None:
    asked = ask(organization, zoe)
    other = Organization.objects.create(name="Autre", is_provider=True)
    stranger = account("voisin")
    Membership.objects.create(user=stranger, organization=other, role="provider-manager")
    for person in (zoe, join("accueil", "provider-agent"), stranger, reviewer):
        with pytest.raises(Refused, match="Une autre personne"):
            accept(request=asked, role="provider-agent", by=person, at=AT)
    assert JoinRequest.objects.get().status == "waiting"


def test_a_reviewer_names_the_first_manager(organization: Organization, zoe: User, reviewer: User) -> None:
    asked = ask(organization, zoe)
    assert mail.outbox[-1].to == [reviewer.email]
    assert "/plateforme/adhesions/" in mail.outbox[-1].body
    with pytest.raises(Refused, match="Choisissez un rôle"):
        accept(request=asked, role="provider-agent", by=reviewer, at=AT)
    accept(request=asked, role="provider-manager", by=reviewer, at=AT)
    assert organization.memberships.get().user == zoe


def test_nobody_lets_themselves_in(organization: Organization, reviewer: User) -> None:
    Membership.objects.create(user=reviewer, organization=organization, role="provider-agent")
    colleague = ask(organization, account("ana"))
    with pytest.raises(Refused, match="Une autre personne"):
        accept(request=colleague, role="provider-manager", by=reviewer, at=AT)


def test_thirty_days(organization: Organization, manager: User, zoe: User) -> None:
    asked, late = ask(organization, zoe), AT + timedelta(days=30)
    with pytest.raises(Refused, match="n'attend plus"):
        accept(request=asked, role="provider-agent", by=manager, at=late)
    assert close_unanswered(late - timedelta(seconds=1)) == 0
    with committed():
        assert close_unanswered(late) == 1
    assert (mail.outbox[-1].to, close_unanswered(late)) == ([zoe.email], 0)
    asked.refresh_from_db()
    assert asked.status == "expired"
    again = ask(organization, zoe, late)
    assert (again.status, again.expires_at) == ("waiting", late + timedelta(days=30))


def test_asking_again_closes_what_nobody_answered(
    organization: Organization, manager: User, zoe: User
) -> None:
    ask(organization, zoe)
    ask(organization, zoe, AT + timedelta(days=31))
    assert list(JoinRequest.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "waiting"]


def test_an_invitation_answers_it(organization: Organization, manager: User, zoe: User) -> None:
    asked = ask(organization, zoe)
    invitation = invite(organization=organization, email=zoe.email, role="provider-agent", by=manager, at=AT)
    accept_invitation(invitation=invitation, by=zoe, at=AT)
    asked.refresh_from_db()
    assert (asked.status, asked.role, asked.decided_by) == ("accepted", "provider-agent", manager)


def test_the_trail_says_who_and_not_what_was_written(
    organization: Organization, manager: User, zoe: User
) -> None:
    accept(request=ask(organization, zoe), role="provider-agent", by=manager, at=AT)
    decided, asked = Change.objects.filter(table="joinrequest")
    assert (asked.actor, asked.action, asked.organization) == (zoe, "insert", organization)
    assert "message" not in asked.after
    assert (decided.actor, decided.after["status"]) == (manager, "accepted")


def test_on_the_page_of_members(
    organization: Organization, manager: User, join: Join, zoe: User, client: Client
) -> None:
    asked = ask(organization, zoe, timezone.now())
    address = f"/espace/{organization.pk}/membres/"
    client.force_login(join("accueil", "provider-agent"))
    assert "J&#x27;y travaille." not in client.get(address).content.decode()
    client.force_login(manager)
    assert "J&#x27;y travaille." in client.get(address).content.decode()
    client.post(f"/espace/{organization.pk}/demandes/{asked.pk}/accepter/", {"role": "provider-agent"})
    assert zoe.memberships.get().role == "provider-agent"
    assert "J&#x27;y travaille." not in client.get(address).content.decode()


def test_a_request_to_others_is_not_found(manager: User, zoe: User, client: Client) -> None:
    other = Organization.objects.create(name="Autre", siret="44306184100047")
    asked = ask(other, zoe, timezone.now())
    client.force_login(manager)
    mine = manager.memberships.get().organization_id
    for what in ("accepter", "refuser"):
        answer = client.post(f"/espace/{mine}/demandes/{asked.pk}/{what}/", {"role": "provider-agent"})
        assert answer.status_code == 404
    assert JoinRequest.objects.get().status == "waiting"


def test_on_the_desk_of_reviewers(
    organization: Organization, zoe: User, reviewer: User, client: Client, django_assert_num_queries
) -> None:
    asked = ask(organization, zoe, timezone.now())
    client.force_login(reviewer)
    desk = "/plateforme/adhesions/"
    assert organization.name in client.get(desk).content.decode()
    with django_assert_num_queries(4) as few:
        client.get(desk)
    for number in range(20):
        other = Organization.objects.create(name=f"Structure {number}", siret=f"{number:014}")
        JoinRequest.objects.create(organization=other, user=zoe, message="", expires_at=asked.expires_at)
    with django_assert_num_queries(len(few)):
        client.get(desk)
    client.post(f"{desk}{asked.pk}/refuser/")
    assert JoinRequest.objects.get(pk=asked.pk).status == "refused"


@pytest.fixture
def several_may_wait(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX join_request_waiting_once")
    yield
    JoinRequest.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE UNIQUE INDEX join_request_waiting_once ON directory_joinrequest (organization_id, user_id) "
            "WHERE status = 'waiting'"
        )


@pytest.mark.django_db(transaction=True)
def test_pressed_four_times_at_once(organization: Organization, manager: User, zoe: User) -> None:
    at_once(*[lambda: ask_to_join(siret=organization.siret, message="Moi", by=zoe, at=AT)] * 4)
    assert JoinRequest.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("several_may_wait")
def test_checking_first_alone_lets_four_through(organization: Organization, zoe: User) -> None:
    """The same check without the organisation's lock and without the index: the race is real."""
    gate = Barrier(4, timeout=10)

    def check_then_write() -> None:
        assert not JoinRequest.objects.filter(organization=organization, user=zoe).exists()
        gate.wait()
        JoinRequest.objects.create(organization=organization, user=zoe, message="", expires_at=AT)

    at_once(*[check_then_write] * 4)
    assert JoinRequest.objects.count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_managers_decide_at_once(
    organization: Organization,
    manager: User,
    join: Join,
    zoe: User,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    other, asked = join("bob", "provider-manager"), ask(organization, zoe)
    if not locked:
        take_locks_away(monkeypatch)
    with slow_writes("directory_joinrequest"):
        answers = at_once(
            lambda: accept(request=asked, role="provider-agent", by=manager, at=AT),
            lambda: refuse(request=asked, by=other, at=AT),
        )
    assert sum(isinstance(answer, Refused) for answer in answers) == (1 if locked else 0)
    if not locked:
        return
    asked.refresh_from_db()
    assert zoe.memberships.exists() == (asked.status == "accepted")
