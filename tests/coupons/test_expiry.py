"""The end of the last day, wherever it ends last."""

from datetime import UTC, date, datetime, timedelta

import pytest

from coupons.expiry import day_everywhere, expire
from coupons.ledger import balance_cents
from coupons.models import Account, Booklet, Coupon, Entry
from coupons.taking import take
from tests.coupons import toy

pytestmark = pytest.mark.django_db

# Coupons of the toy are usable up to 23 November 2027 included. Midnight in Tahiti is ten o'clock in Greenwich.
STILL = datetime(2027, 11, 24, 9, 59, tzinfo=UTC)


def test_the_day_ends_in_polynesia() -> None:
    assert day_everywhere(STILL) == date(2027, 11, 23)
    assert day_everywhere(STILL + timedelta(minutes=1)) == date(2027, 11, 24)


def test_unused_coupons_go_back_to_the_sponsor_to_the_cent() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(5)
    take(counter.passage([coupon.pk for coupon in coupons[:3]]), at=toy.AT)
    assert expire(at=STILL) == 0
    assert expire(at=STILL + timedelta(minutes=1)) == 1
    states = list(Coupon.objects.order_by("position").values_list("state", flat=True))
    assert states == ["redeemed"] * 3 + ["expired"] * 2
    assert -balance_cents(Account.objects.get(kind="sponsor_refundable")) == 2 * (1000 + 10)
    assert balance_cents(Account.objects.get(kind="outstanding")) == 0
    assert balance_cents(Account.objects.get(kind="contribution")) == 0


def test_twice_changes_nothing() -> None:
    toy.coupons_in_hand(2)
    after = STILL + timedelta(days=1)
    assert (expire(at=after), expire(at=after)) == (1, 0)
    assert Entry.objects.filter(kind="expiry").count() == 1


def test_a_booklet_all_used_ends_without_an_entry() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(1)
    take(counter.passage([coupons[0].pk]), at=toy.AT)
    assert expire(at=STILL + timedelta(days=1)) == 1
    assert not Entry.objects.filter(kind="expiry").exists()
    assert set(Booklet.objects.values_list("status", flat=True)) == {"ended"}


def test_batches_of_two_campaigns() -> None:
    for _ in range(2):
        toy.coupons_in_hand(2)
    assert expire(at=STILL + timedelta(days=1), batch=1) == 2
    assert Entry.objects.filter(kind="expiry").count() == 2
    accounts = Account.objects.filter(kind="sponsor_refundable")
    assert [-balance_cents(account) for account in accounts] == [2020, 2020]
