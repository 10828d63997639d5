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


def as_the_site(sql: str, match: str = "permission denied|must be owner|must be superuser") -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "attempt",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE coupons_leg DISABLE TRIGGER ALL",
        "ALTER TABLE coupons_leg DISABLE TRIGGER coupons_leg_balance",
        "DROP TRIGGER coupons_leg_balance ON coupons_leg",
        "ALTER TABLE coupons_entry DISABLE TRIGGER coupons_entry_with_legs",
        "CREATE OR REPLACE FUNCTION coupons_is_final() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP FUNCTION coupons_pay",
        "ALTER TABLE coupons_leg DROP CONSTRAINT leg_of_something",
        "ALTER TABLE coupons_leg OWNER TO aptic_site",
        "GRANT UPDATE ON coupons_leg TO aptic_site; UPDATE coupons_leg SET id = id",
        "DROP TABLE coupons_leg",
        "CREATE RULE quiet AS ON INSERT TO coupons_leg DO INSTEAD NOTHING",
        "SELECT setval(pg_get_serial_sequence('coupons_leg', 'id'), 1)",
        "SELECT nextval('coupons_leg_id_seq'); ALTER SEQUENCE coupons_leg_id_seq RESTART",
        "INSERT INTO coupons_leg (id, entry_id, account_id, amount_cents) VALUES (-1, 1, 1, 1)",
        "INSERT INTO coupons_payment (id) VALUES (1)",
        "UPDATE coupons_payment SET covered_cents = 0",
        "UPDATE coupons_coupon SET state = 'active'",
        "DELETE FROM coupons_redemption",
        "COPY coupons_leg FROM PROGRAM 'true'",
    ],
)
def test_the_site_takes_no_rule_away(attempt: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() != ("aptic_site",):
            pytest.skip("the site has no role of its own here")
    as_the_site(attempt, "permission denied|must be owner|must be superuser|must have")


def test_an_unbalanced_entry_in_bare_sql_whatever_its_order() -> None:
    first, second = accounts()
    entry = (
        "INSERT INTO coupons_entry (kind, key, at, \"on\", note) VALUES ('payment', 'bare', now(), now(), '')"
        " RETURNING id"
    )
    for legs in ([(first, 1)], [(first, 1), (second, -2)], [(first, -(2**63)), (second, 2**63 - 1)]):
        values = ", ".join(f"((SELECT id FROM made), {account.pk}, {cents})" for account, cents in legs)
        bare = f"WITH made AS ({entry}) INSERT INTO coupons_leg (entry_id, account_id, amount_cents) VALUES {values}"
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(bare)


def test_a_balanced_entry_in_two_statements_is_refused_at_the_first() -> None:
    first, second = accounts()
    with refused("entry_balances"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coupons_entry (kind, key, at, \"on\", note) VALUES ('payment', 'two', now(), now(), '')"
            " RETURNING id"
        )
        [number] = cursor.fetchone()
        insert = "INSERT INTO coupons_leg (entry_id, account_id, amount_cents) VALUES (%s, %s, %s)"
        cursor.execute(insert, [number, first.pk, 1])
        cursor.execute(insert, [number, second.pk, -1])


@pytest.mark.parametrize(
    "call",
    [
        # A payment of no coupons, of coupons that are not there, of nothing, by nobody.
        "coupons_pay(gen_random_uuid(), '', 1, 1, 1, 1, 1, '', now(), current_date, 100, ARRAY[]::bigint[], 1)",
        "coupons_pay(gen_random_uuid(), '', 1, 1, 1, 1, 1, '', now(), current_date, 100, ARRAY[-1]::bigint[], 1)",
        "coupons_pay(gen_random_uuid(), '', 1, 1, 1, 1, 1, '', now(), current_date, -100, ARRAY[1]::bigint[], 1)",
        "coupons_pay(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
        "coupons_account_of('bank; DROP TABLE coupons_leg')",
        "coupons_account_of('provider_payable')",
        "coupons_expire(NULL, NULL, 10)",
        "coupons_settle(NULL, NULL)",
        "coupons_checkpoint(NULL)",
    ],
)
def test_functions_of_the_owner_do_nothing_with_odd_arguments(call: str) -> None:
    toy.coupons_in_hand(2)
    before = (
        Entry.objects.count(),
        Leg.objects.count(),
        list(Coupon.objects.values_list("state", flat=True)),
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {call}")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        pass
    after = (Entry.objects.count(), Leg.objects.count(), list(Coupon.objects.values_list("state", flat=True)))
    assert after == before
    assert not Leg.objects.exclude(entry__kind__in=["transfer", "hand_over"]).exists()


def test_functions_see_no_table_that_the_site_puts_before_theirs() -> None:
    """Their search path is their own: a table of the same name in a schema of the caller's changes nothing."""
    toy.coupons_in_hand(1)
    account = ledger.account(AccountKind.BANK)
    known = ledger.balance_cents(account)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE coupons_leg (id bigint, account_id bigint, amount_cents bigint)"
        )
        cursor.execute("INSERT INTO coupons_leg VALUES (1, %s, 99999)", [account.pk])
        cursor.execute("SET LOCAL search_path = pg_temp, public")
    assert ledger.balance_cents(account) == known
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.coupons_leg")
