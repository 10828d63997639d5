"""Numbers, prices and moments as people read them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone, translation
from psycopg.types.range import Range

from directory import wording


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (None, ""),
        (0, "10 m"),
        (847, "850 m"),
        (949, "950 m"),
        (950, "0,9 km"),
        (1260, "1,3 km"),
        (9_960, "10 km"),
        (12_900, "13 km"),
    ],
)
def test_distance(metres: float | None, words: str) -> None:
    assert wording.distance(metres).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("cents", "words"),
    [(None, "Prix à demander"), (0, "Gratuit"), (1000, "10 €"), (1250, "12,50 €"), (5, "0,05 €")],
)
def test_price(cents: int | None, words: str) -> None:
    assert wording.price(cents).replace("\u00a0", " ") == words


def test_hours_follow_the_language() -> None:
    assert wording.clock(17 * 60 + 5).replace("\u00a0", " ") == "17 h 05"
    assert wording.clock(24 * 60).replace("\u00a0", " ") == "24 h"
    with translation.override("en"):
        assert wording.clock(17 * 60 + 5) == "17:05"


def test_english_words() -> None:
    with translation.override("en"):
        assert wording.distance(1260) == "1.3\u00a0km"
        assert [wording.price(cents) for cents in (None, 0, 1000, 125_050)] == [
            "Ask for the price",
            "Free",
            "€10",
            "€1,250.50",
        ]
        assert wording.duration(90).replace("\u00a0", " ") == "1 h 30 min"
        assert wording.day(date(2026, 11, 24), today=date(2026, 11, 23)) == "tomorrow"
        assert wording.day(date(2026, 12, 24), today=date(2026, 11, 23)) == "on 24 December"
        assert wording.venues(1) == "1 place"


@pytest.mark.parametrize(
    ("day", "words"),
    [(23, ""), (24, "demain"), (26, "jeudi"), (30, "le 30 novembre"), (22, "le 22 novembre")],
)
def test_days(day: int, words: str) -> None:
    assert wording.day(date(2026, 11, day), today=date(2026, 11, 23)) == words


def test_a_moment_is_told_on_the_clock_of_the_venue(monkeypatch: pytest.MonkeyPatch) -> None:
    """21:00 in Paris is already tomorrow in La Réunion."""
    now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert wording.moment(datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "Indian/Reunion") == "à 9\u00a0h"
    assert wording.moment(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "Europe/Paris") == "demain à 9\u00a0h"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("+33478000000", "04 78 00 00 00"),
        ("0262 12 34 56", "02 62 12 34 56"),
        ("+262262123456", "0262 12 34 56"),
        ("+41 22 730 51 11", "+41 22 730 51 11"),
        ("demander Anne", "demander Anne"),
    ],
)
def test_phone(typed: str, words: str) -> None:
    assert wording.phone(typed).replace("\u00a0", " ") == words


def at(day: int, first: int, last: int) -> Range[int]:
    """Hours of a day of the week, as the database gives them: 0 is Monday."""
    return Range((day * 24 + first) * 60, (day * 24 + last) * 60)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ([], ""),
        ([at(0, 9, 12)], "lundi : 9 h – 12 h"),
        (
            [*(at(day, 9, 12) for day in range(5)), at(5, 10, 12), at(5, 14, 17)],
            "du lundi au vendredi : 9 h – 12 h ; samedi : 10 h – 12 h, 14 h – 17 h",
        ),
        ([at(4, 22, 26)], "vendredi : 22 h – 24 h ; samedi : 0 h – 2 h"),
        ([at(0, 0, 168)], "du lundi au dimanche : 0 h – 24 h"),
        ([at(0, 9, 12), at(2, 9, 12)], "lundi : 9 h – 12 h ; mercredi : 9 h – 12 h"),
    ],
)
def test_a_week(minutes: list[Range[int]], words: str) -> None:
    assert wording.week(minutes).replace("\u00a0", " ").replace("\u202f", " ") == words


@pytest.mark.parametrize(
    ("day", "pattern", "french", "english"),
    [
        (date(2026, 8, 1), "j F Y", "1er août 2026", "1 August 2026"),
        (date(2026, 8, 11), "j F Y", "11 août 2026", "11 August 2026"),
        (date(2026, 8, 1), "l j F", "samedi 1er août", "Saturday 1 August"),
        (date(2026, 8, 31), "l j", "lundi 31", "Monday 31"),
        (
            datetime(2026, 8, 1, 1, 5, tzinfo=UTC),
            "j F Y, G \\h i",
            "1er août 2026, 1 h 05",
            "1 August 2026, 1 h 05",
        ),
        (None, "j F Y", "", ""),
    ],
)
def test_the_first_of_a_month(day: date | None, pattern: str, french: str, english: str) -> None:
    assert wording.dated(day, pattern) == french
    with translation.override("en"):
        assert wording.dated(day, pattern) == english
