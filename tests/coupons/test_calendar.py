"""Days as people at the counter count them: 29 February, the hour that comes twice, midnight overseas."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from coupons.codes import digest, new_codes
from coupons.distribution.handing import hand_over
from coupons.expiry import day_everywhere, expire
from coupons.issuing import issue
from coupons.models import Booklet, Coupon, Entry
from coupons.taking import NotUsable, local_day, take
from coupons.validity import last_day
from directory.models import Place
from geodata.timezones import TIMEZONES
from tests.coupons import toy
from tests.coupons.orders import made

pytestmark = pytest.mark.django_db
LAST = date(2027, 11, 23)  # of the toy's coupons
OVERSEAS = [
    "Indian/Reunion",
    "America/Guadeloupe",
    "Pacific/Wallis",
    "Pacific/Tahiti",
    "America/Miquelon",
    "Europe/Paris",
]


def counter_in(zone: str) -> toy.Counter:
    counter = toy.a_counter()
    Place.objects.filter(pk=counter.place.pk).update(timezone=zone)
    return toy.Counter(counter.service, Place.objects.get(pk=counter.place.pk), counter.agent)


def local(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("zone", OVERSEAS)
def test_the_last_minute_of_the_last_day_is_the_counter_s_own(zone: str) -> None:
    """23:59 where the service is rendered: taken. A minute later: not, though no coupon has been ended yet."""
    counter, coupons = counter_in(zone), toy.coupons_in_hand(2)
    first, second = (coupon.pk for coupon in coupons)
    payment, _again = take(counter.passage([first]), at=local(zone, LAST, 23, 59))
    assert payment.on == LAST
    with pytest.raises(NotUsable):
        take(counter.passage([second]), at=local(zone, LAST + timedelta(days=1), 0, 0))
    assert Coupon.objects.get(pk=second).state == "active"


@pytest.mark.parametrize("zone", OVERSEAS)
def test_nobody_s_coupon_ends_before_the_day_does_there(zone: str) -> None:
    toy.coupons_in_hand(1)
    assert expire(at=local(zone, LAST, 23, 59)) == 0
    assert expire(at=local("Pacific/Tahiti", LAST + timedelta(days=1), 0, 0)) == 1


def test_the_books_have_the_day_of_paris_and_the_payment_that_of_its_place() -> None:
    """The last evening of the year in Guadeloupe is the new year in Paris, and the reverse in Wallis."""
    evening, coupons = counter_in("America/Guadeloupe"), toy.coupons_in_hand(2)
    payment, _again = take(
        evening.passage([coupons[0].pk]), at=local("America/Guadeloupe", date(2026, 12, 31), 23, 30)
    )
    assert (payment.on, payment.entry.on) == (date(2026, 12, 31), date(2027, 1, 1))
    morning = counter_in("Pacific/Wallis")
    payment, _again = take(
        morning.passage([coupons[1].pk]), at=local("Pacific/Wallis", date(2027, 1, 1), 0, 30)
    )
    assert (payment.on, payment.entry.on) == (date(2027, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("given", "months", "last"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_the_last_day(given: date, months: int, last: date) -> None:
    assert last_day(given, months) == last


def test_handed_over_on_29_february_ends_after_28_february() -> None:
    order = made.funded(toy.a_campaign(booklet_size=2), booklets=1)
    issue(order=order, at=toy.AT)
    for coupon in Coupon.objects.all():
        coupon.digest = digest(new_codes(1)[0])
        coupon.save(update_fields=["digest"])
    hand_over(
        booklets=order.booklet_set.all(), by=made.somebody(), at=local("Europe/Paris", date(2028, 2, 29), 10)
    )
    assert Booklet.objects.get().valid_until == date(2029, 2, 28)
    counter, numbers = counter_in("Europe/Paris"), list(Coupon.objects.values_list("pk", flat=True))
    take(counter.passage(numbers[:1]), at=local("Europe/Paris", date(2029, 2, 28), 23, 59))
    with pytest.raises(NotUsable):
        take(counter.passage(numbers[1:]), at=local("Europe/Paris", date(2029, 3, 1), 0))
    assert expire(at=local("Pacific/Tahiti", date(2029, 2, 28), 23, 59)) == 0
    assert expire(at=local("Pacific/Tahiti", date(2029, 3, 1), 0)) == 1


# The hour from 2 to 3 comes twice in October and never in March.
NIGHTS = [date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26), date(2028, 10, 29)]


@pytest.mark.parametrize("night", NIGHTS)
def test_a_night_of_23_or_25_hours_has_one_day(night: date) -> None:
    """Every quarter of an hour of it, seen from the counter and from the books."""
    place = counter_in("Europe/Paris").place
    begins = local("Europe/Paris", night, 0).astimezone(UTC)
    ends = local("Europe/Paris", night + timedelta(days=1), 0).astimezone(UTC)
    assert ends - begins in (timedelta(hours=23), timedelta(hours=25))
    quarters = (ends - begins) // timedelta(minutes=15)
    seen = {local_day(place, begins + n * timedelta(minutes=15)) for n in range(quarters)}
    assert seen == {night}
    assert local_day(place, begins - timedelta(seconds=1)) == night - timedelta(days=1)
    assert local_day(place, ends) == night + timedelta(days=1)


@pytest.mark.parametrize("night", NIGHTS[:2])
def test_python_and_the_database_agree_on_the_day_of_the_books(night: date) -> None:
    counter = counter_in("Europe/Paris")
    coupons = toy.coupons_in_hand(5)
    begins = local("Europe/Paris", night, 0).astimezone(UTC)
    for minutes, coupon in zip((-1, 0, 90, 150, 210), coupons, strict=True):
        at = begins + timedelta(minutes=minutes)
        payment, _again = take(counter.passage([coupon.pk]), at=at)
        assert payment.on == payment.entry.on == local_day(counter.place, at)


def test_the_day_everywhere_is_the_earliest_and_never_goes_back() -> None:
    """Through both changes of the hour, an hour at a time."""
    at, before = datetime(2027, 3, 26, tzinfo=UTC), date.min
    while at < datetime(2027, 11, 3, tzinfo=UTC):
        day = day_everywhere(at)
        assert day >= before
        assert day == min(at.astimezone(ZoneInfo(zone)).date() for zone in TIMEZONES)
        assert day == (at - timedelta(hours=10)).date()
        at, before = at + timedelta(hours=1), day


def test_expired_at_a_night_that_comes_twice_once() -> None:
    toy.coupons_in_hand(3)
    for hour in range(26):
        expire(at=datetime(2028, 10, 28, 20, tzinfo=UTC) + timedelta(hours=hour))
    assert Entry.objects.filter(kind="expiry").count() == 1
