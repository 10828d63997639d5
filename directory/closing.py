"""Closures said in the words of opening hours, so that one parser answers for both."""

from collections.abc import Iterable
from datetime import date, timedelta

from directory.models import Closure

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def closed(hours: str, closures: Iterable[Closure]) -> str:
    """ "Mo 09:00-12:00" and the days of 24 to 31 December 2026 ->
    "Mo 09:00-12:00; 2026 Dec 24-2026 Dec 31 off"; no hours stay no hours."""
    rules = (f"{_day(closure.during.lower)}-{_last(closure)} off" for closure in closures)
    return "; ".join([hours, *rules]) if hours else hours


def closures_of(venues: Iterable[int], today: date) -> dict[int, list[Closure]]:
    """By venue, in order: those that are not over. One query."""
    found: dict[int, list[Closure]] = {}
    for closure in Closure.objects.filter(venue__in=venues, during__endswith__gt=today).order_by("during"):
        found.setdefault(closure.venue_id, []).append(closure)
    return found


def _last(closure: Closure) -> str:
    return _day(closure.during.upper - timedelta(days=1))


def _day(day: date) -> str:
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"
