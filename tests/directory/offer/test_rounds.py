"""The lines of a round: written as OpenStreetMap hours, read back, and open on the days they say."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.offer.rounds import Round, Visit, When, from_osm, to_osm
from directory.opening import parse

AFTERNOON = (14 * 60, 17 * 60)
THURSDAY = 3
SPANS = st.tuples(st.integers(0, 719), st.integers(720, 1440))
DATES = st.builds(Visit, st.just(When.DATE), SPANS, day=st.dates(date(2026, 1, 1), date(2029, 12, 31)))
RECURRING = st.builds(
    Visit, st.sampled_from([when for when in When if when is not When.DATE]), SPANS, weekday=st.integers(0, 6)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(DATES | RECURRING, max_size=12), st.booleans())
def test_round_trip(visits: list[Visit], closed: bool) -> None:
    text = to_osm(Round(tuple(visits), closed))
    read = from_osm(text)
    assert read is not None
    assert set(read.visits) == set(visits)
    assert to_osm(read) == text
    assert not text or parse(text)


@pytest.mark.parametrize(
    ("visit", "first_days"),
    [
        (Visit(When.DATE, AFTERNOON, day=date(2026, 12, 3)), [date(2026, 12, 3)]),
        (Visit(When.WEEKLY, AFTERNOON, weekday=THURSDAY), [date(2026, 12, 3), date(2026, 12, 10)]),
        (Visit(When.ODD, AFTERNOON, weekday=THURSDAY), [date(2026, 12, 3), date(2026, 12, 17)]),
        (Visit(When.EVEN, AFTERNOON, weekday=THURSDAY), [date(2026, 12, 10), date(2026, 12, 24)]),
        (Visit(When.FIRST, AFTERNOON, weekday=THURSDAY), [date(2026, 12, 3), date(2027, 1, 7)]),
        (Visit(When.LAST, AFTERNOON, weekday=THURSDAY), [date(2026, 12, 31), date(2027, 1, 28)]),
    ],
)
def test_days_of_a_visit(visit: Visit, first_days: list[date]) -> None:
    hours = parse(to_osm(Round((visit,))))
    days = [day for day in hours.days(date(2026, 11, 30), 70) if day.intervals]
    assert [day.day for day in days][:2] == first_days
    assert days[0].intervals == [AFTERNOON]


def test_a_date_says_otherwise_than_the_rule() -> None:
    calendar = Round(
        (
            Visit(When.WEEKLY, AFTERNOON, weekday=THURSDAY),
            Visit(When.DATE, (9 * 60, 12 * 60), day=date(2026, 12, 3)),
        )
    )
    text = to_osm(calendar)
    assert text == "Th 14:00-17:00; PH off; 2026 Dec 03 09:00-12:00"
    assert parse(text).days(date(2026, 12, 3), 1)[0].intervals == [(9 * 60, 12 * 60)]


@pytest.mark.parametrize(
    "text", ["Mo-Fr 09:00-12:00", "2026 Feb 31 09:00-12:00", "Th[5] 10:00-11:00", "n'importe"]
)
def test_what_was_written_elsewhere_is_not_read(text: str) -> None:
    assert from_osm(text) is None
