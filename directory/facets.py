"""How many venues each other choice would leave, counted in one query over a bounded set.

The set is what lies within the radius asked for, else within COUNTED_AROUND_M of the point, else in the
rectangle, else in the whole country; and never more than MOST_COUNTED listings: beyond that a number tells
a person nothing more, and the answer says "at least". A value's number is what the list would hold if that value
replaced the present one of its dimension. One exception: when two criteria have to be met by the same service
(a category and a price), the numbers of the other values are those of venues that meet both, maybe by two services.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from directory.choices import Audience, Mode
from directory.matching import OF_A_SERVICE, Matching
from directory.moments import Moment
from directory.querysets import condition

COUNTED_AROUND_M = 20_000
MOST_COUNTED = 10_000
# dimension -> criterion
DIMENSIONS = {
    "categories": "category",
    "venue_types": "venue_type",
    "audience": "audience",
    "accessible": "accessible",
    "open_now": "open_at",
    "free": "price_max_cents",
    "mode": "mode",
    "labelled": "labelled",
}


@dataclass(frozen=True)
class FacetValue:
    """`value` is what the GET parameter takes; `children` are sub-categories."""

    value: str
    label: str
    count: int
    selected: bool
    children: list["FacetValue"] = field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """`radius_m` is None when the set is bounded otherwise; `capped` means "at least `total`"."""

    total: int
    capped: bool
    radius_m: float | None
    by_dimension: dict[str, dict[str, int]]


def counted(matching: Matching) -> Counts:
    given = matching.criteria
    radius_m = given.radius_m or (COUNTED_AROUND_M if given.point and not given.bbox else None)
    sql, params = counting_sql(matching, radius_m)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for dimension, value, count in cursor.fetchall():
            counts[dimension][value] = count
    total, seen = counts["total"].get("", 0), counts["seen"].get("", 0)
    return Counts(total, seen >= MOST_COUNTED, radius_m, counts)


def counting_sql(matching: Matching, radius_m: float | None) -> tuple[str, tuple[Any, ...]]:
    """Rows of (dimension, value, number of venues)."""
    wheres = matching.conditions()
    chosen = {name: wheres.pop(name) for name in DIMENSIONS.values() if name in wheres}
    tests = {f"ok_{name}": test for name, test in chosen.items()}
    services = {
        f"same_service_but_{name}": matching.same_service(name)
        for name in (*OF_A_SERVICE, "")
        if matching.same_service(name)
    }
    inner = (
        matching.within(radius_m)
        .with_open(Moment.meant("now", matching.at), "open_now")
        .filter(*wheres.values())
        .annotate(
            open_now=condition(Q(open_now=True)),
            labelled=condition(labelled_during__has=matching.today),
            **{name: condition(test) for name, test in {**tests, **services}.items()},
        )
        .values(*INNER_COLUMNS, *tests, *services)[:MOST_COUNTED]
    )
    sql, params = inner.query.sql_with_params()
    return f"WITH found AS MATERIALIZED ({sql})\n" + "\nUNION ALL\n".join(
        counting(dimension, source, [*tests, *services]) for dimension, source in COUNTED.items()
    ), params


INNER_COLUMNS = "venue_id itinerant venue_type_id categories audiences modes accessible price_min_cents open_now labelled".split()
# dimension -> (rows that have a value, the value)
COUNTED = {
    "seen": ("found", "''"),
    "total": ("found", "''"),
    "categories": ("found, unnest(categories) value", "value::text"),
    "venue_types": ("found", "venue_type_id::text"),
    "audience": ("found, unnest(audiences) value", "value"),
    "mode": ("found, unnest(CASE WHEN modes = '{}' THEN '{on_site}' ELSE modes END) value", "value"),
    "accessible": ("(SELECT * FROM found WHERE accessible) found", "'true'"),
    "open_now": ("(SELECT * FROM found WHERE open_now) found", "'now'"),
    "free": ("(SELECT * FROM found WHERE price_min_cents = 0) found", "'0'"),
    "labelled": ("found", "CASE WHEN labelled THEN 'yes' ELSE 'no' END"),
}


def counting(dimension: str, source: tuple[str, str], tests: list[str]) -> str:
    """The numbers of one dimension: every test holds, except the one on the dimension itself."""
    rows, value = source
    own = DIMENSIONS.get(dimension, "")
    kept = (
        [test for test in tests if test != f"ok_{own}" and holds_for(test, own)]
        if dimension != "seen"
        else []
    )
    return (
        f"SELECT '{dimension}', {value}, count(*) FILTER (WHERE NOT itinerant)"
        " + count(DISTINCT venue_id) FILTER (WHERE itinerant)"
        f" FROM {rows} WHERE {' AND '.join(kept) or 'true'} GROUP BY 2"
    )


def holds_for(test: str, own: str) -> bool:
    """Of the tests "by the same service", a dimension keeps the one that leaves its own criterion out."""
    if not test.startswith("same_service_but_"):
        return True
    return test == f"same_service_but_{own if own in OF_A_SERVICE else ''}"


def facets(matching: Matching, counts: Counts) -> dict[str, list[FacetValue]]:
    """The dimensions of a search with their values, in the order in which a person reads them."""
    given, words, by = matching.criteria, matching.words, counts.by_dimension
    open_now, free = given.open_at == "now", given.price_max_cents == 0

    def values(dimension: str, selected: str, labels: dict[str, tuple[str, str]]) -> list[FacetValue]:
        numbers = by.get(dimension, {})
        return [
            FacetValue(value, label, numbers.get(key, 0), value == selected)
            for key, (value, label) in labels.items()
        ]

    def rows(found: Any) -> dict[str, tuple[str, str]]:
        return {str(row.pk): (row.slug, row.name) for row in found}

    def codes(choices: Any) -> dict[str, tuple[str, str]]:
        return {code: (code, str(label)) for code, label in choices.choices}

    categories = []
    for parent in words.main_categories:
        children = values("categories", given.category, rows(words.children(parent)))
        [main] = values("categories", given.category, rows([parent]))
        categories.append(replace(main, children=children))
    labelled = by.get("labelled", {})
    everyone = sum(labelled.values())
    return {
        "categories": categories,
        "venue_types": values("venue_types", given.venue_type, rows(words.venue_types.values())),
        "audience": values("audience", given.audience, codes(Audience)),
        "mode": values("mode", given.mode, codes(Mode)),
        "accessible": values(
            "accessible", "true" if given.accessible else "", {"true": ("true", _("Accessible en fauteuil"))}
        ),
        "open_now": values("open_now", "now" if open_now else "", {"now": ("now", _("Ouvert maintenant"))}),
        "free": values("free", "0" if free else "", {"0": ("0", _("Gratuit"))}),
        "labelled": [
            FacetValue("yes", _("Acceptent les chèques"), labelled.get("yes", 0), given.labelled),
            FacetValue("all", _("Tous les lieux"), everyone, not given.labelled),
        ],
    }
