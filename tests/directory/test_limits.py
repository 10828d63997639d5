"""A limit holds when everybody comes at once."""

from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.cache import cache

from directory.limits import Limit, forget
from directory.models import PostCount
from tests.at_once import at_once

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIVE = Limit("five", 5, timedelta(minutes=1))
PEOPLE = 12


@pytest.mark.django_db(transaction=True)
def test_of_twelve_at_once_five_pass() -> None:
    assert sum(at_once(*[lambda: FIVE.wait("ana", NOON) == 0] * PEOPLE, refusals=())) == 5
    assert PostCount.objects.get().posts == PEOPLE


@pytest.mark.django_db(transaction=True)
def test_read_then_written_all_would_pass() -> None:
    """As throttles on a cache do it: the race is real."""
    together = Barrier(PEOPLE, timeout=10)

    def naive() -> bool:
        seen = cache.get("naive", 0)
        together.wait()
        cache.set("naive", seen + 1)
        return seen < FIVE.most

    assert sum(at_once(*[naive] * PEOPLE, refusals=())) == PEOPLE


@pytest.mark.django_db
def test_each_has_their_own_and_the_window_ends() -> None:
    waits = [FIVE.wait("ana", NOON + timedelta(seconds=20)) for _ in range(7)]
    assert waits == [0, 0, 0, 0, 0, 40, 40]
    assert FIVE.wait("bob", NOON) == 0
    assert Limit("other", 5, timedelta(minutes=1)).wait("ana", NOON) == 0
    assert FIVE.wait("ana", NOON + timedelta(seconds=59.9)) == 1
    assert FIVE.wait("ana", NOON + timedelta(minutes=1)) == 0


@pytest.mark.django_db
def test_counts_of_the_past_go() -> None:
    FIVE.wait("ana", NOON)
    assert forget(NOON + timedelta(hours=2)) == 0
    assert forget(NOON + timedelta(hours=2, seconds=1)) == 1
