"""Tables and steps as a page shows them: a chart of the largest, all of it in the table beside, where to go on."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.charts import Mark, bars, columns
from coupons.dashboards.figures import Step
from coupons.dashboards.tables import CENTS, Column, Line, Table
from coupons.discretion import K
from directory import wording

MOST_BARS, MOST_MONTHS = 8, 24


@dataclass(frozen=True)
class Cell:
    text: str
    label: str


@dataclass(frozen=True)
class Shown:
    """A table with its drawing; `rows` are labels and cells."""

    table: Table
    chart: SafeString
    rows: list[tuple[tuple[str, ...], list[Cell]]]
    total: list[Cell]
    more: int

    @property
    def empty(self) -> bool:
        return not self.table.lines


def shown(table: Table, *, standing: bool = False, most: int = MOST_BARS) -> Shown:
    """`standing`: over time, the latest ones; else the largest ones."""
    lines = table.lines[-MOST_MONTHS:] if standing else table.lines[:most]
    draw = columns if standing else bars
    marks = [mark(table, line) for line in lines]
    name = f"chart-{table.slug}"
    chart = draw(name, str(table.title), said(table), marks)
    return Shown(table, chart, rows(table, lines), totals(table), len(table.lines) - len(lines))


def rows(table: Table, lines: list[Line]) -> list[tuple[tuple[str, ...], list[Cell]]]:
    return [(line.labels, cells(table, line)) for line in lines]


def cells(table: Table, line: Line) -> list[Cell]:
    if line.values is None:
        return [Cell(few(), str(column.title)) for column in table.columns]
    return [
        Cell(written(value, column), str(column.title))
        for value, column in zip(line.values, table.columns, strict=True)
    ]


def totals(table: Table) -> list[Cell]:
    if table.total is None:
        return []
    return [
        Cell(written(value, column), str(column.title))
        for value, column in zip(table.total, table.columns, strict=True)
    ]


def mark(table: Table, line: Line) -> Mark:
    label = " – ".join(line.labels)
    if line.first is None:
        return Mark(label, None, few())
    return Mark(label, line.first, written(line.first, table.columns[0]))


def written(value: int, column: Column) -> str:
    return wording.amount(value) if column.unit == CENTS else wording.counted(value)


def few() -> str:
    return _("non montré")


def said(table: Table) -> str:
    """What the drawing shows, in a sentence: for who hears it."""
    told = table.told
    if not told:
        return _("Aucun chiffre à montrer.")
    best = max(told, key=lambda line: line.first or 0)
    words = {
        "column": str(table.columns[0].title),
        "label": ", ".join(best.labels),
        "value": written(best.first or 0, table.columns[0]),
    }
    sentence = _("%(column)s. Le plus : %(label)s, %(value)s.") % words
    if not table.hidden:
        return sentence
    unsaid = ngettext(
        "%(n)s ligne n'est pas montrée, pour que personne ne soit reconnu.",
        "%(n)s lignes ne sont pas montrées, pour que personne ne soit reconnu.",
        table.hidden,
    )
    return f"{sentence} {unsaid % {'n': table.hidden}}"


@dataclass(frozen=True)
class ShownStep:
    slug: str
    label: str
    coupons: str
    cents: str
    # Of what was ordered, for its bar.
    percent: int
    told: bool


def steps(funnel: list[Step]) -> list[ShownStep]:
    whole = max((step.cents or 0 for step in funnel), default=0) or 1
    found = []
    for step in funnel:
        told = step.cents is not None
        coupons = wording.counted(step.coupons) if step.coupons is not None else ("—" if told else few())
        cents = few() if step.cents is None else wording.amount(step.cents)
        percent = round(100 * (step.cents or 0) / whole)
        found.append(ShownStep(step.slug, str(step.label), coupons, cents, percent, told))
    return found


def percent(share: float) -> str:
    """Rounded down, so that "100 %" means all."""
    return _("%(percent)s %%") % {"percent": int(100 * share)}


def threshold() -> str:
    return _(
        "Les nombres de moins de %(k)s passages ne sont pas montrés, ni ceux qui permettraient de les calculer."
    ) % {"k": K}
