"""Reports: counted once, equal to the books to the cent, and the same when made again from nothing."""

from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from coupons import reporting
from coupons.models import (
    Coupon,
    Flow,
    HandedOut,
    Leg,
    Movement,
    Started,
    Unreported,
    UsedOfDay,
    UsedOfMonth,
)
from coupons.taking import give_back, take
from tests.coupons import toy
from tests.coupons.test_money_machine import Money, seller
from tests.examples import examples

__all__ = ["seller"]
TABLES = (Movement, HandedOut, UsedOfDay, UsedOfMonth, Flow, Started)
AMOUNTS = {
    "outstanding": "outstanding_cents",
    "contribution": "contribution_cents",
    "sponsor_refundable": "refundable_cents",
}
USES = ("payment", "payment_cancelled")


def told() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all reports, without their numbers."""
    rows = {}
    for table in TABLES:
        columns = [field.attname for field in table._meta.concrete_fields if field.attname != "id"]
        rows[table.__name__] = sorted(table.objects.values_list(*columns), key=str)
    return rows


def assert_equal_to_the_books() -> None:
    legs = Leg.objects.order_by()
    for kind, column in AMOUNTS.items():
        booked = (
            legs.filter(account__kind=kind).values_list("account__campaign").annotate(Sum("amount_cents"))
        )
        reported = Movement.objects.values_list("campaign").annotate(Sum(column)).order_by()
        assert nonzero(booked) == nonzero(reported), kind
    paid = legs.filter(account__kind="provider_payable", entry__kind__in=USES)
    for table in (UsedOfDay, UsedOfMonth):
        of = table.objects.order_by()
        booked = paid.values_list("account__organization").annotate(Sum("amount_cents"))
        reported = of.values_list("organization").annotate(cents=-Sum("paid_cents"))
        assert nonzero(booked) == nonzero(reported)
        funds = legs.filter(account__kind="fund_payable", entry__kind__in=USES)
        contributed = of.aggregate(cents=Sum("contribution_cents"))["cents"] or 0
        assert contributed == -(funds.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
        assert (of.aggregate(n=Sum("coupons"))["n"] or 0) == Coupon.objects.filter(state="redeemed").count()


def nonzero(rows: Any) -> dict[Any, int]:
    return {owner: cents for owner, cents in rows if cents}


class Reported(Money):
    """The life of money, looked at in between."""

    @rule(batch=st.sampled_from([1, 2, 1000]))
    def bring_up_to_date(self, batch: int) -> None:
        reporting.refresh(batch=batch)
        assert not Unreported.objects.exists()
        assert_equal_to_the_books()

    def teardown(self) -> None:
        try:
            reporting.refresh(batch=3)
            assert_equal_to_the_books()
            kept = told()
            reporting.anew()
            assert told() == kept
        finally:
            super().teardown()


@pytest.mark.owner
@pytest.mark.django_db
def test_incremental_is_what_a_recount_gives_and_what_the_books_say(seller: None) -> None:
    run_state_machine_as_test(
        Reported,
        settings=settings(
            max_examples=examples(10),
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_the_site_reads_and_may_not_write() -> None:
    reporting.refresh()
    for forbidden in (
        "INSERT INTO coupons_unreported (entry_id) VALUES (1)",
        "DELETE FROM coupons_movement",
        "SELECT coupons_report_anew()",
        "SELECT coupons_count_entries('{}')",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(forbidden)


@pytest.mark.django_db
def test_taken_back_is_as_if_it_had_not_been() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(3)
    payment, _again = take(counter.passage([coupon.pk for coupon in coupons]), at=toy.AT)
    reporting.refresh()
    [row] = UsedOfDay.objects.all()
    assert (row.payments, row.coupons, row.paid_cents, row.on) == (1, 3, 3000, toy.AT.date())
    assert Started.objects.get().days == 0
    give_back(payment, by=counter.agent, reason="", at=toy.AT)
    reporting.refresh()
    [row] = UsedOfDay.objects.all()
    assert (row.payments, row.coupons, row.paid_cents, row.contribution_cents) == (0, 0, 0, 0)
    assert not Started.objects.exists()
    assert reporting.refresh() == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_is_counted() -> None:
    """Two payments; the first, whose number is lower, commits after the second was counted."""
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    reporting.refresh()
    late = connections["default"].copy()
    try:
        late.set_autocommit(False)
        with late.cursor() as cursor:
            cursor.execute(
                'INSERT INTO coupons_entry (kind, key, at, "on", note)'
                " VALUES ('transfer', 'late', now(), now(), '') RETURNING id"
            )
            [first] = cursor.fetchone()
            account = toy.ledger.account(
                toy.AccountKind.OUTSTANDING, campaign=coupons[0].booklet.order.campaign
            )
            bank = toy.ledger.account(toy.AccountKind.BANK)
            cursor.execute(
                "INSERT INTO coupons_leg (entry_id, account_id, amount_cents) VALUES (%s, %s, 5), (%s, %s, -5)",
                [first, account.pk, first, bank.pk],
            )
        payment, _again = take(counter.passage([coupons[0].pk]), at=toy.AT)
        assert payment.entry_id > first
        assert reporting.refresh() == 1
        assert not Movement.objects.filter(kind="transfer").exists()
        late.commit()
    finally:
        late.close()
    assert reporting.refresh() == 1
    assert Movement.objects.get(kind="transfer").outstanding_cents == 5
    assert_equal_to_the_books()


@pytest.mark.django_db(transaction=True)
def test_killed_half_way_nothing_is_counted() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    take(counter.passage([coupon.pk for coupon in coupons]), at=toy.AT)
    with transaction.atomic():
        reporting.refresh()
        transaction.set_rollback(True)
    assert not UsedOfDay.objects.exists()
    assert reporting.refresh() > 0
    assert_equal_to_the_books()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_once() -> None:
    """Whoever comes second leaves it to the first."""
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    take(counter.passage([coupon.pk for coupon in coupons]), at=toy.AT)
    other = connections["default"].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT coupons_report(1000)")
        assert reporting.refresh() == 0
        assert reporting.is_late()
        other.commit()
    finally:
        other.close()
    assert not reporting.is_late()
    assert_equal_to_the_books()
