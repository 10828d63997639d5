"""Many at once on real connections: a coupon is spent once, a key pays once, nobody waits for ever.

Each promise has its negative control: with the guard taken out of the function, the race does happen.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections

from coupons.models import Coupon, Entry, Payment, Redemption
from coupons.taking import NotUsable, give_back, take
from tests.coupons import toy

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 16
# APTIC_ROUNDS=10000 takes five minutes; a set-up that deadlocks does so within fifty.
ROUNDS = int(os.environ.get("APTIC_ROUNDS", "300"))
LOCK = "PERFORM FROM coupons_coupon WHERE id = ANY (p_coupons) ORDER BY id FOR UPDATE;"
LOOK = """IF (SELECT count(*) FROM coupons_coupon WHERE id = ANY (p_coupons) AND state = 'active')
            <> cardinality(p_coupons) THEN RAISE EXCEPTION 'no' USING ERRCODE = 'AP001'; END IF;
       PERFORM pg_sleep(0.1);"""
IF_ACTIVE = "AND coupon.state = 'active'"


def at_once(jobs: list[Callable[[], Any]]) -> Counter:
    """What came of each job, by the name of its exception or its value, by CLIENTS connections."""

    def one(job: Callable[[], Any]) -> Any:
        try:
            return job()
        except Exception as error:
            return type(error).__name__
        finally:
            if not connection.in_atomic_block:
                connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(one, jobs))


def paying(counter: toy.Counter, coupons: list[int], **fields: Any) -> Callable[[], str]:
    passage = counter.passage(coupons, **fields)
    return lambda: "replayed" if take(passage, at=toy.AT)[1] else "paid"


@contextmanager
def function_changed(*changes: tuple[str, str]) -> Iterator[None]:
    """The function of payment without its guard."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('coupons_pay'::regproc)")
        [true] = cursor.fetchone()
        wrong = true
        for guard, instead in changes:
            assert guard in wrong
            wrong = wrong.replace(guard, instead)
        cursor.execute(wrong)
        try:
            yield
        finally:
            cursor.execute(true)


@pytest.fixture(autouse=True)
def no_connection_left() -> Iterator[None]:
    yield
    connections.close_all()


def test_a_thousand_payments_of_one_coupon() -> None:
    counter, [coupon] = toy.a_counter(), toy.coupons_in_hand(1)
    came = at_once([paying(counter, [coupon.pk]) for _ in range(1000)])
    assert came == {"paid": 1, "NotUsable": 999}
    assert Entry.objects.filter(kind="payment").count() == 1
    assert Redemption.objects.count() == 1


def test_without_the_guard_it_is_spent_more_than_once() -> None:
    counter, [coupon] = toy.a_counter(), toy.coupons_in_hand(1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE coupons_redemption DROP CONSTRAINT coupon_redeemed_once")
    try:
        with function_changed((LOCK, LOOK), (IF_ACTIVE, "")):
            came = at_once([paying(counter, [coupon.pk]) for _ in range(32)])
        assert came["paid"] > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE coupons_redemption SET standing = NULL")
            cursor.execute(
                "ALTER TABLE coupons_redemption"
                " ADD CONSTRAINT coupon_redeemed_once UNIQUE (coupon_id, standing)"
            )


def test_one_key_sent_fifty_times() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    key = uuid4()
    came = at_once([paying(counter, [coupon.pk for coupon in coupons], key=key) for _ in range(50)])
    assert came == {"paid": 1, "replayed": 49}
    assert Payment.objects.count() == 1


def crossing(rounds: int) -> list[Callable[[], Any]]:
    """Payments that share coupons, named in any order; half of them taken back at once."""
    counter = toy.a_counter()
    coupons = [coupon.pk for coupon in toy.coupons_in_hand(6)]
    order = random.Random(1)

    def pay_and_take_back() -> str:
        passage = counter.passage(order.sample(coupons, 3), price_cents=3000)
        try:
            payment, _replayed = take(passage, at=toy.AT)
        except NotUsable:
            return "not usable"
        give_back(payment, by=counter.agent, reason="", at=toy.AT)
        return "paid"

    return [pay_and_take_back] * rounds


def test_payments_that_share_coupons_never_lock_each_other() -> None:
    came = at_once(crossing(ROUNDS))
    assert set(came) <= {"paid", "not usable"}
    assert came["paid"] > 0
    assert set(Coupon.objects.values_list("state", flat=True)) == {"active"}


def test_without_the_order_they_do() -> None:
    one_by_one = """FOR i IN 1..cardinality(p_coupons) LOOP
            PERFORM FROM coupons_coupon WHERE id = p_coupons[i] FOR UPDATE; PERFORM pg_sleep(0.001);
        END LOOP;"""
    with function_changed((LOCK, one_by_one)):
        came = at_once(crossing(48))
    assert came[OperationalError.__name__] > 0
