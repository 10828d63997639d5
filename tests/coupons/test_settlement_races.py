"""A payment whose number is given and that commits late: settling waits for it, and it is on one statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction

from coupons import counting
from coupons.batches import settle
from coupons.models import Payout, SettledPayment
from coupons.taking import take
from directory.accounts.refusals import Refused
from directory.models import User
from tests.coupons import toy
from tests.coupons.hasty import make_hasty

pytestmark = pytest.mark.django_db(transaction=True)
LATER = toy.AT + timedelta(days=1)
CUT_OFF = toy.AT.date()


@contextmanager
def a_late_payment(counter: toy.Counter) -> Iterator[Event]:
    """Of 20 €, its number given, not committed until the event is set."""
    numbers = [coupon.pk for coupon in toy.coupons_in_hand(2)]
    written, may_commit = Event(), Event()

    def pay() -> None:
        try:
            with transaction.atomic():
                take(counter.passage(numbers), at=toy.AT)
                written.set()
                assert may_commit.wait(20)
        finally:
            connections.close_all()

    thread = Thread(target=pay)
    thread.start()
    assert written.wait(20)
    try:
        yield may_commit
    finally:
        may_commit.set()
        thread.join(20)


def pay(counter: toy.Counter) -> None:
    take(counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)


def stated() -> list[tuple[int, int]]:
    """Cents and number of lines of each statement of a provider."""
    rows = Payout.objects.filter(account__kind="provider_payable").order_by("pk")
    return [(row.amount_cents, SettledPayment.objects.of(row).count()) for row in rows]


@pytest.fixture
def accountant() -> User:
    return User.objects.create_user("comptable@exemple.test")


@pytest.fixture
def counter() -> toy.Counter:
    """Its first payment was stated long ago."""
    counter = toy.a_counter()
    pay(counter)
    return counter


def test_a_payment_that_commits_late_is_on_one_statement(accountant: User, counter: toy.Counter) -> None:
    with a_late_payment(counter) as may_commit:
        pay(counter)  # its number is larger, and it is there already
        made: list[int] = []

        def state() -> None:
            made.append(settle(cut_off=CUT_OFF, by=accountant, at=LATER))
            connections.close_all()

        settling = Thread(target=state)
        settling.start()
        settling.join(0.5)
        assert settling.is_alive(), "settling did not wait for the late payment"
        pay(counter)  # nobody waits for settling
        may_commit.set()
        settling.join(20)
    assert made
    assert stated() == [(4000, 3)]
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert stated() == [(4000, 3), (1000, 1)]
    assert counting.wrong_statements() == counting.accounts_astray() == []


def test_without_the_wait_it_would_be_on_none(accountant: User, counter: toy.Counter) -> None:
    """Negative control: the same moment, stated at once. The statement then says less than what it covers."""
    with a_late_payment(counter), connection.cursor() as cursor:
        pay(counter)
        make_hasty(cursor, "coupons_settle")
        cursor.execute("SELECT hasty_coupons_settle(%s, %s)", [CUT_OFF, LATER])
    try:
        settle(cut_off=CUT_OFF, by=accountant, at=LATER)
        assert stated() == [(2000, 3)]
        [wrong] = Payout.objects.filter(account__kind="provider_payable")
        assert counting.wrong_statements() == [wrong.pk]
        assert counting.accounts_astray() == [wrong.account_id]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION hasty_coupons_settle, hasty_coupons_whole_up_to")


def test_it_does_not_wait_for_ever(accountant: User, counter: toy.Counter) -> None:
    with a_late_payment(counter), pytest.raises(Refused, match="minute"):
        settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert not Payout.objects.exists()
