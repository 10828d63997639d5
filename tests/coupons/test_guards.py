"""What the database itself refuses, as the site's own role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from coupons import ledger
from coupons.choices import AccountKind, EntryKind, OrderStatus
from coupons.models import Booklet, Coupon, Entry, Leg, Order
from directory.models import Change, User
from geodata.models import Area
from tests.coupons import toy

pytestmark = pytest.mark.django_db


@pytest.fixture
def distributor() -> User:
    return User.objects.create_user("distribution@exemple.test")


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert refusal.value.__cause__.diag.constraint_name == constraint


def accounts(n: int = 2) -> list:
    return [
        ledger.account(AccountKind.OUTSTANDING, campaign=toy.a_campaign(slug=f"c{i}", name=f"c{i}"))
        for i in range(n)
    ]


def test_an_entry_balances() -> None:
    first, second = accounts()
    with refused("entry_balances"):
        ledger.post(EntryKind.PAYMENT, key="a", legs={first: 100, second: -99}, at=toy.AT, by=None)
    ledger.post(EntryKind.PAYMENT, key="a", legs={first: 100, second: -100}, at=toy.AT, by=None)
    assert ledger.balance_cents(first) == 100
    assert ledger.balance_cents(second) == -100


def test_an_event_is_recorded_once() -> None:
    first, second = accounts()
    ledger.post(EntryKind.PAYMENT, key="a", legs={first: 1, second: -1}, at=toy.AT, by=None)
    with refused("coupons_entry_key_key"):
        ledger.post(EntryKind.PAYMENT, key="a", legs={first: 1, second: -1}, at=toy.AT, by=None)


def test_no_leg_is_added_later_even_a_balanced_pair() -> None:
    first, second, third, fourth = accounts(4)
    entry = ledger.post(EntryKind.PAYMENT, key="a", legs={first: 1, second: -1}, at=toy.AT, by=None)
    with refused("entry_complete"):
        Leg.objects.bulk_create(
            [
                Leg(entry=entry, account=third, amount_cents=5),
                Leg(entry=entry, account=fourth, amount_cents=-5),
            ]
        )


def test_an_entry_says_something() -> None:
    with refused("entry_has_legs"):
        Entry.objects.create(kind="payment", key="empty", at=toy.AT, on=toy.AT.date())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("table", ["entry", "leg", "account", "paper", "handover", "bankstatement"])
@pytest.mark.parametrize(
    "verb", ["UPDATE coupons_{} SET id = id", "DELETE FROM coupons_{}", "TRUNCATE coupons_{} CASCADE"]
)
def test_what_is_written_stays(table: str, verb: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(verb.format(table))


@pytest.mark.owner
@pytest.mark.parametrize(
    "verb", ["UPDATE coupons_leg SET id = id", "DELETE FROM coupons_leg", "TRUNCATE coupons_leg"]
)
def test_not_even_the_owner_changes_the_books(verb: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)


@pytest.mark.parametrize("table", ["booklet", "coupon", "transfer", "printfile", "order"])
def test_what_circulates_is_not_deleted(table: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(f"DELETE FROM coupons_{table}")


def test_an_order_is_funded_by_money() -> None:
    order = toy.an_order(status=OrderStatus.ORDERED)
    toy.paid(order, order.due_cents - 1)
    order.status = OrderStatus.FUNDED
    with refused("order_funded_by_money"):
        order.save()
    toy.paid(order, 1)
    order.save()


@pytest.mark.parametrize("status", ["funded", "printed", "delivered", "closed"])
def test_an_order_moves_in_order(status: str) -> None:
    order = toy.an_order()
    order.status = status
    with refused("order_moves_in_order"):
        order.save()


def test_an_order_begins_as_a_quote() -> None:
    order = toy.an_order()
    order.pk, order.number, order.transfer_reference, order.status = None, "x", "x", "funded"
    with refused("order_begins_as_quote"):
        order.save()


def test_the_terms_of_an_order_are_final() -> None:
    order = toy.an_order(status=OrderStatus.ORDERED)
    order.booklets += 1
    with refused("order_terms_final"):
        order.save()


def test_no_booklet_before_the_money() -> None:
    order = toy.an_order(status=OrderStatus.ORDERED)
    with refused("booklet_of_funded_order"):
        Booklet.objects.create(order=order, position=1)


def test_no_more_booklets_than_were_paid_for() -> None:
    order = toy.an_order(booklets=2, status=OrderStatus.FUNDED)
    toy.booklets_of(order)
    with refused("booklets_as_ordered"):
        Booklet.objects.create(order=order, position=3)


@pytest.mark.parametrize("state", ["active", "redeemed"])
def test_booklets_and_coupons_begin_inert(state: str) -> None:
    order = toy.an_order(status=OrderStatus.FUNDED)
    booklet = Booklet.objects.create(order=order, position=1)
    with refused("coupon_begins_inert"):
        Coupon.objects.create(booklet=booklet, position=1, state=state, digest=toy.digest("x"))


def test_hand_over_makes_the_coupons_usable(distributor: User) -> None:
    booklets, _codes = toy.booklets_of(toy.an_order(status=OrderStatus.PRINTED))
    toy.handed_over(booklets[:1], distributor)
    assert set(Coupon.objects.filter(booklet=booklets[0]).values_list("state", flat=True)) == {"active"}
    assert set(Coupon.objects.filter(booklet=booklets[1]).values_list("state", flat=True)) == {"inert"}


@pytest.mark.parametrize("wrong", [9_999, 10_001, 20_000])
def test_hand_over_moves_the_value_of_its_booklets(distributor: User, wrong: int) -> None:
    booklets, _codes = toy.booklets_of(toy.an_order(status=OrderStatus.PRINTED))
    with refused("hand_over_moves_its_value"):
        toy.handed_over(booklets[:1], distributor, cents=wrong)


def test_a_hand_over_gets_no_booklet_more(distributor: User) -> None:
    booklets, _codes = toy.booklets_of(toy.an_order(status=OrderStatus.PRINTED))
    given = toy.handed_over(booklets[:1], distributor)
    with refused("hand_over_moves_its_value"):
        Booklet.objects.filter(pk=booklets[1].pk).update(
            status="active", hand_over=given, valid_until=toy.AT.date()
        )


def test_a_deposit_is_not_spent_twice(distributor: User) -> None:
    order = toy.an_order(status=OrderStatus.FUNDED)
    deposit = ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order)
    bank = ledger.account(AccountKind.BANK)
    with refused("deposit_not_overdrawn"):
        legs = {deposit: order.due_cents + 1, bank: -order.due_cents - 1}
        ledger.post(EntryKind.PAYOUT, key="too much", legs=legs, at=toy.AT, by=None)


def test_a_coupon_without_a_code_is_never_active(distributor: User) -> None:
    order = toy.an_order(status=OrderStatus.FUNDED)
    [booklet, *_others], _codes = toy.booklets_of(order)
    Coupon.objects.filter(booklet=booklet, position=1).update(digest=None)
    with refused("coupon_without_code_is_worthless"):
        toy.handed_over([booklet], distributor)


@pytest.fixture
def in_state(distributor: User) -> Callable[[str], Coupon]:
    def coupon(state: str) -> Coupon:
        booklets, _codes = toy.booklets_of(toy.an_order(status=OrderStatus.PRINTED))
        if state != "inert":
            toy.handed_over(booklets, distributor)
        coupon = Coupon.objects.filter(booklet__in=booklets)[0]
        if state not in ("inert", "active"):
            Coupon.objects.filter(pk=coupon.pk).update(state=state)
        return coupon

    return coupon


ALLOWED = {
    ("inert", "cancelled"),
    ("active", "redeemed"),
    ("active", "expired"),
    ("active", "cancelled"),
    # A payment taken back.
    ("redeemed", "active"),
    ("redeemed", "expired"),
    ("redeemed", "cancelled"),
}
STATES = ["inert", "active", "redeemed", "expired", "cancelled"]


@pytest.mark.owner
@pytest.mark.parametrize(
    ("before", "after"), [(before, after) for before in STATES for after in STATES if before != after]
)
def test_the_life_of_a_coupon(in_state: Callable[[str], Coupon], before: str, after: str) -> None:
    coupons = Coupon.objects.filter(pk=in_state(before).pk)
    if (before, after) in ALLOWED:
        assert coupons.update(state=after) == 1
        return
    # An inert coupon becomes active with its booklet only.
    alone = (before, after) == ("inert", "active")
    with refused("coupon_active_with_its_booklet" if alone else "coupon_moves_in_order"):
        coupons.update(state=after)


def test_the_code_of_a_coupon_in_use_is_final(in_state: Callable[[str], Coupon]) -> None:
    coupons = Coupon.objects.filter(pk=in_state("active").pk)
    with refused("coupon_final"):
        coupons.update(digest=toy.digest("another"))


@pytest.mark.owner
def test_a_cancelled_booklet_takes_its_unused_coupons_along(distributor: User) -> None:
    [first, _second], _codes = toy.booklets_of(toy.an_order(status=OrderStatus.PRINTED))
    toy.handed_over([first], distributor)
    Coupon.objects.filter(booklet=first, position=1).update(state="redeemed")
    Booklet.objects.filter(pk=first.pk).update(status="cancelled")
    states = Coupon.objects.filter(booklet=first).order_by("position").values_list("state", flat=True)
    assert list(states) == ["redeemed"] + ["cancelled"] * 9
    with refused("booklet_moves_in_order"):
        Booklet.objects.filter(pk=first.pk).update(status="active")


def test_the_rule_is_final_once_ordered() -> None:
    campaign = toy.a_campaign()
    area = Area.objects.create(level="custom", code="z1", name="Zone", point="POINT(1 1)")
    campaign.areas.add(area)
    order = toy.an_order(campaign)
    order.status = OrderStatus.ORDERED
    order.save()
    campaign.refresh_from_db()
    assert campaign.frozen_at
    with refused("campaign_rule_final"):
        campaign.areas.clear()
    campaign.face_value_cents = 500
    with refused("campaign_rule_final"):
        campaign.save()
    campaign.refresh_from_db()
    campaign.summary = "On peut encore le dire mieux."
    campaign.save()


def test_a_zone_in_use_keeps_its_outline() -> None:
    campaign = toy.a_campaign()
    area = Area.objects.create(level="custom", code="z1", name="Zone", point="POINT(1 1)", geom=square(0))
    campaign.organization.zones.create(area=area)
    campaign.areas.add(area)
    Area.objects.filter(pk=area.pk).update(geom=square(1))
    toy.an_order(campaign, status=OrderStatus.ORDERED)
    with refused("zone_outline_final"):
        Area.objects.filter(pk=area.pk).update(geom=square(2))
    with refused("zone_outline_final"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM geodata_area WHERE id = %s", [area.pk])


def square(west: int) -> str:
    east = west + 1
    return f"MULTIPOLYGON((({west} 0,{east} 0,{east} 1,{west} 1,{west} 0)))"


def test_changes_of_an_order_are_in_the_sponsor_s_journal() -> None:
    order = toy.an_order(status=OrderStatus.ORDERED)
    changes = Change.objects.filter(table="order", row=order.pk).order_by("pk")
    assert [change.organization_id for change in changes] == [order.campaign.organization_id] * 2
    assert changes[1].after["status"] == "ordered"


def test_an_order_ends_where_it_may() -> None:
    order = toy.an_order(status=OrderStatus.DELIVERED)
    Order.objects.filter(pk=order.pk).update(status="closed")
    with refused("order_moves_in_order"):
        Order.objects.filter(pk=order.pk).update(status="delivered")
