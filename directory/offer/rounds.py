"""The visits of a stop on a round, one line each, to OpenStreetMap's syntax and back.

Pure. Lines that recur come first, then what holidays change, then dates: a date says otherwise than the rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from directory.offer.week import DAYS, Span, clock

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_VISITS = 100


class When(StrEnum):
    """How often a visit comes back."""

    DATE = "date"
    WEEKLY = "weekly"
    ODD = "odd"
    EVEN = "even"
    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    FOURTH = "4"
    LAST = "-1"


WEEKS = {When.ODD: "week 01-53/2 ", When.EVEN: "week 02-52/2 "}
DATED = re.compile(rf"^(\d{{4}}) ({'|'.join(MONTHS)}) (\d{{1,2}})$")
RECURRING = re.compile(rf"^(week 0[12]-5[23]/2 )?({'|'.join(DAYS)})(?:\[(-1|[1-4])\])?$")
RULE = re.compile(r"^(.+?) ((?:\d{2}:\d{2}-\d{2}:\d{2})(?:,\d{2}:\d{2}-\d{2}:\d{2})*)$")


@dataclass(frozen=True)
class Visit:
    """`day` for a date, else `weekday` (0 is Monday); `span` in minutes of the day, start before end."""

    when: When
    span: Span
    day: date | None = None
    weekday: int | None = None

    @property
    def selector(self) -> str:
        if self.when is When.DATE:
            day = self.day or date.min
            return f"{day.year} {MONTHS[day.month - 1]} {day.day:02d}"
        name = DAYS[self.weekday or 0]
        if self.when is When.WEEKLY:
            return name
        return f"{WEEKS[self.when]}{name}" if self.when in WEEKS else f"{name}[{self.when.value}]"


@dataclass(frozen=True)
class Round:
    visits: tuple[Visit, ...] = ()
    closed_on_holidays: bool = True

    @property
    def recurs(self) -> bool:
        return any(visit.when is not When.DATE for visit in self.visits)


def to_osm(calendar: Round) -> str:
    recurring = [visit for visit in calendar.visits if visit.when is not When.DATE]
    dated = sorted(
        (visit for visit in calendar.visits if visit.when is When.DATE),
        key=lambda visit: visit.day or date.min,
    )
    holidays = ["PH off"] if recurring and calendar.closed_on_holidays else []
    return "; ".join([*rules(recurring), *holidays, *rules(dated)])


def rules(visits: list[Visit]) -> Iterator[str]:
    """Visits on the same days are one rule: in OpenStreetMap's syntax a second rule replaces the first."""
    together: dict[str, list[Span]] = {}
    for visit in visits:
        together.setdefault(visit.selector, []).append(visit.span)
    for selector, spans in together.items():
        times = ",".join(f"{clock(start)}-{clock(end)}" for start, end in sorted(set(spans)))
        yield f"{selector} {times}"


def from_osm(text: str) -> Round | None:
    """The lines that this module wrote; None for anything else."""
    visits: list[Visit] = []
    parts = [part.strip() for part in text.split(";") if part.strip()]
    for rule in (part for part in parts if part != "PH off"):
        read = read_rule(rule)
        if not read:
            return None
        visits += read
    found = Round(
        tuple(visits), "PH off" in parts or not any(visit.when is not When.DATE for visit in visits)
    )
    return found if to_osm(found) == "; ".join(parts) else None


def read_rule(rule: str) -> list[Visit]:
    matched = RULE.match(rule)
    if not matched:
        return []
    spans = [read_span(times) for times in matched[2].split(",")]
    if dated := DATED.match(matched[1]):
        year, month, day = int(dated[1]), MONTHS.index(dated[2]) + 1, int(dated[3])
        try:
            return [Visit(When.DATE, span, day=date(year, month, day)) for span in spans]
        except ValueError:
            return []
    recurring = RECURRING.match(matched[1])
    if not recurring:
        return []
    weeks, name, nth = recurring.groups()
    when = When(nth) if nth else next((key for key, value in WEEKS.items() if value == weeks), When.WEEKLY)
    return [Visit(when, span, weekday=DAYS.index(name)) for span in spans]


def read_span(times: str) -> Span:
    (start, start_minute), (end, end_minute) = (part.split(":") for part in times.split("-"))
    return int(start) * 60 + int(start_minute), int(end) * 60 + int(end_minute)
