"""Administrators give and take roles in the platform; they cannot leave it without anybody."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from directory.accounts.refusals import Refused
from directory.accounts.team import give_role, take_role
from directory.models import Change, StaffRole, User
from tests.at_once import at_once
from tests.matrix.world import account
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def administrator() -> User:
    user = account("chef")
    StaffRole.objects.create(user=user, role="administrator")
    return user


@pytest.fixture
def desk(administrator: User) -> SignedInClient:
    client = SignedInClient()
    client.force_login(administrator)
    return client


def test_given_written_to_and_in_the_journal(
    desk: SignedInClient, administrator: User, django_capture_on_commit_callbacks
) -> None:
    new = account("zoe")
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(reverse("team:people"), {"email": new.email.upper(), "role": "accountant"})
    assert answer.status_code == 302
    given = StaffRole.objects.get(user=new)
    assert given.role == "accountant"
    [letter] = mail.outbox
    assert letter.to == [new.email]
    assert "comptabilité" in letter.body
    assert reverse("upkeep:desk") in letter.body
    assert Change.objects.filter(table="staffrole").latest("pk").actor == administrator
    page = desk.get(reverse("team:people")).content.decode()
    assert new.email in page
    assert "comptabilité" in page


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("personne@example.org", "accountant", "Aucun compte actif"),
        ("zoe@example.org", "reviewer", "a déjà ce rôle"),
        ("zoe@example.org", "roi", "Sélectionnez un choix valide"),
        ("zoe", "reviewer", "adresse e-mail valide"),
    ],
)
def test_refused_in_words(desk: SignedInClient, email: str, role: str, said: str) -> None:
    StaffRole.objects.create(user=account("zoe"), role="reviewer")
    answer = desk.post(reverse("team:people"), {"email": email, "role": role})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert StaffRole.objects.count() == 2


def test_an_address_that_is_not_verified_is_nobodys(administrator: User) -> None:
    new = account("zoe")
    EmailAddress.objects.filter(user=new).update(verified=False)
    with pytest.raises(Refused, match="Aucun compte actif"):
        give_role(email=new.email, role="reviewer", by=administrator, at=AT)


def test_taken_at_once(desk: SignedInClient) -> None:
    held = StaffRole.objects.create(user=account("zoe"), role="reviewer")
    other = SignedInClient()
    other.force_login(held.user)
    assert other.get(reverse("upkeep:desk")).status_code == 200
    address = reverse("team:take", args=[held.pk])
    assert "n'aura plus le rôle" in desk.get(address).content.decode().replace("&#x27;", "'")
    assert desk.post(address).status_code == 302
    assert other.get(reverse("upkeep:desk")).status_code == 403
    assert desk.post(address).status_code == 404


def test_nobody_takes_their_own_administration(administrator: User) -> None:
    with pytest.raises(Refused, match="soi-même"):
        take_role(staff_role=administrator.staff_roles.get(), by=administrator)


def test_the_last_one_stays(administrator: User) -> None:
    somebody = account("zoe")
    with pytest.raises(Refused, match="dernière personne"):
        take_role(staff_role=administrator.staff_roles.get(), by=somebody)


@pytest.mark.django_db(transaction=True)
def test_two_cannot_take_it_from_each_other() -> None:
    held = [StaffRole.objects.create(user=account(name), role="administrator") for name in ("chef", "cheffe")]
    one, other = held
    at_once(
        lambda: take_role(staff_role=one, by=other.user),
        lambda: take_role(staff_role=other, by=one.user),
        refusals=(Refused,),
    )
    assert StaffRole.objects.filter(role="administrator").count() == 1
