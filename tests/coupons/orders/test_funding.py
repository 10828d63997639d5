"""Money that comes in, and the order it funds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.db.utils import IntegrityError

from coupons import ledger
from coupons.choices import AccountKind, OrderStatus
from coupons.models import Entry, Leg, Order, Paper, Transfer
from coupons.orders import funding, ordering
from coupons.orders.funding import AlreadyKnown, match, standing
from directory.accounts.refusals import Refused
from directory.models import User
from tests.coupons import toy
from tests.coupons.orders import made


def balance(kind: AccountKind, **of: object) -> int:
    return ledger.balance_cents(ledger.account(kind, **of))  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_transfer_that_quotes_the_order_funds_it() -> None:
    order = made.ordered()
    transfer = made.transferred(order.due_cents, f"/RFB/{order.transfer_reference.lower()} commande")
    order.refresh_from_db()
    assert (order.status, order.funded_at, transfer.order) == (OrderStatus.FUNDED, toy.AT, order)
    assert balance(AccountKind.BANK) == order.due_cents
    assert balance(AccountKind.UNMATCHED) == 0
    assert ordering.held_cents(order) == order.due_cents
    invoice = order.papers.get(kind=Paper.Kind.INVOICE)
    assert (invoice.number, invoice.content["due_cents"]) == ("F2026-000001", order.due_cents)
    assert invoice.content["purchase_order_number"] == "EJ-2026-17"


@pytest.mark.django_db
def test_fees_become_revenue_when_invoiced(settings: Any) -> None:
    settings.ORDER_FEE_FIXED_CENTS = 5_000
    order = made.funded()
    assert order.fee_cents == 6_000
    assert (-balance(AccountKind.REVENUE), -balance(AccountKind.VAT)) == (5_000, 1_000)
    assert ordering.held_cents(order) == order.due_cents - 6_000
    assert standing(order) == funding.Standing(order.due_cents, order.due_cents, 0, order.due_cents - 6_000)


@pytest.mark.django_db
def test_money_that_quotes_nothing_waits() -> None:
    order = made.ordered()
    transfer = made.transferred(order.due_cents, "subvention 2026")
    assert transfer.order is None
    assert -balance(AccountKind.UNMATCHED) == order.due_cents
    match(transfer=transfer, order=order, by=made.somebody("compta@exemple.test"), at=toy.AT)
    order.refresh_from_db()
    assert order.status == OrderStatus.FUNDED


@pytest.mark.django_db
def test_money_that_quotes_two_orders_waits() -> None:
    first, second = made.ordered(), made.ordered()
    transfer = made.transferred(1_000, f"{first.transfer_reference} {second.transfer_reference}")
    assert transfer.order is None


@pytest.mark.django_db
def test_money_for_a_quote_waits() -> None:
    order = made.a_quote()
    transfer = made.transferred(order.due_cents, order.transfer_reference)
    assert transfer.order is None
    with pytest.raises(Refused, match="devis"):
        match(transfer=transfer, order=order, by=made.somebody(), at=toy.AT)


@pytest.mark.django_db
def test_too_little_then_too_much() -> None:
    order = made.ordered()
    made.transferred(order.due_cents - 100, order.transfer_reference)
    order.refresh_from_db()
    assert (order.status, standing(order).missing) == (OrderStatus.ORDERED, 100)
    made.transferred(250, order.transfer_reference, reference="BNK-2")
    order.refresh_from_db()
    assert (order.status, standing(order).missing, standing(order).too_much) == (OrderStatus.FUNDED, 0, 150)
    assert funding.pay_back_too_much(order=order, by=made.somebody(), at=toy.AT) == 150
    assert standing(order).too_much == 0
    assert -balance(AccountKind.SPONSOR_REFUNDABLE, campaign=order.campaign) == 150
    with pytest.raises(Refused, match="en trop"):
        funding.pay_back_too_much(order=order, by=made.somebody(), at=toy.AT)
    made.transferred(70, order.transfer_reference, reference="BNK-3")
    assert funding.pay_back_too_much(order=order, by=made.somebody(), at=toy.AT) == 70


@pytest.mark.django_db
def test_the_same_movement_is_noted_once() -> None:
    made.transferred(100, "")
    with pytest.raises(AlreadyKnown, match="BNK-1"):
        made.transferred(100, "")
    assert balance(AccountKind.BANK) == 100


@pytest.mark.django_db
@pytest.mark.parametrize("cents", [0, -1, funding.MOST_CENTS + 1])
def test_amounts_that_no_transfer_has(cents: int) -> None:
    with pytest.raises(Refused, match="0,01"):
        made.transferred(cents, "")
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_money_of_tomorrow_is_not_there() -> None:
    with pytest.raises(Refused, match="futur"):
        made.transferred(100, "", booked_on=date(2026, 11, 24))


@pytest.mark.django_db
def test_a_transfer_is_matched_once() -> None:
    first, second = made.ordered(), made.ordered()
    transfer = made.transferred(first.due_cents, "")
    match(transfer=transfer, order=first, by=made.somebody("compta@exemple.test"), at=toy.AT)
    with pytest.raises(Refused, match=f"compta@exemple.test a déjà rapproché.*{first.number}"):
        match(transfer=transfer, order=second, by=made.somebody(), at=toy.AT)
    assert ordering.held_cents(second) == 0


def at_once(n: int, act: Callable[[], object]) -> list[object]:
    """What each of `n` threads got: the result, or what was raised."""
    together = Barrier(n)

    def one(_i: int) -> object:
        try:
            together.wait(5)
            return act()
        except Exception as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(n) as threads:
        return list(threads.map(one, range(n)))


@pytest.mark.django_db(transaction=True)
def test_several_accountants_at_once_have_one_effect() -> None:
    order, by = made.ordered(), made.somebody("compta@exemple.test")
    transfer = made.transferred(order.due_cents, "")
    got = at_once(4, lambda: match(transfer=transfer, order=order, by=by, at=toy.AT))
    assert sum(isinstance(one, Transfer) for one in got) == 1
    assert sum(isinstance(one, Refused) for one in got) == 3
    assert ordering.held_cents(order) == order.due_cents
    assert order.papers.filter(kind=Paper.Kind.INVOICE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_books_alone_would_stop_them() -> None:
    """Negative control: checked, then acted, all of them pass the check, and the last barrier is the books' key."""
    order, by = made.ordered(), made.somebody("compta@exemple.test")
    transfer = made.transferred(order.due_cents, "")
    checked = Barrier(4)

    def unguarded() -> object:
        assert Transfer.objects.get(pk=transfer.pk).matched_at is None
        checked.wait(5)
        return credited(order, transfer, by)

    got = at_once(4, unguarded)
    assert sum(isinstance(one, IntegrityError) for one in got) == 3


def credited(order: Order, transfer: Transfer, by: User) -> Entry:
    legs = {
        ledger.account(AccountKind.UNMATCHED): transfer.amount_cents,
        ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order): -transfer.amount_cents,
    }
    return ledger.post("match", key=f"match:{transfer.pk}", legs=legs, at=toy.AT, by=by)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_the_same_movement_noted_by_several_at_once() -> None:
    order, by = made.ordered(), made.somebody("compta@exemple.test")
    got = at_once(4, lambda: made.transferred(order.due_cents, order.transfer_reference, by=by))
    assert sum(isinstance(one, Transfer) for one in got) == 1
    assert sum(isinstance(one, AlreadyKnown) for one in got) == 3
    assert balance(AccountKind.BANK) == order.due_cents
    assert Leg.objects.filter(account__kind="bank").count() == 1
