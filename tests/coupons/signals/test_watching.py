"""Each signal fires, and does not fire just below; looking again finds the same."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coupons.cheque.checking import Unknown, check
from coupons.codes import new_codes
from coupons.guessing import LockedOut
from coupons.models import Coupon, Payment, Signal, SignalPayment, Tries, Watch
from coupons.signals import thresholds, watching
from coupons.signals.telling import sentence
from coupons.signals.watching import parameters, watch
from coupons.taking import give_back, take
from directory.models import Membership, Organization, Place, User, Venue, VenueType
from tests.coupons import toy

pytestmark = pytest.mark.django_db
NOW = toy.AT + timedelta(hours=1)
S, M = timedelta(seconds=1), timedelta(minutes=1)


def pay(counter: toy.Counter, coupons: Iterable[Coupon], at: datetime = toy.AT, **fields: Any) -> Payment:
    numbers = [coupon.pk for coupon in coupons]
    asked = {"price_cents": 1000 * len(numbers), **fields}
    return take(counter.passage(numbers, **asked), at=at)[0]


def colleague(counter: toy.Counter) -> toy.Counter:
    return toy.Counter(counter.service, counter.place, User.objects.create_user("collegue@exemple.test"))


def found(kind: str, at: datetime = NOW) -> list[Signal]:
    watch(at)
    return list(Signal.objects.filter(kind=kind).order_by("pk"))


# Many in a minute


def burst(counter: toy.Counter, *sizes: int, every: timedelta = 20 * S, **fields: Any) -> None:
    for rank, size in enumerate(sizes):
        pay(counter, toy.coupons_in_hand(size), toy.AT + rank * every, **fields)


def test_twenty_in_a_minute() -> None:
    counter = toy.a_counter()
    burst(counter, 7, 7, 6)
    [signal] = found("burst")
    assert signal.organization == counter.service.venue.organization
    assert (signal.numbers["coupons"], signal.numbers["payments"]) == (20, 3)
    assert set(signal.payments.all()) == set(Payment.objects.all())
    assert "20 chèques en une minute et 3 paiements" in sentence(signal)


def test_nineteen_are_not_twenty() -> None:
    burst(toy.a_counter(), 7, 7, 5)
    assert found("burst") == []


def test_a_minute_is_a_minute() -> None:
    burst(toy.a_counter(), 10, 10, every=M)
    assert found("burst") == []


def test_just_within_a_minute() -> None:
    burst(toy.a_counter(), 10, 10, every=M - timedelta(milliseconds=1))
    assert len(found("burst")) == 1


def test_a_group_paid_in_one_go() -> None:
    burst(toy.a_counter(), 30)
    assert found("burst") == []


def test_several_accounts_on_one_device() -> None:
    counter = toy.a_counter()
    other = colleague(counter)
    burst(counter, 10, device="même")
    burst(other, 10, device="même")
    [signal] = found("burst")
    assert signal.numbers["hand"] == "device"
    assert "même appareil" in sentence(signal)


def test_two_devices_and_two_accounts() -> None:
    counter = toy.a_counter()
    burst(counter, 10, device="un")
    burst(colleague(counter), 10, device="deux")
    assert found("burst") == []


# Impossible travel


def booklet_here_then_there(km: float, after: timedelta, **service: Any) -> list[Signal]:
    here, there = toy.a_counter("Ici"), toy.a_counter("Là", lat=1.5 + km / 110.57)
    type(there.service).objects.filter(pk=there.service.pk).update(**service)
    first, second = toy.coupons_in_hand(2)
    pay(here, [first], toy.AT - after)
    pay(there, [second])
    return found("travel")


def test_further_than_a_train() -> None:
    [signal] = booklet_here_then_there(152, 60 * M)
    assert 150 < signal.numbers["km"] < 154
    assert set(signal.payments.all()) == set(Payment.objects.all())
    assert "km/h" in sentence(signal)
    assert signal.organization == Organization.objects.get(name="Là")


@pytest.mark.parametrize(
    ("km", "after"), [(148, 60 * M), (29, 1 * S), (2000, timedelta(hours=12)), (2000, timedelta(days=3))]
)
def test_not_so_far_or_not_so_fast(km: float, after: timedelta) -> None:
    assert booklet_here_then_there(km, after) == []


def test_thirty_kilometres_in_a_second() -> None:
    assert len(booklet_here_then_there(31, 1 * S)) == 1


@pytest.mark.parametrize("mode", ["remote", "at_home"])
def test_a_service_at_a_distance_says_nothing(mode: str) -> None:
    assert booklet_here_then_there(500, 10 * M, modes=["on_site", mode]) == []


def test_a_payment_taken_back_says_nothing() -> None:
    here, there = toy.a_counter("Ici"), toy.a_counter("Là", lat=10)
    first, second = toy.coupons_in_hand(2)
    mistaken = pay(here, [first], toy.AT - 10 * M)
    give_back(mistaken, by=here.agent, reason="", at=toy.AT - 9 * M)
    pay(there, [second])
    assert found("travel") == []


def test_two_booklets_are_two_people() -> None:
    here, there = toy.a_counter("Ici"), toy.a_counter("Là", lat=10)
    pay(here, toy.coupons_in_hand(1), toy.AT - M)
    pay(there, toy.coupons_in_hand(1))
    assert found("travel") == []


# Whole booklets


def whole(counter: toy.Counter, n: int = 10, lasting: timedelta = 15 * M, spent: int | None = None) -> None:
    coupons = toy.coupons_in_hand(n)[:spent]
    pay(counter, coupons[:-1])
    pay(counter, coupons[-1:], toy.AT + lasting)


def test_two_whole_booklets() -> None:
    counter = toy.a_counter()
    whole(counter)
    whole(counter)
    [signal] = found("booklets")
    assert (signal.numbers["booklets"], signal.numbers["coupons"]) == (2, 20)
    assert set(signal.payments.all()) == set(Payment.objects.all())
    assert "2 carnets entiers (20 chèques)" in sentence(signal)


@pytest.mark.parametrize("second", [{"spent": 9}, {"lasting": 15 * M + S}, {"n": 4, "lasting": M}])
def test_less_than_two_whole_booklets(second: dict[str, Any]) -> None:
    counter = toy.a_counter()
    whole(counter)
    whole(counter, **second)
    assert found("booklets") == []


def test_two_counters_with_one_each() -> None:
    whole(toy.a_counter("Un"))
    whole(toy.a_counter("Deux"))
    assert found("booklets") == []


# Wrong codes


def guess(times: int, at: datetime = toy.AT, **who: Any) -> None:
    for code in new_codes(times):
        with pytest.raises((Unknown, LockedOut)):
            check(code=code, at=at, **{"address": "192.0.2.1", "user": None, **who})


def test_ten_codes_of_an_account() -> None:
    counter = toy.a_counter()
    organization = counter.service.venue.organization
    Membership.objects.create(user=counter.agent, organization=organization, role="provider-agent")
    payment = pay(counter, toy.coupons_in_hand(1))
    guess(10, user=counter.agent)
    [signal] = found("wrong_codes")
    assert signal.organization == organization
    assert list(signal.payments.all()) == [payment]
    assert "Un compte a essayé 10 codes" in sentence(signal)


def test_nine_codes_of_an_account() -> None:
    guess(9, user=User.objects.create_user("x@exemple.test"))
    assert found("wrong_codes") == []


def test_codes_from_an_address() -> None:
    guess(9)
    assert found("wrong_codes") == []
    guess(1)
    [signal] = found("wrong_codes")
    assert signal.organization is None
    assert signal.numbers["codes"] == 10
    assert "sans compte" in sentence(signal)


@pytest.mark.parametrize(("tries", "signals"), [(29, 0), (30, 1)])
def test_a_room_of_people(tries: int, signals: int) -> None:
    Tries.objects.create(who="accounts:x", window=toy.AT, tries=tries)
    assert len(found("wrong_codes")) == signals


# Above its neighbours


def neighbours(*euros: int, kind: VenueType | None = None, commune: str = "23096") -> list[toy.Counter]:
    made = []
    for amount in euros:
        counter = toy.a_counter(f"Lieu {Organization.objects.count()}")
        Venue.objects.filter(pk=counter.service.venue_id).update(venue_type=kind)
        Place.objects.filter(pk=counter.place.pk).update(commune_code=commune)
        # Of 500 € each, so that few are enough; the last one pays what is left.
        coupons = toy.coupons_in_hand(-(-amount // 500), face_value_cents=50_000)
        pay(counter, coupons, price_cents=amount * 100)
        made.append(counter)
    return made


def test_five_times_the_median() -> None:
    counters = neighbours(150, 190, 200, 210, 1000)
    [signal] = found("above")
    assert signal.organization == counters[-1].service.venue.organization
    assert (signal.numbers["median_cents"], signal.numbers["cents"]) == (20_000, 100_000)
    assert (signal.numbers["times"], signal.numbers["departement"]) == (5.0, "23")
    assert [one.covered_cents for one in signal.payments.all()] == [100_000]
    assert "5,0 fois la médiane" in sentence(signal)


@pytest.mark.parametrize(
    "euros",
    [
        (150, 190, 201, 210, 1000),  # less than five times
        (190, 200, 210, 1000),  # four to compare
        (10, 10, 10, 10, 999),  # below 1,000 €
        (900, 950, 1000, 1100, 1200),
    ],
)
def test_not_so_far_above(euros: tuple[int, ...]) -> None:
    neighbours(*euros)
    assert found("above") == []


def test_neighbours_are_of_the_same_kind_and_departement() -> None:
    kinds = VenueType.objects.all()[:2]
    neighbours(100, 100, kind=kinds[0])
    neighbours(100, 100, kind=kinds[1])
    neighbours(100, 100, kind=kinds[0], commune="19001")
    neighbours(2000, kind=kinds[0])
    assert found("above") == []
    neighbours(100, 100, kind=kinds[0])
    assert len(found("above")) == 1


def test_one_who_is_far_above_does_not_hide_another() -> None:
    """What a mean would do."""
    neighbours(100, 100, 100, 100, 100, 2000, 20_000)
    assert len(found("above")) == 2


def test_overseas_departements_have_three_signs() -> None:
    neighbours(100, 100, 100, commune="97411")
    neighbours(100, 2000, commune="97105")
    assert found("above") == []


# Again, and again


def test_looking_again_finds_the_same() -> None:
    counter = toy.a_counter()
    burst(counter, 10, 10)
    whole(counter)
    whole(counter)
    assert watch(NOW) > 1
    before = list(Signal.objects.order_by("pk").values()), SignalPayment.objects.count()
    assert watch(NOW) == 0
    assert watch(NOW + timedelta(minutes=5)) == 0
    assert before == (list(Signal.objects.order_by("pk").values()), SignalPayment.objects.count())


def test_what_follows_is_found_from_where_the_last_look_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = toy.a_counter()
    burst(counter, 10, 10)
    watch(NOW)
    asked = []
    monkeypatch.setattr(
        watching, "parameters", lambda *given: (asked.append(given[0]), parameters(*given))[1]
    )
    pay(counter, toy.coupons_in_hand(10), toy.AT + 30 * S)
    later = NOW + timedelta(days=1)
    assert watch(later) == 0
    [signal] = Signal.objects.filter(kind="burst")
    assert signal.numbers["coupons"] == 30
    assert signal.payments.count() == 3
    assert asked == [datetime(2026, 11, 20, 23, tzinfo=UTC)]
    assert Watch.objects.count() == 2


def test_an_open_signal_follows_and_a_decided_one_stays() -> None:
    counter = toy.a_counter()
    burst(counter, 10, 10)
    [signal] = found("burst")
    signal.state, signal.reason, signal.decided_at = "dismissed", "fête", NOW
    signal.decided_by = counter.agent
    signal.save()
    pay(counter, toy.coupons_in_hand(10), toy.AT + 30 * S)
    [signal] = found("burst")
    assert signal.numbers["coupons"] == 20


def test_those_behind_a_signal_are_a_few_hundred_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "MOST_PAYMENTS", 3)
    burst(toy.a_counter(), *[5] * 8, every=S)
    [signal] = found("burst")
    assert signal.numbers["payments"] == 8
    assert signal.payments.count() == 3
