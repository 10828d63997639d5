"""The value of services rendered, by territory, and what the cooperation funds received: payments that stand only.

Two statements over payments and books, counted at most once an hour for all processes. Where fewer than FEW payments
stand behind a line, it is added to others, so that no subtraction of what is shown tells it either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import attrgetter
from typing import Any, Self, TypeVar

from django.core.cache import caches

from directory.statements import rows
from geodata.models import Area

FEW = 5
SECONDS_KEPT = 3600
# Hours of a year's work at full time in France (article L3121-41 of the Code du travail).
HOURS_OF_A_YEAR = 1607

# A commune's code begins with that of its département: two signs, three overseas.
TERRITORIES = """
WITH place AS (
    SELECT id, left(commune_code, CASE WHEN commune_code ~ '^9[78]' THEN 3 ELSE 2 END) AS departement
    FROM directory_place)
SELECT departement.parent_id, departement.id, grouping(departement.parent_id), grouping(departement.id),
       count(*), sum(payment.price_cents)::bigint, sum(payment.covered_cents)::bigint,
       count(DISTINCT payment.venue_id), coalesce(sum(service.duration_min), 0)::bigint, count(service.duration_min)
FROM coupons_payment payment
JOIN place ON place.id = payment.place_id
JOIN directory_service service ON service.id = payment.service_id
LEFT JOIN geodata_area departement ON departement.level = 'departement' AND departement.valid_until IS NULL
    AND departement.code = place.departement
WHERE payment.cancelled_at IS NULL
GROUP BY GROUPING SETS ((), (departement.parent_id), (departement.parent_id, departement.id))
"""
FUNDS = """
SELECT fund.name, coalesce(sum(-leg.amount_cents) FILTER (WHERE entry.kind <> 'payout'), 0)::bigint,
       coalesce(sum(leg.amount_cents) FILTER (WHERE entry.kind = 'payout'), 0)::bigint,
       count(*) FILTER (WHERE entry.kind = 'payment') - count(*) FILTER (WHERE entry.kind = 'payment_cancelled')
FROM coupons_cooperationfund fund JOIN coupons_account account ON account.fund_id = fund.id
JOIN coupons_leg leg ON leg.account_id = account.id JOIN coupons_entry entry ON entry.id = leg.entry_id
WHERE account.kind = 'fund_payable' GROUP BY fund.id ORDER BY fund.name, fund.id
"""


@dataclass(frozen=True)
class Line:
    """Payments that stand in a territory. An empty `name` is several territories told together.

    `minutes` are those of the services whose duration is known, of which `timed` payments were.
    """

    name: str
    payments: int
    price_cents: int
    covered_cents: int
    venues: int
    minutes: int
    timed: int
    within: tuple["Line", ...] = ()

    def nameless(self) -> Self:
        return replace(self, name="", within=())

    def and_also(self, other: Self) -> Self:
        return replace(
            self,
            payments=self.payments + other.payments,
            price_cents=self.price_cents + other.price_cents,
            covered_cents=self.covered_cents + other.covered_cents,
            venues=self.venues + other.venues,
            minutes=self.minutes + other.minutes,
            timed=self.timed + other.timed,
        )


@dataclass(frozen=True)
class Fund:
    """An empty `name` is several funds told together."""

    name: str
    received_cents: int
    paid_cents: int
    payments: int

    def nameless(self) -> Self:
        return replace(self, name="")

    def and_also(self, other: Self) -> Self:
        return replace(
            self,
            received_cents=self.received_cents + other.received_cents,
            paid_cents=self.paid_cents + other.paid_cents,
            payments=self.payments + other.payments,
        )


Told = TypeVar("Told", Line, Fund)


@dataclass(frozen=True)
class Impact:
    """`total` is None where fewer than FEW payments stand: nothing is told yet."""

    at: datetime
    total: Line | None
    regions: Sequence[Line]
    funds: Sequence[Fund]

    @property
    def jobs(self) -> float:
        """Full-time work that the hours of service alone would make: an estimate, from below."""
        return self.total.minutes / 60 / HOURS_OF_A_YEAR if self.total else 0.0

    @property
    def hours(self) -> int:
        return round(self.total.minutes / 60) if self.total else 0

    @property
    def received_cents(self) -> int:
        return sum(fund.received_cents for fund in self.funds)

    @property
    def paid_cents(self) -> int:
        return sum(fund.paid_cents for fund in self.funds)


def impact(at: datetime) -> Impact:
    """As it was counted within the last hour."""
    kept: Impact | None = caches["default"].get("coupons.impact")
    if kept is None:
        kept = measured(at)
        caches["default"].set("coupons.impact", kept, SECONDS_KEPT)
    return kept


def measured(at: datetime) -> Impact:
    """Three queries, whatever the number of payments."""
    total, regions, departements = None, [], []
    for region, departement, any_region, any_departement, *figures in rows(TERRITORIES, []):
        if any_region:
            total = Line("", *figures)
        elif any_departement:
            regions.append((region, figures))
        else:
            departements.append((region, departement, figures))
    if total is None or total.payments < FEW:
        return Impact(at, None, (), ())
    names = named({pk for region, departement, _figures in departements for pk in (region, departement)})
    lines = [
        replace(Line(names.get(region, ""), *figures), within=within(region, departements, names))
        for region, figures in regions
    ]
    funds = [Fund(*row) for row in rows(FUNDS, [])]
    return Impact(at, total, tuple(folded(lines)), tuple(folded(funds)))


def within(
    region: int | None,
    departements: Iterable[tuple[int | None, int | None, list[Any]]],
    names: Mapping[int | None, str],
) -> tuple[Line, ...]:
    """The départements of a region."""
    own = [Line(names.get(pk, ""), *figures) for of, pk, figures in departements if of == region]
    return tuple(folded(own))


def named(areas: set[int | None]) -> dict[int | None, str]:
    known = [pk for pk in areas if pk is not None]
    return dict(Area.objects.filter(pk__in=known).values_list("pk", "name"))


def folded(lines: Iterable[Told]) -> list[Told]:
    """The most used first; those with few payments are told together, with as many more as it takes to hide them.

    Lines without a name were none of a territory: they are told with the others that have none. Empty when all of
    them together are few.
    """
    found = sorted(lines, key=attrgetter("payments"), reverse=True)
    told = [one for one in found if one.name and one.payments >= FEW]
    rest = [one for one in found if not one.name or one.payments < FEW]
    while told and rest and sum(one.payments for one in rest) < FEW:
        rest.append(told.pop())
    if not rest or sum(one.payments for one in rest) < FEW:
        return told
    told.append(reduce(lambda one, other: one.and_also(other), rest).nameless())
    return told
