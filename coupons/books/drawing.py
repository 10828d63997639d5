"""Two lines over days as an SVG of our own: the table beside it says the same in figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, EDGE = 640, 200, 8


@dataclass(frozen=True)
class Chart:
    """Points of the two lines, as SVG writes them; the largest amount, in cents, that stands at the top."""

    width: int
    height: int
    held: str
    owed: str
    most: int
    first: date
    last: date


def chart(days: Sequence[tuple[date, int, int]]) -> Chart | None:
    """(day, held, owed) in order of day. Nothing is to be seen of fewer than two."""
    if len(days) < 2:
        return None
    first, last = days[0][0], days[-1][0]
    most = max(1, *(held for _day, held, _owed in days), *(owed for _day, _held, owed in days))

    def line(values: Sequence[int]) -> str:
        return " ".join(
            f"{across(day, first, last)},{down(value, most)}"
            for (day, _held, _owed), value in zip(days, values, strict=True)
        )

    return Chart(
        width=WIDTH,
        height=HEIGHT,
        held=line([held for _day, held, _owed in days]),
        owed=line([owed for _day, _held, owed in days]),
        most=most,
        first=first,
        last=last,
    )


def across(day: date, first: date, last: date) -> int:
    return EDGE + (day - first).days * (WIDTH - 2 * EDGE) // (last - first).days


def down(value: int, most: int) -> int:
    return HEIGHT - EDGE - max(0, value) * (HEIGHT - 2 * EDGE) // most
