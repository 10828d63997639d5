"""What the site's own role tries in bare SQL: to take rules away, to unbalance the books, to mislead the functions."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from coupons import ledger
from coupons.choices import AccountKind
from coupons.models import Coupon, Entry, Leg
from tests.coupons import toy
from tests.coupons.test_guards import accounts

pytestmark = pytest.mark.django_db


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
    refusals = "permission denied|must be owner|must be superuser|must have"
    with pytest.raises(DatabaseError, match=refusals), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt)


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
    first, _second = accounts()
    insert = "INSERT INTO coupons_leg (entry_id, account_id, amount_cents) VALUES (%s, %s, %s)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coupons_entry (kind, key, at, \"on\", note) VALUES ('payment', 'two', now(), now(), '')"
            " RETURNING id"
        )
        [number] = cursor.fetchone()
        with pytest.raises(IntegrityError, match="does not balance"):
            cursor.execute(insert, [number, first.pk, 1])
        transaction.set_rollback(True)
    assert not Entry.objects.filter(key="two").exists()


@pytest.mark.parametrize(
    "call",
    [
        # A payment of no coupons, of coupons that are not there, of nothing, by nobody.
        "coupons_pay(gen_random_uuid(), '', 1, 1, 1, 1, 1, '', now(), current_date, 100, ARRAY[]::bigint[])",
        "coupons_pay(gen_random_uuid(), '', 1, 1, 1, 1, 1, '', now(), current_date, 100, ARRAY[-1]::bigint[])",
        "coupons_pay(gen_random_uuid(), '', 1, 1, 1, 1, 1, '', now(), current_date, -100, ARRAY[1]::bigint[])",
        "coupons_pay(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
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
