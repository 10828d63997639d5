"""From the quote to the order and its end."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from coupons import ledger
from coupons.choices import AccountKind, OrderStatus
from coupons.models import Campaign, Order, Paper
from coupons.orders import ordering
from directory.accounts.refusals import Refused
from directory.models import Change
from tests.coupons import toy
from tests.coupons.orders import made

pytestmark = pytest.mark.django_db


def deposit_cents(order: Order) -> int:
    return ordering.held_cents(order)


def refundable_cents(campaign: Campaign) -> int:
    return -ledger.balance_cents(ledger.account(AccountKind.SPONSOR_REFUNDABLE, campaign=campaign))


def test_a_quote_says_everything() -> None:
    order = made.a_quote(booklets=3)
    assert order.number == "C2026-000001"
    assert order.status == OrderStatus.QUOTE
    assert (order.quote_valid_until, order.hand_over_by) == (date(2027, 1, 22), date(2028, 11, 23))
    assert order.due_cents == 30_300
    assert [delivery.booklets for delivery in order.deliveries.all()] == [3]
    [paper] = order.papers.all()
    assert (paper.kind, paper.number) == (Paper.Kind.QUOTE, "D2026-000001")
    assert paper.content["due_cents"] == 30_300


def test_numbers_leave_no_gap_when_a_quote_is_refused() -> None:
    made.a_quote()
    with pytest.raises(Refused):
        made.a_quote(booklets=0)
    assert made.a_quote().number == "C2026-000002"


@pytest.mark.parametrize(
    ("counts", "words"),
    [([], "point de remise"), ([1], "livrez 1"), ([3], "livrez 3"), ([2, 0], "au moins un carnet")],
)
def test_all_booklets_go_somewhere(counts: list[int], words: str) -> None:
    campaign = toy.a_campaign()
    deliveries = [(made.a_point(campaign, f"Point {i}"), count) for i, count in enumerate(counts)]
    with pytest.raises(Refused, match=words):
        made.a_quote(campaign, booklets=2, deliveries=deliveries)


def test_booklets_go_to_ones_own_points_only() -> None:
    theirs = made.a_point(toy.a_campaign())
    with pytest.raises(Refused, match="fermé"):
        made.a_quote(toy.a_campaign(), booklets=2, deliveries=[(theirs, 2)])


def test_the_same_point_twice_is_refused() -> None:
    campaign = toy.a_campaign()
    with pytest.raises(Refused, match="deux fois"):
        made.a_quote(
            campaign, booklets=2, deliveries=[(made.a_point(campaign), 1), (made.a_point(campaign), 1)]
        )


def test_ordering_makes_the_rule_final() -> None:
    order = made.ordered()
    assert (order.status, order.terms_version) == (OrderStatus.ORDERED, ordering.TERMS_VERSION)
    assert (order.purchase_order_number, order.service_code) == ("EJ-2026-17", "MEDIATION")
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        Campaign.objects.filter(pk=order.campaign_id).update(face_value_cents=2_000)


def test_who_ordered_is_in_the_journal() -> None:
    order = made.ordered()
    change = Change.objects.filter(table="order", row=order.pk, action="update").get()
    assert (change.actor, change.after["status"]) == (made.somebody(), "ordered")


def accepted(order: Order, **more: Any) -> Order:
    values = {"terms_version": ordering.TERMS_VERSION, "by": made.somebody(), "at": toy.AT, **more}
    return ordering.accept(order=order, **values)


def test_a_quote_is_valid_sixty_days() -> None:
    order = made.a_quote()
    with pytest.raises(Refused, match="plus valable"):
        accepted(order, at=toy.AT + timedelta(days=61))
    accepted(order, at=toy.AT + timedelta(days=60))


def test_the_terms_are_those_of_the_day() -> None:
    with pytest.raises(Refused, match="conditions"):
        accepted(made.a_quote(), terms_version="2020-01")


def test_a_quote_of_before_the_campaign_changed_is_refused() -> None:
    order = made.a_quote()
    Campaign.objects.filter(pk=order.campaign_id).update(face_value_cents=2_000)
    with pytest.raises(Refused, match="a changé depuis"):
        accepted(order)


def test_a_point_closed_since_the_quote_is_told() -> None:
    order = made.a_quote()
    order.deliveries.get().delivery_point.__class__.objects.update(closed_at=toy.AT)
    with pytest.raises(Refused, match="fermé"):
        accepted(order)


def test_ordering_twice_is_told() -> None:
    with pytest.raises(Refused, match="commandée"):
        accepted(made.ordered())


def test_what_was_received_before_cancelling_is_owed() -> None:
    order = made.ordered()
    made.transferred(500, order.transfer_reference)
    cancelled = ordering.cancel(order=order, by=made.somebody(), at=toy.AT)
    assert cancelled.status == OrderStatus.CANCELLED
    assert (deposit_cents(order), refundable_cents(order.campaign)) == (0, 500)


def test_a_funded_order_is_not_cancelled() -> None:
    with pytest.raises(Refused, match="financée"):
        ordering.cancel(order=made.funded(), by=made.somebody(), at=toy.AT)


def through(order: Order, *statuses: str) -> Order:
    for status in statuses:
        order.status = OrderStatus(status)
        order.save(update_fields=["status"])
    return order


def test_closing_gives_back_what_was_never_handed_over() -> None:
    order = through(made.funded(booklets=3), "printed", "delivered")
    booklets, _codes = toy.booklets_of(order)
    toy.handed_over(booklets[:1], made.somebody())
    ordering.close(order=order, by=made.somebody(), at=toy.AT)
    assert (deposit_cents(order), refundable_cents(order.campaign)) == (0, 20_200)
    assert [booklet.status for booklet in order.booklet_set.all()] == ["active", "cancelled", "cancelled"]
    assert order.booklet_set.filter(loss="unused").count() == 2
    paper = order.papers.get(kind=Paper.Kind.CREDIT_NOTE)
    assert (paper.number, paper.content["due_cents"], paper.content["beyond_cents"]) == (
        "A2026-000001",
        20_200,
        0,
    )
    assert paper.content["lines"][0]["quantity"] == 20


def test_closing_when_all_was_handed_over_owes_nothing() -> None:
    order = through(made.funded(booklets=1), "printed", "delivered")
    toy.handed_over(toy.booklets_of(order)[0], made.somebody())
    ordering.close(order=order, by=made.somebody(), at=toy.AT)
    assert refundable_cents(order.campaign) == 0
    assert not order.papers.filter(kind=Paper.Kind.CREDIT_NOTE).exists()


def test_before_delivery_only_the_deadline_closes() -> None:
    order = made.funded()
    with pytest.raises(Refused):
        ordering.close(order=order, by=made.somebody(), at=toy.AT)
    late = toy.AT.replace(year=2028, day=24)
    assert ordering.close_late(late - timedelta(days=1)) == 0
    assert ordering.close_late(late) == 1
    assert ordering.close_late(late) == 0
    assert refundable_cents(order.campaign) == order.due_cents


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 23), 24, date(2028, 11, 23)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert ordering.months_later(day, months) == later
