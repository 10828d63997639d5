"""An order closed while one of its booklets is handed over: one comes first, and the books agree with it."""

import pytest

from coupons import ledger
from coupons.choices import AccountKind, OrderStatus
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, HandOver, Order
from coupons.orders import ordering
from directory.accounts.refusals import Refused
from tests.coupons import toy
from tests.coupons.orders import made
from tests.coupons.orders.test_funding import at_once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(5))
def test_closing_while_handing_over(round_number: int) -> None:
    order, by = made.funded(booklets=2), made.somebody()
    booklets, _codes = toy.booklets_of(order)
    for status in ("printed", "delivered"):
        Order.objects.filter(pk=order.pk).update(status=status)
    turns = iter(range(2))

    def either() -> object:
        if next(turns) == round_number % 2:
            return ordering.close(order=order, by=by, at=toy.AT)
        return hand_over(booklets=booklets[:1], by=by, at=toy.AT)

    got = at_once(2, either)
    # No dead lock: whoever came second is told in words, or had nothing to refuse.
    assert all(isinstance(one, Order | list | Refused) for one in got), got
    order.refresh_from_db()
    active = Booklet.objects.active().count()
    outstanding = -ledger.balance_cents(ledger.account(AccountKind.OUTSTANDING, campaign=order.campaign))
    refundable = -ledger.balance_cents(
        ledger.account(AccountKind.SPONSOR_REFUNDABLE, campaign=order.campaign)
    )
    assert (order.status, HandOver.objects.count(), outstanding) == (
        OrderStatus.CLOSED,
        active,
        active * 10_000,
    )
    assert (ordering.held_cents(order), refundable) == (0, 20_200 - active * 10_100)
    assert not Booklet.objects.inert().exists()
