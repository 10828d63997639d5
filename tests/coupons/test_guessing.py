"""How many codes somebody may get wrong."""

import logging
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from coupons import guessing
from coupons.guessing import LockedOut, Ticket, give_back, take
from coupons.models import Tries
from directory.models import User
from tests.at_once import SECONDS, at_once

NOON = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)
HOME = "192.0.2.7"


def tries(prefix: str) -> int:
    return sum(Tries.objects.filter(who__startswith=prefix).values_list("tries", flat=True))


def allowed(n: int, **asked: object) -> int:
    """How many of `n` guesses go through."""
    through = 0
    for _number in range(n):
        try:
            take(**{"address": HOME, "user": None, "at": NOON, **asked})
            through += 1
        except LockedOut:
            pass
    return through


@pytest.mark.django_db
def test_an_address_has_ten_an_hour() -> None:
    assert allowed(15) == guessing.MOST_FROM_ADDRESS == 10
    assert allowed(15, address="192.0.2.8") == 10
    assert allowed(15, at=NOON + timedelta(hours=1)) == 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        (None, "no address", True),
    ],
)
def test_an_address_is_a_network_of_ipv6(first: str | None, second: str, shared: bool) -> None:
    assert allowed(10, address=first) == 10
    assert allowed(10, address=second) == (0 if shared else 10)


@pytest.mark.django_db
def test_a_stranger_in_the_same_library_does_not_lock_an_account_out() -> None:
    user = User.objects.create_user("agent@example.org")
    assert allowed(200) == 10
    assert allowed(15, user=user) == guessing.MOST_BY_ACCOUNT == 10
    assert allowed(5, user=user, address="198.51.100.1") == 0


@pytest.mark.django_db
def test_a_hundred_accounts_of_one_address_have_fifty() -> None:
    users = [User.objects.create_user(f"u{n}@example.org") for n in range(8)]
    assert sum(allowed(10, user=user) for user in users) == guessing.MOST_BY_ACCOUNTS_OF_ADDRESS == 50


@pytest.mark.django_db
def test_a_code_that_exists_costs_nothing() -> None:
    for _number in range(30):
        give_back(take(address=HOME, user=None, at=NOON))
    assert tries("address") == tries("everybody") == 0
    assert allowed(12) == 10


@pytest.mark.django_db
def test_under_attack_addresses_have_less_and_nobody_is_locked_out(caplog: pytest.LogCaptureFixture) -> None:
    Tries.objects.create(who="everybody:0", window=NOON.replace(minute=0), tries=guessing.ALARM - 1)
    with caplog.at_level(logging.ERROR):
        assert allowed(10) == guessing.MOST_UNDER_ALARM == 3
        assert allowed(10, address="198.51.100.1") == 3
    [told] = [record.getMessage() for record in caplog.records]
    assert told == "coupon_guessing_alarm window=2026-11-23T11:00:00+00:00 wrong_codes=500"
    assert allowed(12, at=NOON + timedelta(hours=1)) == 10


@pytest.mark.django_db
def test_addresses_are_not_kept_and_counts_are_forgotten() -> None:
    take(address=HOME, user=None, at=NOON)
    assert not [who for who in Tries.objects.values_list("who", flat=True) if HOME in who]
    assert guessing.forget(NOON + timedelta(hours=47)) == 0
    assert guessing.forget(NOON + timedelta(hours=49)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_are_a_hundred() -> None:
    """Ten connections, ten guesses each: the counts are exact, and exactly ten went through."""
    answers = at_once(*[lambda: allowed(10)] * 10, refusals=())
    assert sum(answers) == 10
    assert tries("address") == tries("everybody") == 100


@pytest.mark.django_db(transaction=True)
def test_given_back_at_once_nothing_is_left() -> None:
    def right() -> None:
        for _number in range(10):
            give_back(Ticket(take(address=HOME, user=None, at=NOON).keys, NOON.replace(minute=0)))

    answers = at_once(*[right] * 5, refusals=())
    assert answers == [None] * 5
    assert tries("address") == tries("everybody") == 0


@pytest.mark.django_db(transaction=True)
def test_read_then_written_guesses_would_be_lost() -> None:
    """What the one statement is for: ten guesses, counted as fewer."""
    Tries.objects.create(who="control", window=NOON)
    gate = Barrier(10, timeout=SECONDS)

    def naive() -> None:
        row = Tries.objects.get(who="control")
        gate.wait()
        Tries.objects.filter(pk=row.pk).update(tries=row.tries + 1)

    at_once(*[naive] * 10, refusals=())
    assert tries("control") < 10


def wrong(n: int, user: User) -> bool:
    """Whether so many wrong codes at the counter are let go."""
    try:
        guessing.count_wrong(n, address=HOME, user=user, at=NOON)
    except LockedOut:
        return False
    return True


@pytest.mark.django_db
def test_what_was_wrong_at_the_counter_is_counted_afterwards() -> None:
    agent = User.objects.create_user("agent@example.org")
    asked = {"address": HOME, "user": agent, "at": NOON}
    guessing.require_open(**asked)
    assert wrong(0, agent)
    assert tries("account") == 0
    assert wrong(guessing.MOST_BY_ACCOUNT, agent)
    with pytest.raises(LockedOut):
        guessing.require_open(**asked)
    with pytest.raises(LockedOut):
        take(**asked)
    guessing.require_open(**{**asked, "at": NOON + timedelta(hours=1)})


@pytest.mark.django_db
def test_under_alarm_the_counter_has_less_too() -> None:
    Tries.objects.create(who="everybody:3", window=NOON.replace(minute=0), tries=guessing.ALARM)
    agent = User.objects.create_user("agent@example.org")
    assert wrong(guessing.MOST_UNDER_ALARM, agent)
    with pytest.raises(LockedOut):
        guessing.require_open(address=HOME, user=agent, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_twenty_wrong_codes_at_once_are_twenty() -> None:
    agent = User.objects.create_user("agent@example.org")
    let_go = at_once(*[lambda: wrong(1, agent)] * 20, refusals=())
    assert sum(let_go) == guessing.MOST_BY_ACCOUNT
    assert tries(f"account:{agent.pk}") == 20
