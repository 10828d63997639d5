"""Opening hours in SQL: written for what changed, and for nothing else."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.fields import minutes
from directory.hours import refresh_hours
from directory.models import OpeningDay, Place, Venue
from directory.tasks import refresh_all_hours

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def place(hours: str, zone: str = "Europe/Paris") -> Place:
    return Place.objects.create(venue=Venue.objects.create(name="Le lieu"), hours=hours, timezone=zone)


def days(of: Place) -> list[date]:
    return list(of.opening_days.order_by("day").values_list("day", flat=True))


def test_weeks_and_days_are_filled() -> None:
    office, odd, unread = (
        place("Mo 09:00-12:00; PH off"),
        place("week 01-53/2 Mo 09:00-12:00"),
        place("le lundi"),
    )
    assert refresh_hours(Place.objects.all(), TODAY) == 3
    for row in (office, odd, unread):
        row.refresh_from_db()
    assert office.week == minutes([(540, 720)])
    assert odd.week == minutes([])
    assert unread.week is None
    assert days(office) == []
    assert days(odd)[:3] == [date(2026, 11, 30), date(2026, 12, 14), date(2026, 12, 28)]
    assert days(unread) == []


def test_a_holiday_is_a_closed_day() -> None:
    friday = place("Fr 09:00-12:00; PH off")
    refresh_hours(Place.objects.all(), TODAY)
    assert list(friday.opening_days.values_list("day", "minutes")) == [
        (date(2026, 12, 25), minutes([])),
        (date(2027, 1, 1), minutes([])),
    ]


def test_only_the_places_asked_for() -> None:
    one, other = place("Mo 09:00-12:00"), place("Mo 09:00-12:00")
    refresh_hours(Place.objects.filter(pk=one.pk), TODAY)
    other.refresh_from_db()
    assert other.week is None


def test_changed_hours_replace_the_days() -> None:
    visited = place("2026 Dec 03 14:00-17:00")
    refresh_hours(Place.objects.all(), TODAY)
    assert days(visited) == [date(2026, 12, 3)]
    Place.objects.update(hours="2026 Dec 04 14:00-17:00")
    refresh_hours(Place.objects.all(), TODAY)
    assert days(visited) == [date(2026, 12, 4)]
    Place.objects.update(hours="")
    refresh_hours(Place.objects.all(), TODAY)
    visited.refresh_from_db()
    assert (days(visited), visited.week) == ([], None)


def test_a_second_time_writes_nothing_and_asks_as_little() -> None:
    for number in range(20):
        place(f"week 01-53/2 Mo 0{number % 9}:00-12:00")
    refresh_hours(Place.objects.all(), TODAY)
    versions = list(
        OpeningDay.objects.order_by("pk").extra(select={"v": "xmin::text"}).values_list("pk", "v")
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        refresh_hours(Place.objects.all(), TODAY)
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 4
    assert versions == list(
        OpeningDay.objects.order_by("pk").extra(select={"v": "xmin::text"}).values_list("pk", "v")
    )


def test_nothing_to_do() -> None:
    assert refresh_hours(Place.objects.none(), TODAY) == 0


def test_the_nightly_task() -> None:
    place("Mo-Su 09:00-12:00")
    assert refresh_all_hours(timestamp=0) == 1
    assert Place.objects.get().week is not None
