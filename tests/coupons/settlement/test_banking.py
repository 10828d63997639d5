"""Bank accounts: entered by one, verified by another, changed slowly, told to those who were there before."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction

from coupons import payees
from coupons.models import BankDetails, CooperationFund
from coupons.settlement import banking
from directory.accounts.refusals import Refused
from directory.models import Organization, StaffRole, User
from tests.coupons import toy
from tests.coupons.settlement.conftest import IBANS, LATER, House, member
from tests.hostile import HEADS, TELLING, assert_plain_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(db: None) -> Organization:
    return Organization.objects.create(name="Atelier", is_provider=True)


@pytest.fixture
def manager(provider: Organization) -> User:
    return member(provider, "provider-manager", "camille")


def entered(
    payee: payees.Payee, by: User, iban: str = IBANS[1], contact: str = "tresor@exemple.test"
) -> BankDetails:
    return banking.enter(payee=payee, holder="Atelier", iban=iban, bic="", contact=contact, by=by, at=toy.AT)


def written_to() -> list[list[str]]:
    return sorted(letter.to for letter in mail.outbox)


def test_a_first_account_serves_once_verified(
    house: House, provider: Organization, manager: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        details = entered(provider, manager)
    assert payees.in_force(provider, LATER) is None
    assert written_to() == [[manager.email], ["tresor@exemple.test"]]
    assert IBANS[1] not in mail.outbox[0].body
    banking.verify(details=details, by=house.accountant, at=LATER)
    assert payees.in_force(provider, LATER) == details


def test_a_change_is_told_to_all_who_were_there_and_waits(
    house: House, provider: Organization, manager: User, django_capture_on_commit_callbacks: Any
) -> None:
    first = banking.verify(details=entered(provider, manager), by=house.approver, at=toy.AT)
    colleague = member(provider, "provider-manager", "dominique")
    member(provider, "provider-agent", "agent")
    with django_capture_on_commit_callbacks(execute=True):
        changed = entered(provider, manager, IBANS[2], "voleur@exemple.test")
    everybody = sorted([[manager.email], [colleague.email], ["tresor@exemple.test"], ["voleur@exemple.test"]])
    assert written_to() == everybody
    assert all(letter.subject.count("change") == 1 for letter in mail.outbox)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        banking.verify(details=changed, by=house.accountant, at=LATER)
    assert written_to() == everybody
    just_before = LATER + payees.WAIT - timedelta(seconds=1)
    assert payees.in_force(provider, just_before) == first
    assert payees.in_force(provider, LATER + payees.WAIT) == changed


def test_nobody_verifies_what_they_entered_or_their_own_house(
    house: House, provider: Organization, manager: User
) -> None:
    details = entered(provider, house.accountant)
    with pytest.raises(Refused, match="saisi"):
        banking.verify(details=details, by=house.accountant, at=LATER)
    StaffRole.objects.create(user=manager, role="approver")
    with pytest.raises(Refused, match="membre"):
        banking.verify(details=details, by=manager, at=LATER)
    banking.verify(details=details, by=house.second, at=LATER)
    with pytest.raises(Refused, match="déjà"):
        banking.verify(details=details, by=house.approver, at=LATER)


def test_a_refusal_says_why(
    house: House, provider: Organization, manager: User, django_capture_on_commit_callbacks: Any
) -> None:
    details = entered(provider, manager)
    with pytest.raises(Refused):
        banking.refuse(details=details, reason=" ", by=house.accountant, at=LATER)
    with django_capture_on_commit_callbacks(execute=True):
        banking.refuse(
            details=details, reason="Le titulaire n'est pas votre structure.", by=house.accountant, at=LATER
        )
    assert "Le titulaire n'est pas votre structure." in mail.outbox[-1].body
    with pytest.raises(Refused):
        banking.verify(details=details, by=house.approver, at=LATER)
    assert payees.in_force(provider, LATER) is None


def test_a_new_entry_takes_the_place_of_one_that_waits(provider: Organization, manager: User) -> None:
    first, second = entered(provider, manager), entered(provider, manager, IBANS[2])
    first.refresh_from_db()
    assert (first.refused_at, first.refused_by) == (toy.AT, manager)
    assert payees.details_of(provider).get(refused_at=None) == second


def test_a_fund_has_an_account_of_its_own(
    house: House, provider: Organization, manager: User, django_capture_on_commit_callbacks: Any
) -> None:
    fund = CooperationFund.objects.get(area=None)
    with django_capture_on_commit_callbacks(execute=True):
        details = entered(fund, house.accountant)
    assert written_to() == [["tresor@exemple.test"]]
    banking.verify(details=details, by=house.approver, at=LATER)
    assert payees.in_force(fund, LATER) == details
    assert payees.in_force(provider, LATER) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"iban": IBANS[2]}, "permission denied"),
        ({"contact": "x@exemple.test"}, "permission denied"),
        ({"usable_from": toy.AT}, "bank details"),
    ],
)
def test_the_database_keeps_what_was_entered(
    house: House, provider: Organization, manager: User, change: dict[str, Any], error: str
) -> None:
    details = entered(provider, manager)
    banking.verify(details=details, by=house.accountant, at=LATER)
    with pytest.raises(DatabaseError, match=error), transaction.atomic():
        BankDetails.objects.filter(pk=details.pk).update(**change)


def test_the_database_makes_a_change_wait(house: House, provider: Organization, manager: User) -> None:
    banking.verify(details=entered(provider, manager), by=house.accountant, at=toy.AT)
    changed = entered(provider, manager, IBANS[2])
    early = {"verified_by": house.accountant, "verified_at": LATER, "usable_from": LATER}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BankDetails.objects.filter(pk=changed.pk).update(**early)
    assert refused.value.__cause__.diag.constraint_name == "bank_details_change_waits"


@pytest.mark.parametrize("payload", [*TELLING, *HEADS])
def test_letters_are_plain_and_keep_their_heads(
    payload: str, house: House, django_capture_on_commit_callbacks: Any
) -> None:
    provider = Organization.objects.create(name=payload[:250], is_provider=True)
    manager = member(provider, "provider-manager", "camille")
    User.objects.filter(pk=manager.pk).update(name=payload[:120])
    manager.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        details = entered(provider, manager, contact=manager.email)
        banking.refuse(details=details, reason=payload, by=house.accountant, at=LATER)
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        assert_plain_letter(letter, [manager.email])
