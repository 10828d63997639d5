"""The reports, read set-wise for some campaigns or for one provider: numbers only, neither words nor suppression.

Every function is one query, whatever the number of coupons; what a place, a service or a delivery point is now is
read beside the sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from coupons.choices import EntryKind, OrderStatus
from coupons.models import Order
from geodata.querysets import metres_between

DELIVERED = (OrderStatus.DELIVERED, OrderStatus.CLOSED)
NOT_ORDERED = (OrderStatus.QUOTE, OrderStatus.CANCELLED)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scope:
    """Whose figures: of campaigns, or of a provider, by number."""

    column: str
    numbers: tuple[int, ...]

    @classmethod
    def of_campaigns(cls, numbers: Sequence[int]) -> "Scope":
        return cls("campaign_id", tuple(numbers))

    @classmethod
    def of_provider(cls, number: int) -> "Scope":
        return cls("organization_id", (number,))

    @property
    def where(self) -> str:
        return f"{self.column} = ANY(%s)"

    @property
    def values(self) -> list[list[int]]:
        return [list(self.numbers)]


class Uses(NamedTuple):
    """A sum of uses; `payments` is what small counts are judged by."""

    payments: int
    coupons: int
    paid_cents: int
    returned_cents: int
    contribution_cents: int


SUMS = """sum(payments)::int, sum(coupons)::int, sum(paid_cents)::bigint, sum(returned_cents)::bigint,
          sum(contribution_cents)::bigint"""
DIMENSIONS = {
    "month": "used.month",
    "public": "used.public",
    "category": "service.category_id",
    "service": "used.service_id",
    "venue_type": "venue.venue_type_id",
    "commune": "place.commune_code",
}
USES = """
SELECT grouping({columns}), {columns}, {sums}
FROM coupons_usedofmonth used JOIN directory_place place ON place.id = used.place_id
JOIN directory_service service ON service.id = used.service_id JOIN directory_venue venue ON venue.id = place.venue_id
WHERE used.{where} GROUP BY GROUPING SETS ({sets}, ())
"""


def uses(scope: Scope, *dimensions: str) -> dict[str, dict[Any, Uses]]:
    """By each dimension, and "" for all together: value -> sums. Nothing used gives empty ones."""
    columns = [DIMENSIONS[name] for name in dimensions]
    sql = USES.format(
        columns=", ".join(columns),
        sums=SUMS,
        where=scope.where,
        sets=", ".join(f"({one})" for one in columns),
    )
    found: dict[str, dict[Any, Uses]] = {name: {} for name in (*dimensions, "")}
    all_ones = (1 << len(columns)) - 1
    for mask, *rest in rows(sql, scope.values):
        values, sums = rest[: len(columns)], Uses(*rest[len(columns) :])
        if not sums.payments and not sums.coupons:
            continue
        if mask == all_ones:
            found[""][""] = sums
            continue
        [position] = [i for i in range(len(columns)) if not mask >> (len(columns) - 1 - i) & 1]
        found[dimensions[position]][values[position]] = sums
    return found


def uses_of_each(campaigns: Sequence[int]) -> dict[int, Uses]:
    sql = f"SELECT campaign_id, {SUMS} FROM coupons_usedofmonth WHERE campaign_id = ANY(%s) GROUP BY 1"
    return {campaign: Uses(*sums) for campaign, *sums in rows(sql, [list(campaigns)])}


BY_DAY = """
SELECT used."on", place.commune_code, coalesce(category.parent_id, category.id), {sums}
FROM coupons_usedofday used JOIN directory_place place ON place.id = used.place_id
JOIN directory_service service ON service.id = used.service_id
JOIN directory_category category ON category.id = service.category_id
WHERE used.{where} GROUP BY 1, 2, 3 HAVING sum(payments) > 0 ORDER BY 1, 2, 3
"""


def by_day(scope: Scope) -> list[tuple[date, str, int, Uses]]:
    """Day, commune of the place, main category: the finest that anybody is shown."""
    found = rows(BY_DAY.format(sums=SUMS, where=scope.where), scope.values)
    return [(day, commune, category, Uses(*sums)) for day, commune, category, *sums in found]


# Where an origin is: the point that was told, else that of its commune, else that of the delivery point.
ORIGIN = """
JOIN coupons_origin origin ON origin.id = {of}.origin_id
LEFT JOIN geodata_area told ON told.id = origin.commune_id
LEFT JOIN coupons_deliverypoint counter ON counter.id = origin.delivery_point_id
"""
ORIGIN_POINT = "coalesce(origin.point, told.point, counter.point)"
ORIGIN_COMMUNE = "coalesce(told.code, counter.commune_code, '')"


class HandedOut(NamedTuple):
    month: date
    public: str
    commune: str
    lon: float | None
    lat: float | None
    booklets: int
    coupons: int


# Added up before anything is joined: of a large campaign there are tens of thousands of rows.
HANDED_OUT = f"""
SELECT sums.month, sums.public, {ORIGIN_COMMUNE}, ST_X({ORIGIN_POINT}), ST_Y({ORIGIN_POINT}),
       sums.booklets, sums.coupons
FROM (SELECT date_trunc('month', "on")::date AS month, public, origin_id,
             sum(booklets)::int AS booklets, sum(coupons)::int AS coupons
      FROM coupons_handedout WHERE {{where}} GROUP BY 1, 2, 3) sums {ORIGIN.format(of="sums")}
ORDER BY 1, 2, 3, sums.origin_id
"""


def handed_out(scope: Scope) -> list[HandedOut]:
    return [HandedOut(*row) for row in rows(HANDED_OUT.format(where=scope.where), scope.values)]


class Travel(NamedTuple):
    """Coupons from a commune (code, "" where not known) to a commune, and how far, metres or None."""

    origin: str
    commune: str
    payments: int
    coupons: int
    metres: float | None


TRAVELS = f"""
SELECT {ORIGIN_COMMUNE}, place.commune_code, sum(flow.payments)::int, sum(flow.coupons)::int,
       {metres_between(ORIGIN_POINT, "place.point")}
FROM coupons_flow flow {ORIGIN.format(of="flow")} JOIN directory_place place ON place.id = flow.place_id
WHERE flow.{{where}} AND flow.coupons > 0 GROUP BY 1, 2, 5
"""


def travels(scope: Scope) -> list[Travel]:
    return [Travel(*row) for row in rows(TRAVELS.format(where=scope.where), scope.values)]


def delays(campaigns: Sequence[int]) -> list[tuple[int, int, int]]:
    """Campaign, days from the hand-over to the first use, and of how many booklets."""
    sql = """SELECT campaign_id, days, count(*)::int FROM coupons_started WHERE campaign_id = ANY(%s)
             GROUP BY 1, 2 ORDER BY 2, 1"""
    return [(campaign, days, booklets) for campaign, days, booklets in rows(sql, [list(campaigns)])]


# Of payments that stand and took a coupon of the campaigns: from the few that are rated, not from all of them.
SATISFACTION = """
SELECT count(*)::int, coalesce(sum(reception), 0)::int, coalesce(sum(usefulness), 0)::int,
       coalesce(sum(progress), 0)::int
FROM directory_review WHERE standing AND id IN (
    SELECT rating.review_id FROM coupons_rating rating
    JOIN coupons_redemption redemption ON redemption.payment_id = rating.payment_id
    JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
    JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
    JOIN coupons_order made ON made.id = booklet.order_id WHERE made.campaign_id = ANY(%s))
"""


def satisfaction(campaigns: Sequence[int]) -> tuple[int, int, int, int]:
    """How many answered after a passage, and the sums of their marks: reception, usefulness, progress."""
    [found] = rows(SATISFACTION, [list(campaigns)])
    return found


class Moved(NamedTuple):
    """Debits of a campaign's accounts by kind of entry, in cents."""

    outstanding: int
    contribution: int
    refundable: int


def movements(campaigns: Sequence[int]) -> dict[int, dict[str, Moved]]:
    sql = """SELECT campaign_id, kind, sum(outstanding_cents)::bigint, sum(contribution_cents)::bigint,
             sum(refundable_cents)::bigint FROM coupons_movement WHERE campaign_id = ANY(%s) GROUP BY 1, 2"""
    found: dict[int, dict[str, Moved]] = {number: {} for number in campaigns}
    for campaign, kind, *cents in rows(sql, [list(campaigns)]):
        found[campaign][kind] = Moved(*cents)
    return found


class Ordered(NamedTuple):
    coupons: int
    cents: int
    delivered_coupons: int
    delivered_cents: int


def ordered(campaigns: Sequence[int]) -> dict[int, Ordered]:
    """Of orders themselves: few rows, whatever they are for."""
    found = dict.fromkeys(campaigns, Ordered(0, 0, 0, 0))
    rows_of = Order.objects.filter(campaign__in=campaigns).exclude(status__in=NOT_ORDERED)
    for order in rows_of.only("campaign_id", "status", "booklets", "booklet_size", "face_value_cents"):
        there = order.status in DELIVERED and order.booklets
        former = found[order.campaign_id]
        found[order.campaign_id] = Ordered(
            former.coupons + order.coupons,
            former.cents + order.face_cents,
            former.delivered_coupons + (order.coupons if there else 0),
            former.delivered_cents + (order.face_cents if there else 0),
        )
    return found


PLATFORM = """
SELECT count(DISTINCT made.organization_id)::int,
       -coalesce(sum(outstanding_cents) FILTER (WHERE kind = %(given)s), 0)::bigint,
       coalesce(sum(outstanding_cents) FILTER (WHERE kind IN (%(paid)s, %(back)s)), 0)::bigint,
       coalesce(sum(outstanding_cents) FILTER (WHERE kind = %(late)s), 0)::bigint
FROM coupons_movement moved JOIN coupons_campaign made ON made.id = moved.campaign_id
"""


def platform() -> tuple[int, int, int, int]:
    """Sponsors that handed something over; cents handed over, used and expired by all of them."""
    kinds = {
        "given": EntryKind.HAND_OVER,
        "paid": EntryKind.PAYMENT,
        "back": EntryKind.PAYMENT_CANCELLED,
        "late": EntryKind.EXPIRY,
    }
    [found] = rows(PLATFORM, kinds)
    return found


def weighted_quartiles(values: Sequence[float], weights: Sequence[int]) -> tuple[float, float, float] | None:
    """First quartile, median, third: the value at which so much of the weight is reached. None of nothing."""
    if not weights or sum(weights) <= 0:
        return None
    order = np.argsort(np.asarray(values, dtype=np.float64), kind="stable")
    sorted_values = np.asarray(values, dtype=np.float64)[order]
    reached = np.cumsum(np.asarray(weights, dtype=np.int64)[order])
    cuts = [sorted_values[np.searchsorted(reached, share * reached[-1])] for share in (0.25, 0.5, 0.75)]
    return float(cuts[0]), float(cuts[1]), float(cuts[2])


def rows(sql: str, values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
