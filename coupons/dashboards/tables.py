"""Figures as tables: what a page, a chart, a file and the report all show, small counts already hidden."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.choices import Public
from coupons.dashboards.names import Named, Names
from coupons.dashboards.reading import HandedOut, Travel, Uses
from coupons.discretion import K, hidden
from directory import wording

COUPONS, BOOKLETS, CENTS = "coupons", "booklets", "cents"
Text = str | Promise


@dataclass(frozen=True)
class Column:
    """`unit`: COUPONS, BOOKLETS or CENTS; `code` names it in files."""

    code: str
    title: Text
    unit: str


@dataclass(frozen=True)
class Line:
    """`labels` say what is counted, one for each of the table's heads; `values` is None when they are not told."""

    labels: tuple[str, ...]
    values: tuple[int, ...] | None
    # Where it is, when it is somewhere: longitude, latitude.
    at: tuple[float, float] | None = None
    codes: tuple[str, ...] = ()

    @property
    def first(self) -> int | None:
        return self.values[0] if self.values else None


@dataclass(frozen=True)
class Table:
    slug: str
    title: Text
    heads: tuple[Text, ...]
    columns: tuple[Column, ...]
    lines: list[Line]
    # Of all lines, those that are hidden included; None when it is too small itself.
    total: tuple[int, ...] | None = None
    note: Text = ""
    codes: tuple[str, ...] = field(default=())

    @property
    def hidden(self) -> int:
        return sum(line.values is None for line in self.lines)

    @property
    def told(self) -> list[Line]:
        return [line for line in self.lines if line.values is not None]


USED = (
    Column("coupons", gettext_lazy("Chèques utilisés"), COUPONS),
    Column("paid_cents", gettext_lazy("Versé aux acteurs"), CENTS),
    Column("returned_cents", gettext_lazy("Rendu au commanditaire"), CENTS),
)
HANDED = (
    Column("coupons", gettext_lazy("Chèques remis"), COUPONS),
    Column("booklets", gettext_lazy("Carnets remis"), BOOKLETS),
)
FLOWN = (Column("coupons", gettext_lazy("Chèques utilisés"), COUPONS),)
EARNED = (
    Column("coupons", gettext_lazy("Chèques reçus"), COUPONS),
    Column("paid_cents", gettext_lazy("Gagné"), CENTS),
)
STARTED = (Column("booklets", gettext_lazy("Carnets commencés"), BOOKLETS),)
# Upper ends, included, and what the class is called: days, metres.
DELAYS = (
    (0, gettext_lazy("le jour même")),
    (7, gettext_lazy("dans la semaine")),
    (30, gettext_lazy("dans le mois")),
    (90, gettext_lazy("dans les 3 mois")),
    (180, gettext_lazy("dans les 6 mois")),
    (float("inf"), gettext_lazy("plus tard")),
)
DISTANCES = (
    (1_000, gettext_lazy("1 km ou moins")),
    (5_000, gettext_lazy("1 à 5 km")),
    (10_000, gettext_lazy("5 à 10 km")),
    (20_000, gettext_lazy("10 à 20 km")),
    (50_000, gettext_lazy("20 à 50 km")),
    (float("inf"), gettext_lazy("plus de 50 km")),
)
Counted = tuple[Named, int, tuple[int, ...]]


def used_values(uses: Uses) -> tuple[int, ...]:
    return uses.coupons, uses.paid_cents, uses.returned_cents


def table(
    slug: str,
    title: Text,
    heads: Sequence[Text],
    columns: tuple[Column, ...],
    counted: Sequence[tuple[Named, int, tuple[int, ...]]],
    groups: Sequence[Sequence[Hashable]] | None = None,
    note: Text = "",
    codes: tuple[str, ...] = (),
) -> Table:
    """`counted`: what, of how many, with which values. Small ones are hidden, and those that would betray them."""
    shut = hidden([of for _name, of, _values in counted], groups)
    lines = [
        Line(name.labels, None if i in shut else values, name.at, name.codes)
        for i, (name, _of, values) in enumerate(counted)
    ]
    many = sum(of for _name, of, _values in counted)
    sums = tuple(sum(column) for column in zip(*(values for *_rest, values in counted), strict=True))
    total = sums if many >= K or not many else None
    return Table(slug, title, tuple(heads), columns, lines, total or None, note, codes)


def largest_first(found: Iterable[Counted]) -> list[Counted]:
    return sorted(found, key=lambda one: (-one[2][0], one[0].labels))


def of_uses(
    slug: str,
    title: Text,
    head: Text,
    found: dict[Any, Uses],
    name: Any,
    *,
    in_order: bool = False,
    code: str = "",
) -> Table:
    counted = [(name(value), uses.payments, used_values(uses)) for value, uses in found.items()]
    merged = together(counted)
    ordered = sorted(merged, key=lambda one: one[0].codes) if in_order else largest_first(merged)
    return table(slug, title, [head], USED, ordered, codes=(code or slug,))


def together(counted: Iterable[Counted]) -> list[Counted]:
    """Those of one name added up."""
    sums: dict[Named, tuple[int, tuple[int, ...]]] = {}
    for name, of, values in counted:
        former, before = sums.get(name, (0, (0,) * len(values)))
        sums[name] = (former + of, tuple(a + b for a, b in zip(before, values, strict=True)))
    return [(name, of, values) for name, (of, values) in sums.items()]


def of_hand_overs(
    slug: str,
    title: Text,
    head: Text,
    found: Iterable[HandedOut],
    key: str,
    name: Callable[[Any], Named],
    *,
    in_order: bool = False,
) -> Table:
    """By one column of the rows, `key`."""
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in found:
        of = sums[getattr(row, key)]
        of[0] += row.coupons
        of[1] += row.booklets
    merged = together((name(value), of[1], tuple(of)) for value, of in sums.items())
    ordered = sorted(merged, key=lambda one: one[0].codes) if in_order else largest_first(merged)
    return table(slug, title, [head], HANDED, ordered, codes=(slug,))


def month_named(month: date) -> Named:
    return Named((wording.dated(month, "F Y"),), (month.isoformat()[:7],))


def public_named(public: str) -> Named:
    return Named((str(Public(public).label) if public else _("Non précisé"),), (public,))


def flows(found: Sequence[Travel], names: Names, used: Table, level: str = "commune") -> Table:
    """From commune to commune; a total is told for each commune of use that `used` tells."""
    told = {line.codes[0] for line in used.told}
    counted = largest_first(
        together(
            (
                names.pair(names.at_level(level, travel.origin), names.at_level(level, travel.commune)),
                travel.payments,
                (travel.coupons,),
            )
            for travel in found
        )
    )
    groups = [
        [("to", name.codes[1])] if name.codes[1] in told else [("all",)] for name, _of, _values in counted
    ]
    heads = [_("Remis à"), _("Utilisés à")]
    return table(
        "flux", _("De la remise à l'usage"), heads, FLOWN, counted, groups, codes=("origin", "commune")
    )


def days(found: Sequence[tuple[date, str, int, Uses]], names: Names, told: dict[str, set[str]]) -> Table:
    """Day, commune and main category; `told`: codes of the months, communes and categories whose sums are told.

    Only what is told is there at all: of a large campaign most days of most communes are not.
    """
    sums: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for day, commune, category, uses in found:
        key = (day, names.commune(commune).codes[0], names.category(category).codes[0])
        for rank, number in enumerate((uses.payments, *used_values(uses))):
            sums[key][rank] += number
    groups = [margins(key, told) for key in sums]
    shut = hidden([of[0] for of in sums.values()], groups)
    labels = {
        names.category(category).codes[0]: names.category(category).labels[0]
        for _d, _c, category, _u in found
    }
    # Of the few days there are, not of each of the many lines.
    written = {day: wording.dated(day) for day in {day for day, _commune, _category in sums}}
    lines = [
        Line(
            (written[day], *names.commune(commune).labels, labels[category]),
            tuple(of[1:]),
            names.commune(commune).at,
            (day.isoformat(), commune, category),
        )
        for rank, ((day, commune, category), of) in enumerate(sums.items())
        if rank not in shut
    ]
    heads = (_("Jour"), _("Commune du lieu"), _("Service"))
    note = _(
        "Les lignes de moins de 5 passages ne sont pas montrées, ni celles qui permettraient de les calculer."
    )
    codes = ("day", "commune", "category")
    return Table("jours", _("Jour par jour"), heads, USED, lines, None, note, codes)


def margins(key: tuple[date, str, str], told: dict[str, set[str]]) -> list[Hashable]:
    """The totals that are told of which this is a part."""
    day, commune, category = key
    totals = (("month", day.isoformat()[:7]), ("commune", commune), ("category", category))
    return [one for one in totals if one[1] in told[one[0]]]


def classed(
    slug: str,
    title: Text,
    head: Text,
    columns: tuple[Column, ...],
    classes: Sequence[tuple[float, Text]],
    measured: Iterable[tuple[float, ...]],
) -> Table:
    """`measured`: (what was measured, of how many, how much), or of how many alone; by classes, all of them shown."""
    sums = [[0, 0] for _one in classes]
    for value, many, *much in measured:
        rank = next(i for i, (end, _name) in enumerate(classes) if value <= end)
        sums[rank][0] += int(many)
        sums[rank][1] += int(much[0] if much else many)
    named = [Named((str(name),), (str(rank + 1),)) for rank, (_end, name) in enumerate(classes)]
    counted = [(name, many, (much,)) for name, (many, much) in zip(named, sums, strict=True)]
    return table(slug, title, [head], columns, counted, codes=("class",))


def by_commune(found: Iterable[HandedOut]) -> dict[str, list[HandedOut]]:
    sorted_out = defaultdict(list)
    for row in found:
        sorted_out[row.commune].append(row)
    return dict(sorted_out)
