"""Is a place open now, and when does that change: read from the same minutes that the search filters on.

So a card never says "closed" about a place that "open now" has just found.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg.types.multirange import Multirange

from directory.moments import DAY

DAYS_AHEAD = 70
Minutes = Iterable[tuple[int, int]]


@dataclass(frozen=True)
class Now:
    """`is_open` is None when the hours are not known; the instants are None beyond ten weeks. Local time zone."""

    is_open: bool | None
    next_change: datetime | None = None
    next_open_at: datetime | None = None


UNKNOWN = Now(None)


def now(week: Multirange | None, special: Mapping[date, Multirange], zone: str, at: datetime) -> Now:
    """`week` and `special` as in Place.week and OpeningDay.minutes."""
    if week is None and not special:
        return UNKNOWN
    zone_info = ZoneInfo(zone)
    local = at.astimezone(zone_info)
    coming = (period for period in periods(week, special, local.date(), zone_info) if period[1] > local)
    first = next(coming, None)
    if first is None:
        return Now(False)
    if first[0] > local:
        return Now(False, first[0], first[0])
    following = next(coming, None)
    return Now(True, first[1], following[0] if following else None)


def periods(
    week: Multirange | None, special: Mapping[date, Multirange], today: date, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Opening periods from yesterday on; one that crosses midnight is one period."""
    pending: tuple[datetime, datetime] | None = None
    for offset in range(-1, DAYS_AHEAD):
        day = today + timedelta(days=offset)
        for start, end in minutes_of(day, week, special):
            period = (instant(day, start, zone), instant(day, end, zone))
            if pending and pending[1] == period[0]:
                period = (pending[0], period[1])
            elif pending:
                yield pending
            pending = period
    if pending:
        yield pending


def minutes_of(day: date, week: Multirange | None, special: Mapping[date, Multirange]) -> Minutes:
    """Minutes of that day's opening, from local midnight."""
    if day in special:
        return [(part.lower, part.upper) for part in special[day]]
    start = day.weekday() * DAY
    return [
        (max(part.lower - start, 0), min(part.upper - start, DAY))
        for part in week or ()
        if part.lower < start + DAY and part.upper > start
    ]


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
