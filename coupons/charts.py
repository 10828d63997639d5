"""Charts drawn on the server as SVG: no script, no style attribute, legible in black and white. Pure.

Every chart stands beside a table of the same numbers, which is its text; the drawing says in a sentence what it
shows. What is not told is a hatched mark without a length. Colours are presentation attributes, so that a page with a
strict Content-Security-Policy and a PDF show the same drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

GREEN, WASH, LINE, INK, MUTED = "#0e4f4b", "#edf2ec", "#d9cfbc", "#1d2b2a", "#53605e"
FONT = "Atkinson Hyperlegible Next Variable, Atkinson Hyperlegible Next, Verdana, sans-serif"
WIDTH = 320
ROW, BAR = 44, 12
HEIGHT, TOP, BOTTOM = 220, 26, 30
LONGEST_LABEL = 28
# Of time, each at most LABEL wide.
MOST_LABELS, LABEL = 3, 100


@dataclass(frozen=True)
class Mark:
    """`value` is None where it is not told; `text` is how it is written."""

    label: str
    value: float | None
    text: str


def bars(name: str, title: str, said: str, marks: Sequence[Mark]) -> SafeString:
    """Lying bars, one under the other: for names. `name` makes identifiers of the page unique."""
    most = max((mark.value or 0 for mark in marks), default=0) or 1
    drawn = []
    for rank, mark in enumerate(marks):
        y = rank * ROW
        length = round(WIDTH * (mark.value or 0) / most, 1)
        drawn.append(text(0, y + 16, shortened(mark.label)))
        drawn.append(text(WIDTH, y + 16, mark.text, anchor="end", weight=650))
        drawn.append(rect(0, y + 23, WIDTH, BAR, WASH))
        if mark.value is None:
            drawn.append(rect(0, y + 23, 24, BAR, f"url(#{name}-few)"))
        elif length:
            drawn.append(rect(0, y + 23, max(length, 1), BAR, GREEN))
    return drawing(name, title, said, len(marks) * ROW, drawn)


def columns(name: str, title: str, said: str, marks: Sequence[Mark]) -> SafeString:
    """Standing bars from left to right: for time. Labels are thinned out where there are many."""
    most = max((mark.value or 0 for mark in marks), default=0) or 1
    floor = HEIGHT - BOTTOM
    step = WIDTH / max(len(marks), 1)
    every = max(1, -(-len(marks) // MOST_LABELS))
    top = max(marks, key=lambda mark: mark.value or 0, default=None)
    drawn = [f'<path d="M0 {floor + 0.5}H{WIDTH}" stroke="{MUTED}"/>']
    for rank, mark in enumerate(marks):
        x, width = round(rank * step + step * 0.15, 1), round(min(step * 0.7, 60), 1)
        height = round((floor - TOP) * (mark.value or 0) / most, 1)
        middle = round(x + width / 2, 1)
        if mark.value is None:
            drawn.append(rect(x, floor - 12, width, 12, f"url(#{name}-few)"))
        elif height:
            drawn.append(rect(x, round(floor - height, 1), width, height, GREEN))
        if mark is top and mark.value:
            anchor = "start" if middle < 40 else "end" if middle > WIDTH - 40 else "middle"
            drawn.append(text(middle, floor - height - 7, mark.text, anchor=anchor, weight=650))
        if rank % every == 0:
            last = x + LABEL > WIDTH
            where, anchor = (x + width, "end") if last else (x, "start")
            drawn.append(text(where, HEIGHT - 8, mark.label, anchor=anchor, size=13, fill=MUTED))
    return drawing(name, title, said, HEIGHT, drawn)


def drawing(name: str, title: str, said: str, height: int, drawn: list[str]) -> SafeString:
    """`title` and `said` are read aloud in the place of the drawing."""
    few = (
        f'<pattern id="{name}-few" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{WASH}"/><path d="M0 6L6 0" stroke="{MUTED}" stroke-width="1.5"/></pattern>'
    )
    parts = [
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {max(height, 1)}" role="img" '
        f'aria-labelledby="{name}-title {name}-said" font-family="{FONT}" font-size="15">',
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-said">{escape(said)}</desc>',
        f"<defs>{few}</defs>",
        *drawn,
        "</svg>",
    ]
    return mark_safe("".join(parts))  # noqa: S308  every text went through escape


def rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>'


def text(
    x: float,
    y: float,
    written: str,
    *,
    anchor: str = "start",
    weight: int = 450,
    size: int = 15,
    fill: str = INK,
) -> str:
    return (
        f'<text x="{x}" y="{round(y, 1)}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}" '
        f'fill="{fill}">{escape(written)}</text>'
    )


def shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"
