"""Two at once with one receipt; one who rates while another cancels. Each with its negative control."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from coupons.models import Rating
from coupons.ratings.refusals import NotRatable, Why
from coupons.taking import give_back
from directory.models import Feedback, Review
from tests.at_once import at_once, slow_writes
from tests.coupons import toy
from tests.coupons.ratings.conftest import Receipt, paid, rated

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipt(transactional_db: None) -> Receipt:
    counter = toy.a_counter()
    return Receipt(counter, paid(counter)[0])


def test_of_two_at_once_one_rates(receipt: Receipt) -> None:
    with slow_writes("coupons_rating"):
        found = at_once(*[lambda: rated(receipt.payment)] * 4, refusals=(NotRatable,))
    refused = [one for one in found if isinstance(one, NotRatable)]
    assert [one.why for one in refused] == [Why.USED] * 3
    assert Rating.objects.count() == Review.objects.count() == Feedback.objects.get().answers == 1


def cancel(receipt: Receipt) -> bool:
    return give_back(receipt.payment, by=receipt.counter.agent, reason="Erreur", at=toy.AT)


def gone_wrong(receipt: Receipt) -> bool:
    """Of a payment rated and cancelled at the same instant: its review still counts, or the two blocked each other."""
    with slow_writes("coupons_rating"):
        found = at_once(
            lambda: rated(receipt.payment), lambda: cancel(receipt), refusals=(NotRatable, OperationalError)
        )
    if any(isinstance(one, OperationalError) for one in found):
        return True
    receipt.payment.refresh_from_db()
    assert receipt.payment.cancelled_at is not None
    return Review.objects.standing().exists()


@contextmanager
def nobody_holds() -> Iterator[None]:
    """Payments are looked at, and held by nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(name::regproc) FROM unnest(%s::text[]) name",
            [["coupons_hold_payment", "coupons_rating_made"]],
        )
        true = [definition for (definition,) in cursor.fetchall()]
        for definition in true:
            changed = definition.replace("FOR SHARE OF payment", "").replace("FOR SHARE", "")
            assert changed != definition
            cursor.execute(changed)
    yield
    with connection.cursor() as cursor:
        for definition in true:
            cursor.execute(definition)


def rounds(n: int) -> list[bool]:
    counter = toy.a_counter("Un lieu")
    return [gone_wrong(Receipt(counter, payment)) for payment in paid(counter, n=n)]


def test_what_is_cancelled_counts_no_more_whoever_comes_first() -> None:
    assert not any(rounds(6))
    assert Feedback.objects.get().answers == 0


def test_the_race_is_a_race() -> None:
    with nobody_holds():
        assert any(rounds(6))
