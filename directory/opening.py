"""Opening hours in OpenStreetMap's syntax: is it open, until when, which days are unlike the usual week.

Everything is computed on the local wall clock of the place; only what goes out as an instant is aware.
Unparsable hours give None, and their raw text is shown as it is. Public holidays are those of all France (the
extra ones of Alsace-Moselle and overseas are not in the calendar of opening-hours-py).
Syntax: https://wiki.openstreetmap.org/wiki/Key:opening_hours
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import chain, islice
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]

DAY = 24 * 60
COMMENT_ALONE = re.compile(r'^"[^"]*"$')  # to the library: always open, on a remark
HORIZON = timedelta(days=366)  # what does not change within a year is told as never changing
LONGEST = 2_000  # signs; real hours have at most 300
# Only days of the week, times and public holidays: every week is the same, holidays apart.
WEEKLY = re.compile(r"^(?:24/7|(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|off|closed|[\d:,;\- ])+)$")
PLAIN_WEEK = date(2025, 1, 13)  # a Monday, no holiday around
USUAL_WEEKS = 52
USUAL_SHARE = (
    0.6  # below, as for odd and even weeks, no hours are "usual" and each opening is told by its date
)

Minutes = list[tuple[int, int]]  # half-open [start, end), in order, apart from each other


@dataclass(frozen=True)
class Now:
    """What to tell about one instant. `is_open` None: unknown; `next_*` None: not within a year."""

    is_open: bool | None
    next_change: datetime | None
    next_open_at: datetime | None


@dataclass(frozen=True)
class Day:
    """One local day: `intervals` in minutes from its midnight."""

    day: date
    intervals: Minutes
    is_holiday: bool
    comment: str


UNKNOWN = Now(is_open=None, next_change=None, next_open_at=None)


@lru_cache(maxsize=20_000)
def parse(raw: str, *, timezone: str = "Europe/Paris") -> "Hours | None":
    """The hours, or None when there are none or the text is not in OpenStreetMap's syntax."""
    text = raw.strip()
    if not text or len(text) > LONGEST or COMMENT_ALONE.match(text):
        return None
    try:
        return Hours(OpeningHours(text, country="FR"), text, ZoneInfo(timezone))
    except ParserError:
        return None


@lru_cache(maxsize=1)
def _holidays() -> OpeningHours:
    return OpeningHours("PH", country="FR")


def is_holiday(day: date) -> bool:
    """A public holiday in all France."""
    return bool(_holidays().is_open(datetime.combine(day, time(12))))


@dataclass(frozen=True, eq=False)
class Hours:
    """Parsed hours of one place. Instants given are aware; those returned are in the zone of the place."""

    rules: OpeningHours
    text: str
    zone: ZoneInfo

    def is_open(self, at: datetime) -> bool | None:
        state, _comment = self.rules.state(self._local(at))
        return None if state == State.UNKNOWN else bool(state == State.OPEN)

    def next_change(self, at: datetime) -> datetime | None:
        """When it will next open, close or become uncertain."""
        spans = self._spans(self._local(at))
        _start, end, _state = next(spans)
        return self._aware(end) if next(spans, None) else None

    def next_open(self, at: datetime) -> datetime | None:
        """The next opening strictly after `at`: when it is open now, the one after the coming closure."""
        spans = self._spans(self._local(at))
        next(spans)
        return next((self._aware(start) for start, _end, state in spans if state == State.OPEN), None)

    def now(self, at: datetime) -> Now:
        """The three answers above, in one walk through the hours."""
        spans = self._spans(self._local(at))
        _start, end, state = next(spans)
        later = list(islice(spans, 1))
        opens = next((start for start, _end, then in chain(later, spans) if then == State.OPEN), None)
        return Now(
            is_open=None if state == State.UNKNOWN else bool(state == State.OPEN),
            next_change=self._aware(end) if later else None,
            next_open_at=self._aware(opens) if opens else None,
        )

    def days(self, first_day: date, n: int) -> list[Day]:
        """The `n` local days from `first_day` on."""
        minutes: dict[date, Minutes] = {}
        comments: dict[date, str] = {}
        for day, start, end, comment in self._open_parts(first_day, n):
            minutes.setdefault(day, []).append((start, end))
            comments.setdefault(day, comment)
        every = [first_day + timedelta(days=i) for i in range(n)]
        return [
            Day(day, joined(minutes.get(day, [])), is_holiday(day), comments.get(day, "")) for day in every
        ]

    @cached_property
    def week(self) -> Minutes:
        """The usual week, in minutes from Monday midnight, within [0, 10080)."""
        parts = [(d * DAY + start, d * DAY + end) for d, day in enumerate(self._usual) for start, end in day]
        return joined(parts)

    def exceptions(self, first_day: date, n: int) -> dict[date, Minutes]:
        """Those of the `n` days that differ from the usual week, with their minutes (none: closed)."""
        usual = self._usual
        doubtful = self._doubtful_days(first_day, n)
        days = (day for span in doubtful for day in self._minutes_of_days(*span))
        return {day: minutes for day, minutes in days if minutes != usual[day.weekday()]}

    def _doubtful_days(self, first_day: date, n: int) -> list[tuple[date, int]]:
        """Spans of days that may differ from the usual week."""
        if not WEEKLY.match(self.text):
            return [(first_day, n)]
        if "PH" not in self.text:
            return []
        every = [first_day + timedelta(days=i) for i in range(n)]
        return [(day, 1) for day in every if is_holiday(day) or is_holiday(day - timedelta(days=1))]

    @cached_property
    def _usual(self) -> tuple[Minutes, ...]:
        if WEEKLY.match(self.text):
            return tuple(minutes for _day, minutes in self._minutes_of_days(PLAIN_WEEK, 7))
        seen: list[Counter[tuple[tuple[int, int], ...]]] = [Counter() for _ in range(7)]
        for day, minutes in self._minutes_of_days(PLAIN_WEEK, 7 * USUAL_WEEKS):
            seen[day.weekday()][tuple(minutes)] += 1
        commonest = [counter.most_common(1)[0] for counter in seen]
        return tuple(list(day) if times >= USUAL_SHARE * USUAL_WEEKS else [] for day, times in commonest)

    def _minutes_of_days(self, first_day: date, n: int) -> Iterator[tuple[date, Minutes]]:
        found: dict[date, Minutes] = {first_day + timedelta(days=i): [] for i in range(n)}
        for day, start, end, _comment in self._open_parts(first_day, n):
            found[day].append((start, end))
        yield from ((day, joined(minutes)) for day, minutes in found.items())

    def _open_parts(self, first_day: date, n: int) -> Iterator[tuple[date, int, int, str]]:
        """Open spans cut at midnight: day, start minute, end minute, comment."""
        first = datetime.combine(first_day, time())
        last = first + timedelta(days=n)
        for start, end, state, comment in self.rules.intervals(first, last):
            if state != State.OPEN:
                continue
            start, end = max(start, first), min(end or last, last)
            while start < end:
                midnight = datetime.combine(start.date() + timedelta(days=1), time())
                until = min(end, midnight)
                minute = start.hour * 60 + start.minute
                yield start.date(), minute, minute + int((until - start).total_seconds() // 60), comment
                start = until

    def _spans(self, local: datetime) -> Iterator[tuple[datetime, datetime, State]]:
        """Spans of different states from a local time on (the library also cuts where a comment changes)."""
        spans = self.rules.intervals(local, local + HORIZON)
        current: tuple[datetime, datetime, State] | None = None
        for start, end, state, _comment in spans:
            end = end or local + HORIZON
            if current and current[2] == state:
                current = (current[0], end, state)
                continue
            if current:
                yield current
            current = (start, end, state)
        if current:
            yield current

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)


def joined(parts: Minutes) -> Minutes:
    """In order, with touching and overlapping parts made one, as a PostgreSQL multirange is."""
    result: Minutes = []
    for start, end in sorted(part for part in parts if part[0] < part[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
