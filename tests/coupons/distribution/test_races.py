"""Two distributors with the same booklet."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from coupons import ledger
from coupons.choices import AccountKind, EntryKind
from coupons.distribution.handing import HandOverRefused, hand_over, legs
from coupons.models import Booklet, HandOver
from directory.models import User
from tests.at_once import SECONDS, at_once, slow_writes, take_locks_away
from tests.coupons.distribution.conftest import NOON, Sponsor, balance, build, live_face

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sponsor(transactional_db: None) -> Sponsor:
    return build()


def outstanding(sponsor: Sponsor) -> int:
    return balance(AccountKind.OUTSTANDING, campaign=sponsor.campaign)


def test_one_wins_and_the_other_is_told(sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    answers = at_once(
        *(
            lambda by=by: hand_over(booklets=[booklet], by=by, at=NOON)
            for by in [sponsor.manager, sponsor.distributor] * 4
        ),
        refusals=(HandOverRefused,),
    )
    told = [answer for answer in answers if isinstance(answer, HandOverRefused)]
    assert len(told) == len(answers) - 1
    winner = HandOver.objects.get().by
    assert {str(answer) for answer in told} == {
        f"Le carnet {booklet.number} est déjà remis, le 23 novembre 2026, par {winner.name}."
    }
    assert outstanding(sponsor) == 10_000 == live_face(sponsor.campaign)


def test_overlapping_ranges_in_opposite_order_do_not_block_each_other(sponsor: Sponsor) -> None:
    first, second, third = sponsor.booklets
    answers = at_once(
        lambda: hand_over(booklets=[first, second], by=sponsor.manager, at=NOON),
        lambda: hand_over(booklets=[third, second], by=sponsor.distributor, at=NOON),
        refusals=(HandOverRefused,),
    )
    assert sum(isinstance(answer, HandOverRefused) for answer in answers) == 1
    assert outstanding(sponsor) == 20_000 == live_face(sponsor.campaign)


def unguarded(sponsor: Sponsor, gate: Barrier, by: User) -> Callable[[], Any]:
    """What `hand_over` would be without its lock: look, then act."""

    def act() -> None:
        booklet = Booklet.objects.select_related("order__campaign").get(pk=sponsor.booklets[0].pk)
        assert booklet.status == "inert"
        gate.wait()
        with transaction.atomic():
            value = legs(booklet.order, 10)
            entry = ledger.post(EntryKind.HAND_OVER, key=f"control:{by.pk}", legs=value, at=NOON, by=by)
            given = HandOver.objects.create(order=booklet.order, entry=entry, at=NOON, on=NOON.date(), by=by)
            Booklet.objects.filter(pk=booklet.pk).update(
                status="active", hand_over=given, valid_until=NOON.date()
            )

    return act


def test_without_the_lock_and_the_triggers_both_would_win(sponsor: Sponsor) -> None:
    """The race is real: the money of one booklet goes out twice."""
    guards = ("coupons_booklet_moves", "coupons_booklets_moved")
    with connection.cursor() as cursor:
        for guard in guards:
            cursor.execute(f"ALTER TABLE coupons_booklet DISABLE TRIGGER {guard}")
    try:
        gate = Barrier(2, timeout=SECONDS)
        at_once(*(unguarded(sponsor, gate, by) for by in (sponsor.manager, sponsor.distributor)), refusals=())
    finally:
        with connection.cursor() as cursor:
            for guard in guards:
                cursor.execute(f"ALTER TABLE coupons_booklet ENABLE TRIGGER {guard}")
    assert HandOver.objects.count() == 2
    assert outstanding(sponsor) == 20_000


def test_without_the_lock_the_triggers_still_stop_the_second(sponsor: Sponsor) -> None:
    gate = Barrier(2, timeout=SECONDS)

    acts = [unguarded(sponsor, gate, by) for by in (sponsor.manager, sponsor.distributor)]
    answers = at_once(*acts, refusals=(IntegrityError,))
    assert [type(answer) for answer in answers if answer] == [IntegrityError]
    assert outstanding(sponsor) == 10_000


def test_without_the_lock_nobody_is_told_by_whom(sponsor: Sponsor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database refuses the second all the same, but with no sentence for the person at the counter."""
    take_locks_away(monkeypatch)
    with slow_writes("coupons_handover"):
        answers = at_once(
            *(
                lambda by=by: hand_over(booklets=sponsor.booklets[:1], by=by, at=NOON)
                for by in (sponsor.manager, sponsor.distributor)
            ),
            refusals=(HandOverRefused, IntegrityError),
        )
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert outstanding(sponsor) == 10_000
