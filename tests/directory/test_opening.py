"""Opening hours: instants on the local clock, holidays, odd and even weeks, dated rounds."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.opening import DAY, Hours, Minutes, is_holiday, joined, parse

PARIS = ZoneInfo("Europe/Paris")
OFFICE = "Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00; PH off"
MORNING, AFTERNOON = (540, 720), (840, 1020)


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours(raw: str, zone: str = "Europe/Paris") -> Hours:
    parsed = parse(raw, timezone=zone)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "\n",
        "le lundi matin",
        "Mo-Fr 9h-12h",
        "Mo 09:00",
        "<b>Mo</b>",
        "x" * 3_000,
        "Mo 25:00",
        '"sur rendez-vous"',
    ],
)
def test_what_is_not_openstreetmap_syntax_is_none(raw: str) -> None:
    assert parse(raw) is None


def test_open_now_until_noon_then_again_at_two() -> None:
    now = hours(OFFICE).now(at("2026-11-23T10:00"))
    assert now.is_open is True
    assert now.next_change == at("2026-11-23T12:00")
    assert now.next_open_at == at("2026-11-23T14:00")


def test_closed_from_saturday_noon_to_monday() -> None:
    now = hours(OFFICE).now(at("2026-11-21T12:00"))
    assert now.is_open is False
    assert now.next_change == now.next_open_at == at("2026-11-23T09:00")


def test_instants_are_those_of_the_place() -> None:
    reunion = hours("Mo-Fr 08:00-12:00", "Indian/Reunion")
    assert reunion.is_open(at("2026-11-23T05:30")) is True  # 08:30 there
    assert reunion.is_open(at("2026-11-23T10:00")) is False
    change = reunion.next_change(at("2026-11-23T05:30"))
    assert change == at("2026-11-23T09:00")
    assert change is not None
    assert str(change.tzinfo) == "Indian/Reunion"


def test_the_clocks_go_forward() -> None:
    night = hours("Mo-Su 01:00-04:00")
    change = night.next_change(at("2026-03-29T01:30"))
    assert change == at("2026-03-29T04:00")
    assert change is not None
    assert change - at("2026-03-29T01:30") == timedelta(hours=2, minutes=30)  # on the wall clock
    assert change.timestamp() - at("2026-03-29T01:30").timestamp() == 1.5 * 3600  # in truth


def test_always_and_never() -> None:
    assert hours("24/7").now(at("2026-11-23T10:00")).next_change is None
    assert hours("24/7").week == [(0, 7 * DAY)]
    never = hours("Mo-Su off").now(at("2026-11-23T10:00"))
    assert (never.is_open, never.next_change, never.next_open_at) == (False, None, None)


def test_uncertain_is_neither_open_nor_closed() -> None:
    unknown = hours("Mo-Fr 09:00-12:00 unknown")
    assert unknown.is_open(at("2026-11-23T10:00")) is None
    assert unknown.week == []


def test_a_comment_is_told_and_does_not_cut() -> None:
    booked = hours('Mo-Fr 09:00-12:00; Mo-Fr 12:00-18:00 "sur rendez-vous"')
    day = hours('Mo-Fr 09:00-12:00 "sur rendez-vous"').days(date(2026, 11, 23), 1)[0]
    assert day.comment == "sur rendez-vous"
    assert booked.is_open(at("2026-11-23T15:00")) is True


def test_the_usual_week() -> None:
    week = hours(OFFICE).week
    assert week[:2] == [MORNING, AFTERNOON]
    assert week[-1] == (5 * DAY + 540, 5 * DAY + 720)
    assert len(week) == 11


def test_a_night_runs_into_the_next_day_and_week() -> None:
    assert hours("Fr 22:00-02:00").week == [(4 * DAY + 1320, 5 * DAY + 120)]
    assert hours("Su 22:00-02:00").week == [(0, 120), (6 * DAY + 1320, 7 * DAY)]
    days = hours("Fr 22:00-02:00").days(date(2026, 11, 27), 2)
    assert [day.intervals for day in days] == [[(1320, 1440)], [(0, 120)]]


def test_holidays_are_exceptions() -> None:
    found = hours(OFFICE).exceptions(date(2026, 11, 23), 70)
    assert found == {date(2026, 12, 25): [], date(2027, 1, 1): []}
    assert is_holiday(date(2026, 7, 14))
    christmas = hours(OFFICE).days(date(2026, 12, 25), 1)[0]
    assert (christmas.is_holiday, christmas.intervals) == (True, [])


def test_without_a_word_on_holidays_there_are_no_exceptions() -> None:
    assert hours("Mo-Fr 09:00-12:00").exceptions(date(2026, 11, 23), 70) == {}


def test_odd_weeks_have_no_usual_week_but_dates() -> None:
    """ISO week 53 of 2026 and week 1 of 2027 are both odd: two weeks in a row."""
    odd = hours("week 01-53/2 Mo 09:30-12:30,13:30-15:30; PH off")
    assert odd.week == []
    dates = list(odd.exceptions(date(2026, 12, 7), 42))
    assert dates == [date(2026, 12, 14), date(2026, 12, 28), date(2027, 1, 4)]
    even = hours("week 02-52/2 Mo 09:30-12:30")
    assert list(even.exceptions(date(2026, 12, 7), 42)) == [
        date(2026, 12, 7),
        date(2026, 12, 21),
        date(2027, 1, 11),
    ]


def test_a_dated_visit() -> None:
    visit = hours("2026 Dec 03 14:00-17:00")
    assert visit.week == []
    assert visit.exceptions(date(2026, 11, 23), 70) == {date(2026, 12, 3): [(840, 1020)]}
    assert visit.next_open(at("2026-11-23T10:00")) == at("2026-12-03T14:00")
    assert visit.next_open(at("2026-12-04T10:00")) is None


def test_summer_hours_are_the_exception() -> None:
    seasonal = hours("Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 09:00-12:00")
    assert seasonal.week[0] == (540, 1020)
    assert seasonal.exceptions(date(2026, 7, 6), 5) == {date(2026, 7, d): [MORNING] for d in range(6, 11)}


def test_joined() -> None:
    assert joined([(5, 5), (3, 4), (0, 1), (1, 2), (3, 6)]) == [(0, 2), (3, 6)]


DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
rules = st.tuples(
    st.sampled_from(["", "week 01-53/2 ", "week 02-52/2 ", "Jul-Aug ", "2026 Dec "]),
    st.sampled_from([*DAYS, "Mo-Fr", "Sa,Su", "PH", "Tu-Th"]),
    st.sampled_from(
        ["09:00-12:00", "14:00-18:30", "22:00-03:00", "09:00-12:00,13:30-17:00", "off", "00:00-24:00"]
    ),
).map(lambda parts: f"{parts[0]}{parts[1]} {parts[2]}")


@settings(max_examples=60, deadline=None)
@given(
    written=st.lists(rules, min_size=1, max_size=4),
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    minute=st.integers(0, 7 * DAY - 1),
)
def test_week_and_exceptions_together_are_the_truth(written: list[str], first: date, minute: int) -> None:
    """What SQL reads (the usual week, but on exceptional days) agrees with the library, minute by minute."""
    parsed = hours("; ".join(written))
    exceptions = parsed.exceptions(first, 21)
    for offset in range(0, 21, 5):
        day = first + timedelta(days=offset)
        instant = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute % DAY)
        usual = covers(parsed.week, day.weekday() * DAY + minute % DAY)
        told = covers(exceptions[day], minute % DAY) if day in exceptions else usual
        assert told is parsed.is_open(instant.replace(tzinfo=PARIS))


def covers(minutes: Minutes, minute: int) -> bool:
    return any(start <= minute < end for start, end in minutes)
