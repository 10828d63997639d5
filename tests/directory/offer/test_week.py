"""The week editor: what is filled in, what is written, what is read back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.offer.week import DAY, Holidays, Week, from_osm, to_osm, warnings
from directory.opening import parse

MINUTES = st.integers(0, DAY - 1)
SPANS = st.lists(st.tuples(MINUTES, st.integers(0, DAY)).filter(lambda span: span[0] != span[1]), max_size=3)
WEEKS = st.builds(
    Week,
    st.tuples(*[SPANS.map(tuple)] * 7),
    st.sampled_from(Holidays),
)
OFFICE = ((9 * 60, 12 * 60), (14 * 60, 17 * 60))


@settings(max_examples=300, deadline=None)
@given(WEEKS)
def test_what_is_written_says_what_was_filled_in(week: Week) -> None:
    hours = parse(to_osm(week))
    assert (hours.week if hours else []) == week.minutes


@settings(max_examples=300, deadline=None)
@given(WEEKS)
def test_what_was_written_is_read_back(week: Week) -> None:
    read = from_osm(to_osm(week))
    if not week.minutes:
        assert read == Week()
    elif read is not None:
        assert read.minutes == week.minutes
        assert read.holidays == week.holidays
        assert to_osm(read) == to_osm(week)


@pytest.mark.parametrize(
    ("days", "written"),
    [
        ((OFFICE,) * 5 + ((), ()), "Mo-Fr 09:00-12:00,14:00-17:00; PH off"),
        (
            (OFFICE, (), OFFICE, OFFICE, (), (OFFICE[0],), ()),
            "Mo,We-Th 09:00-12:00,14:00-17:00; Sa 09:00-12:00; PH off",
        ),
        (((), (), (), (), ((22 * 60, 120),), (), ()), "Fr 22:00-24:00; Sa 00:00-02:00; PH off"),
        ((((0, DAY),),) * 7, "Mo-Su 00:00-24:00; PH off"),
        (((),) * 7, ""),
    ],
)
def test_written(days: tuple, written: str) -> None:
    week = Week(days)
    assert to_osm(week) == written
    assert from_osm(written) == week


@pytest.mark.parametrize(
    "text",
    [
        "week 01-53/2 Mo 09:00-12:00",
        "Mo-Fr 09:00-12:00; PH 10:00-12:00",
        "PH off; Mo-Fr 09:00-12:00",
        "Jun-Sep Mo-Fr 09:00-12:00",
        "Mo 08:00-09:00,10:00-11:00,12:00-13:00,14:00-15:00",
        "sur rendez-vous",
        "Mo-Fr 25:00",
    ],
)
def test_more_than_a_plain_week_is_not_read(text: str) -> None:
    assert from_osm(text) is None


def test_a_week_without_a_word_on_holidays_is_as_usual() -> None:
    assert from_osm("Mo-Fr 09:00-12:00").holidays is Holidays.USUAL


@pytest.mark.parametrize(
    ("spans", "word"),
    [
        (((5 * 60, 9 * 60),), "avant 6 h"),
        (((20 * 60, 23 * 60 + 30),), "après 23 h"),
        (((22 * 60, 2 * 60),), "après minuit"),
        (((6 * 60, 22 * 60 + 30),), "16 heures"),
        (((9 * 60, 12 * 60), (11 * 60, 14 * 60)), "chevauchent"),
    ],
)
def test_odd_hours_are_pointed_out(spans: tuple, word: str) -> None:
    assert any(word in sentence for sentence in warnings(Week((spans, *((),) * 6))))


def test_an_ordinary_week_has_nothing_odd() -> None:
    assert warnings(Week((OFFICE,) * 5 + ((), ()))) == []
    assert "fériés" in warnings(Week((OFFICE,) * 5 + ((), ()), Holidays.USUAL))[0]
