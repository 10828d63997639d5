"""Closures said in the words of opening hours, so that one parser answers for both."""

from collections.abc import Iterable
from datetime import date, timedelta

from psycopg.types.range import Range

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def closed(hours: str, closures: Iterable[Range]) -> str:
    """ "Mo 09:00-12:00" and the days [24 December 2026, 1 January 2027) ->
    "Mo 09:00-12:00; 2026 Dec 24-2026 Dec 31 off"; no hours stay no hours."""
    rules = (_off(days.lower, days.upper) for days in closures)  # type: ignore[arg-type]  # bounded by the database
    return "; ".join([hours, *rules]) if hours else hours


def _off(first: date, after: date) -> str:
    return f"{_day(first)}-{_day(after - timedelta(days=1))} off"


def _day(day: date) -> str:
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"
