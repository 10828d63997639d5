"""A plain week of opening hours, as people fill it in, to OpenStreetMap's syntax and back.

Pure. A span whose end is not after its start goes past midnight. Text is written from the minutes of the
week, so that what overlaps is joined and what goes past midnight is cut there: in OpenStreetMap's syntax the
hours of a day replace what is left over from the evening before.
Syntax: https://wiki.openstreetmap.org/wiki/Key:opening_hours
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from directory.opening import DAY, WEEKLY, Minutes, joined, parse

WEEK = 7 * DAY
SPANS_A_DAY = 3
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EARLY, LATE, LONG = 6 * 60, 23 * 60, 16 * 60
CLOSED_ON_HOLIDAYS = re.compile(r";\s*(?:[A-Z][a-z],)*PH(?:,[A-Z][a-z])*\s+(?:off|closed)\s*;?$")

Span = tuple[int, int]  # minutes of a day, [start, end); end in [0, 1440]
Spans = tuple[Span, ...]


class Holidays(StrEnum):
    """What the venue does on public holidays."""

    CLOSED = "closed"
    USUAL = "usual"


@dataclass(frozen=True)
class Week:
    """Seven days, Monday first."""

    days: tuple[Spans, ...] = ((),) * 7
    holidays: Holidays = Holidays.CLOSED

    @property
    def minutes(self) -> Minutes:
        """Of the week, in order, apart from each other, within [0, 10080)."""
        parts: Minutes = []
        for number, spans in enumerate(self.days):
            for start, end in spans:
                begin, until = number * DAY + start, number * DAY + end + (0 if end > start else DAY)
                parts += [(begin, min(until, WEEK)), (0, until - WEEK)]
        return joined(parts)


def to_osm(week: Week) -> str:
    """ "Mo-Fr 09:00-12:00,14:00-17:00; PH off"; "" when it is never open."""
    days = days_of(week.minutes)
    if not any(days):
        return ""
    rules = list(grouped(days))
    if week.holidays is Holidays.CLOSED:
        rules.append("PH off")
    return "; ".join(rules)


def from_osm(text: str) -> Week | None:
    """The week that the text says; None when it says more than a plain week can, or says it wrongly."""
    text = text.strip()
    if not text:
        return Week()
    hours = parse(text) if WEEKLY.match(text) else None
    closed_on_holidays = bool(CLOSED_ON_HOLIDAYS.search(text))
    if hours is None or ("PH" in text and not (closed_on_holidays and text.count("PH") == 1)):
        return None
    days = past_midnight(days_of(hours.week))
    if any(len(spans) > SPANS_A_DAY for spans in days):
        return None
    return Week(days, Holidays.CLOSED if closed_on_holidays else Holidays.USUAL)


def days_of(minutes: Minutes) -> list[Minutes]:
    """Minutes of the week cut at each midnight."""
    return [
        [
            (max(start - first, 0), min(end - first, DAY))
            for start, end in minutes
            if start < first + DAY and end > first
        ]
        for first in range(0, WEEK, DAY)
    ]


def past_midnight(days: list[Minutes]) -> tuple[Spans, ...]:
    """What goes on after midnight is said on the day it began: "22:00-02:00"."""
    for number, day in enumerate(days):
        following = days[(number + 1) % 7]
        if not (day and following and day[-1][1] == DAY and following[0][0] == 0):
            continue
        if day[-1][0] > following[0][1] > 0:
            day[-1] = (day[-1][0], following.pop(0)[1])
    return tuple(tuple(day) for day in days)


def grouped(days: list[Minutes]) -> Iterable[str]:
    """One rule for the days that have the same hours, in the order of the week."""
    alike: dict[tuple[Span, ...], list[int]] = {}
    for number, spans in enumerate(days):
        if spans:
            alike.setdefault(tuple(spans), []).append(number)
    for hours, numbers in alike.items():
        yield f"{selector(numbers)} {','.join(f'{clock(start)}-{clock(end)}' for start, end in hours)}"


def selector(numbers: list[int]) -> str:
    """[0, 1, 2, 4] -> "Mo-We,Fr"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def warnings(week: Week) -> list[str]:
    """What is allowed but looks like a slip, one French sentence each."""
    found = [warning for number in range(7) for warning in day_warnings(week, number)]
    if week.holidays is Holidays.USUAL and any(week.days):
        found.append(_("Le lieu est annoncé ouvert les jours fériés. Le 25 décembre et le 1er mai aussi ?"))
    if not any(week.days):
        found.append(_("Aucune heure n'est écrite : la fiche dira « Horaires à demander au lieu »."))
    return found


def day_warnings(week: Week, number: int) -> list[str]:
    spans, name = week.days[number], str(WEEKDAYS[number]).capitalize()
    tests = [
        (_("%(day)s : ouverture avant 6 h."), any(start < EARLY for start, _end in spans)),
        (_("%(day)s : fermeture après 23 h."), any(start < end and end > LATE for start, end in spans)),
        (
            _("%(day)s : la fin est avant le début. Le lieu ferme-t-il après minuit ?"),
            any(end <= start for start, end in spans),
        ),
        (_("%(day)s : plus de 16 heures d'ouverture."), sum(length(span) for span in spans) > LONG),
        (_("%(day)s : deux plages se chevauchent. Elles seront réunies."), overlap(spans)),
    ]
    return [sentence % {"day": name} for sentence, met in tests if met]


def length(span: Span) -> int:
    start, end = span
    return end - start if end > start else end - start + DAY


def overlap(spans: Spans) -> bool:
    ordered = sorted((start, start + length((start, end))) for start, end in spans)
    return any(later[0] < earlier[1] for earlier, later in pairwise(ordered))
