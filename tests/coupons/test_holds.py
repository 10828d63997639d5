"""Holding back what is paid to an organisation: before a statement, between preparation and approval, and after."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from coupons import batches, holds
from coupons.models import PayeeHold, Payout
from coupons.taking import take
from directory.accounts.refusals import Refused
from directory.models import Organization, User
from tests.coupons import toy
from tests.coupons.test_settlement import CUT_OFF, IBANS, LATER, a_batch, account_of, paid, with_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant() -> User:
    return User.objects.create_user("comptable@exemple.test")


@pytest.fixture
def approver() -> User:
    return User.objects.create_user("approbation@exemple.test")


def organization_of(counter: toy.Counter) -> Organization:
    found = counter.service.venue.organization
    assert found is not None
    return found


def held(counter: toy.Counter, by: User) -> PayeeHold:
    return holds.hold(organization=organization_of(counter), reason="  à\nvérifier ", by=by, at=LATER)


def test_a_payee_is_held_before_its_statement_and_keeps_nobody_waiting(
    accountant: User, approver: User
) -> None:
    counters = [toy.a_counter(name) for name in ("Retenu", "Libre")]
    for counter, iban in zip(counters, IBANS, strict=False):
        paid(counter)
        with_bank(account_of(counter), accountant, approver, iban)
    assert held(counters[0], approver).reason == "à vérifier"
    batches.settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    stated = Payout.objects.get(account=account_of(counters[0]))
    assert [line.payout.account for line in a_batch(accountant).attempts.all()] == [account_of(counters[1])]
    assert stated not in batches.to_pay()
    holds.release(organization=organization_of(counters[0]), by=accountant, at=LATER)
    assert [line.payout for line in a_batch(accountant).attempts.all()] == [stated]


def test_who_is_held_after_the_preparation_is_put_aside_at_the_approval(
    accountant: User, approver: User
) -> None:
    counters = [toy.a_counter(name) for name in ("Retenu", "Libre")]
    for counter, iban in zip(counters, IBANS, strict=False):
        paid(counter)
        with_bank(account_of(counter), accountant, approver, iban)
    batches.settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    batch = a_batch(accountant)
    held(counters[0], approver)
    batches.approve(batch=batch, by=approver, at=LATER)
    found = {line.payout.account: line.status for line in batch.attempts.all()}
    assert found == {account_of(counters[0]): "aside", account_of(counters[1]): "pending"}


def test_a_sponsor_is_held_for_all_its_campaigns(accountant: User) -> None:
    coupons = toy.coupons_in_hand(4)
    take_all = toy.a_counter()
    take(take_all.passage([coupon.pk for coupon in coupons]), at=toy.AT)  # 40 € for 35 €
    batches.settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    refund = Payout.objects.get(account__kind="sponsor_refundable")
    assert refund in batches.to_pay()
    sponsor = coupons[0].booklet.order.campaign.organization
    holds.hold(organization=sponsor, reason="à vérifier", by=accountant, at=LATER)
    assert refund not in batches.to_pay()
    assert Payout.objects.get(account__kind="fund_payable") in batches.to_pay()


def test_held_once_released_once_and_again(accountant: User, approver: User) -> None:
    counter = toy.a_counter()
    held(counter, accountant)
    with pytest.raises(Refused):
        held(counter, accountant)
    assert PayeeHold.objects.count() == 1
    holds.release(organization=organization_of(counter), by=approver, at=LATER)
    with pytest.raises(Refused):
        holds.release(organization=organization_of(counter), by=approver, at=LATER)
    held(counter, accountant)
    assert holds.open_holds().count() == 1


def test_whoever_holds_does_not_release(accountant: User) -> None:
    current = held(toy.a_counter(), accountant)
    with pytest.raises(Refused, match="une autre personne"):
        holds.release(organization=current.organization, by=accountant, at=LATER)
    with pytest.raises(IntegrityError, match="payee_released_by_another"), transaction.atomic():
        PayeeHold.objects.update(released_by=accountant, released_at=LATER)


def test_a_hold_says_why(accountant: User) -> None:
    with pytest.raises(Refused):
        holds.hold(organization=organization_of(toy.a_counter()), reason=" ", by=accountant, at=LATER)


def test_two_open_holds_are_refused_by_the_database(accountant: User) -> None:
    current = held(toy.a_counter(), accountant)
    with pytest.raises(IntegrityError, match="payee_held_once"), transaction.atomic():
        PayeeHold.objects.create(organization=current.organization, reason="encore", by=accountant, at=LATER)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE coupons_payeehold SET reason = 'autre'",
        "DELETE FROM coupons_payeehold",
        "TRUNCATE coupons_payeehold",
    ],
)
def test_the_site_rewrites_no_hold(statement: str, accountant: User) -> None:
    held(toy.a_counter(), accountant)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_what_was_released_stays_so(accountant: User, approver: User) -> None:
    current = held(toy.a_counter(), accountant)
    holds.release(organization=current.organization, by=approver, at=LATER)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PayeeHold.objects.update(released_at=None, released_by=None)
