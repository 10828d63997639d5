"""How many venues each other choice would leave, counted in one query over a bounded set.

The set is what lies within the radius asked for, else within COUNTED_AROUND_M of the point, else in the
rectangle, else in the whole country; and never more than MOST_COUNTED listings: beyond that a number tells
a person nothing more, and the answer says "at least". A value's number is what the list would hold if that
value replaced the present one of its dimension. One exception: when two criteria have to be met by the same
service (a category and a price), the numbers of the other values are those of venues that meet both, maybe
by two services.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Q, When
from django.utils.translation import gettext as _

from directory.choices import Audience, Mode
from directory.matching import OF_A_SERVICE, Matching
from directory.moments import Moment
from directory.querysets import condition

COUNTED_AROUND_M = 20_000
MOST_COUNTED = 2_000
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
    """`radius_m` is None when the set is bounded otherwise; `capped` means "at least `total`".

    `without` is how many venues there would be without one of the criteria, by its name.
    """

    total: int
    capped: bool
    radius_m: float | None
    by_dimension: Mapping[str, Mapping[str, int]]
    without: Mapping[str, int]


def counted(matching: Matching) -> Counts:
    given = matching.criteria
    radius_m = given.radius_m or (COUNTED_AROUND_M if given.point and not given.bbox else None)
    tests = lifted(matching)
    sql, params = counting_sql(matching, radius_m, tests)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    counts: dict[str, Counter[str]] = {dimension: Counter() for dimension in DIMENSIONS}
    for row in rows:
        for dimension, value in values_of(row):
            counts[dimension][value] += row[f"without_{DIMENSIONS[dimension]}"]
    everything = next(row for row in rows if row["grouped_by"] == "nothing")
    without = {name: everything[f"without_{name}"] for name in tests}
    return Counts(everything["matching"], everything["seen"] >= MOST_COUNTED, radius_m, counts, without)


def values_of(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The dimensions and values that one grouped row counts."""
    match row["grouped_by"]:
        case "categories":
            yield from (("categories", str(value)) for value in row["categories"])
        case "audiences":
            yield from (("audience", value) for value in row["audiences"])
        case "modes":
            yield from (("mode", value) for value in row["modes"] or [Mode.ON_SITE.value])
        case "venue_type_id":
            yield "venue_types", str(row["venue_type_id"])
        case "flags":
            yield from ((flag, "yes") for flag in ("accessible", "open_now", "free") if row[flag])
            yield "labelled", "yes" if row["labelled"] else "no"


# What a venue is grouped by, and what is the same at all the stops of one.
PER_VENUE = ["categories", "audiences", "modes", "venue_type_id", "accessible", "free", "labelled"]
# One pass over the set: the venues grouped by each dimension at once; the columns of the others come as null.
COUNTING = """
WITH found AS MATERIALIZED ({found}),
venues AS (
    SELECT {per_venue}, {per_stop} FROM found WHERE NOT itinerant
    UNION ALL
    SELECT {per_venue}, {any_stop} FROM found WHERE itinerant GROUP BY venue_id, {per_venue}
)
SELECT CASE WHEN GROUPING(categories) = 0 THEN 'categories' WHEN GROUPING(audiences) = 0 THEN 'audiences'
            WHEN GROUPING(modes) = 0 THEN 'modes' WHEN GROUPING(venue_type_id) = 0 THEN 'venue_type_id'
            WHEN GROUPING(labelled) = 0 THEN 'flags' ELSE 'nothing' END AS grouped_by,
       {per_venue}, open_now, count(*) AS seen, {numbers}
FROM venues
GROUP BY GROUPING SETS ((categories), (audiences), (modes), (venue_type_id),
                        (accessible, free, labelled, open_now), ())
"""


def lifted(matching: Matching) -> dict[str, Q]:
    """The conditions without which venues are counted too.

    At home, the territories served bound the set: that criterion cannot be lifted.
    """
    names = [name for name in DIMENSIONS.values() if name != "mode" or not matching.comes_to_you]
    conditions = matching.conditions
    return {name: conditions[name] for name in names if name in conditions}


def counting_sql(
    matching: Matching, radius_m: float | None, tests: Mapping[str, Q]
) -> tuple[str, tuple[Any, ...]]:
    """Rows of one grouping each, with how many venues match, and how many would without each criterion."""
    wheres = {name: test for name, test in matching.conditions.items() if name not in tests}
    services = same_service_tests(matching, tests)
    passing = passing_columns(matching, tests)
    columns = {
        "open_now": condition(opens=True),
        "free": condition(price_min_cents=0),
        "labelled": condition(labelled_during__has=matching.today),
        **services,
    }
    columns |= {name: condition(tests[test]) for test, name in passing.items() if name not in columns}
    found = matching.within(radius_m).with_open(Moment.meant("now", matching.at), "opens")
    found = found.filter(*wheres.values()).annotate(**columns)
    kept = dict.fromkeys(["venue_id", "itinerant", *PER_VENUE, *columns])
    sql, params = found.values(*kept)[:MOST_COUNTED].query.sql_with_params()
    return assembled(sql, passing, list(services)), params


def passing_columns(matching: Matching, tests: Mapping[str, Q]) -> dict[str, str]:
    """The column that says whether a venue passes each test; two are counted anyway, and not worked out twice."""
    columns = {name: f"ok_{name}" for name in tests}
    if "labelled" in tests:
        columns["labelled"] = "labelled"
    if matching.criteria.open_at == "now":
        columns["open_at"] = "open_now"
    return columns


def same_service_tests(matching: Matching, tests: Mapping[str, Q]) -> dict[str, Case]:
    """ "By one and the same service", for all criteria and without each one of them.

    Services are looked up only where the listing says that each criterion is met by some service.
    """
    chosen = [name for name in tests if name in OF_A_SERVICE]
    found = {}
    for ignored in ["", *chosen]:
        if same_service := matching.same_service(ignored):
            likely = Q(*(tests[name] for name in chosen if name != ignored))
            found[f"one_without_{ignored}"] = Case(
                When(likely, then=condition(same_service)), default=False, output_field=BooleanField()
            )
    return found


def assembled(found: str, passing: Mapping[str, str], services: list[str]) -> str:
    """`found` and what is counted of it."""
    told = (name for name in passing.values() if name not in PER_VENUE)
    per_stop = list(dict.fromkeys(["open_now", *told, *services]))
    numbers = [counting("matching", "", passing, services)]
    numbers += [counting(f"without_{name}", name, passing, services) for name in DIMENSIONS.values()]
    return COUNTING.format(
        found=found,
        per_venue=", ".join(PER_VENUE),
        per_stop=", ".join(per_stop),
        any_stop=", ".join(f"bool_or({name}) AS {name}" for name in per_stop),
        numbers=", ".join(numbers),
    )


def counting(name: str, ignored: str, passing: Mapping[str, str], services: list[str]) -> str:
    """How many venues pass every test but the ignored one."""
    one = f"one_without_{ignored if ignored in OF_A_SERVICE else ''}"
    passed = [column for test, column in passing.items() if test != ignored]
    passed += [one] if one in services else []
    return f"count(*) FILTER (WHERE {' AND '.join(passed) or 'true'}) AS {name}"


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
        return {str(row.pk): (row.slug, row.label) for row in found}

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
            "accessible", "true" if given.accessible else "", {"yes": ("true", _("Accessible en fauteuil"))}
        ),
        "open_now": values("open_now", "now" if open_now else "", {"yes": ("now", _("Ouvert maintenant"))}),
        "free": values("free", "0" if free else "", {"yes": ("0", _("Gratuit"))}),
        "labelled": [
            FacetValue("yes", _("Acceptent les chèques"), labelled.get("yes", 0), given.labelled),
            FacetValue("all", _("Tous les lieux"), everyone, not given.labelled),
        ],
    }
