"""Booklets and coupons are made once, by whoever asks however often, and only for money that is there."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from coupons import issuing
from coupons.choices import OrderStatus
from coupons.models import Booklet, Coupon
from directory.accounts.refusals import Refused
from tests.coupons import toy


@pytest.mark.django_db
def test_an_order_gets_its_booklets_and_their_coupons_without_codes() -> None:
    order = toy.an_order(booklets=3, booklet_size=4, status=OrderStatus.FUNDED)
    assert issuing.issue(order=order, at=toy.AT) == 3
    made = Coupon.objects.filter(booklet__order=order).values_list("booklet__position", "position", "state")
    assert list(made) == [(booklet, rank, "inert") for booklet in (1, 2, 3) for rank in (1, 2, 3, 4)]
    assert not Coupon.objects.exclude(digest=None).exists()


@pytest.mark.django_db
def test_issuing_again_makes_nothing() -> None:
    order = toy.an_order(booklets=3, status=OrderStatus.FUNDED)
    issuing.issue(order=order, at=toy.AT)
    assert issuing.issue(order=order, at=toy.AT) == 0
    assert Booklet.objects.filter(order=order).count() == 3


@pytest.mark.django_db
def test_what_was_stopped_half_way_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    order = toy.an_order(booklets=7, booklet_size=2, status=OrderStatus.FUNDED)
    monkeypatch.setattr(issuing, "BATCH_COUPONS", 4)
    with transaction.atomic():
        assert issuing._issue_batch(order, toy.AT) == 2
    assert issuing.issue(order=order, at=toy.AT) == 5
    positions = Booklet.objects.filter(order=order).values_list("position", flat=True)
    assert list(positions) == [1, 2, 3, 4, 5, 6, 7]
    assert Coupon.objects.filter(booklet__order=order).count() == 14


@pytest.mark.django_db
def test_replacements_are_not_counted_as_ordered() -> None:
    order = toy.an_order(booklets=2, status=OrderStatus.FUNDED)
    issuing.issue(order=order, at=toy.AT)
    lost = Booklet.objects.filter(order=order)[0]
    lost.status = "cancelled"
    lost.save()
    Booklet.objects.create(order=order, position=3, replaces=lost)
    assert issuing.issue(order=order, at=toy.AT) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("position", [0, 3])
def test_what_is_ordered_stands_at_the_positions_that_were_ordered(position: int) -> None:
    """So that there are never more than were paid for, and nobody has to count."""
    order = toy.an_order(booklets=2, status=OrderStatus.FUNDED)
    with pytest.raises(IntegrityError, match="has all its booklets"):
        Booklet.objects.create(order=order, position=position)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["quote", "ordered", "cancelled"])
def test_an_order_without_money_is_refused(status: str) -> None:
    order = toy.an_order(status=OrderStatus.ORDERED if status == "ordered" else OrderStatus.QUOTE)
    if status == "cancelled":
        order.status = OrderStatus.CANCELLED
        order.save()
    with pytest.raises(Refused, match=f"La commande {order.number} est"):
        issuing.issue(order=order, at=toy.AT)
    assert not Booklet.objects.exists()


@pytest.mark.django_db
def test_an_order_past_its_last_day_is_refused() -> None:
    order = toy.an_order(status=OrderStatus.FUNDED, hand_over_by=toy.AT.date().replace(day=22))
    with pytest.raises(Refused, match="date limite"):
        issuing.issue(order=order, at=toy.AT)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_the_booklets_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "BATCH_COUPONS", 20)
    order = toy.an_order(booklets=40, status=OrderStatus.FUNDED)
    made: list[int] = []

    def issue() -> None:
        made.append(issuing.issue(order=order, at=toy.AT))
        connection.close()

    threads = [threading.Thread(target=issue) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 40
    assert Coupon.objects.filter(booklet__order=order).count() == 400
