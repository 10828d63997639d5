"""What is offered in a territory, read at once as columns: places where people go, and services rendered there.

A région has ten thousand places and fifty thousand services. Two short queries read them as they are; which of
them a rule reaches, with or without one of its restrictions, is then a matter of milliseconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from django.db.models import BooleanField, F, FloatField, Func, IntegerField, Q, Value
from numpy.typing import NDArray

from coupons.accepting import ON_THE_SPOT, Rule
from directory.choices import Mode
from directory.models import Service
from directory.querysets import ListingQuerySet, condition
from directory.referential import referential
from geodata.columns import columns

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
X, Y = (Func(F("point"), function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))


class OpenMinutes(Func):
    """Minutes of the week in which a place is open; null where its hours are not known."""

    template = "(SELECT sum(upper(span) - lower(span)) FROM unnest(%(expressions)s) span)"
    output_field = IntegerField()


class Among(Func):
    """Whether it is one of these, as one array: a parameter each would take longer to write than to find."""

    template = "(%(expressions)s::bigint[]))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, field: str, numbers: Ints) -> None:
        super().__init__(F(field), Value("{" + ",".join(map(str, numbers.tolist())) + "}"))


@dataclass(frozen=True)
class Services:
    """Approved services of the right venues, one entry each.

    `wanted`: of the rule's categories; `spot`: rendered where people go; `home`: at theirs.
    """

    venue: Ints
    category: Ints
    wanted: Bools
    spot: Bools
    home: Bools

    @classmethod
    def of(cls, venues: Ints, rule: Rule) -> Self:
        rows = Service.objects.public().filter(Among("venue", venues)).order_by()
        found = columns(
            rows.values(
                "venue",
                "category",
                spot=condition(Q(ON_THE_SPOT)),
                home=condition(modes__contains=[Mode.AT_HOME]),
            ),
            {"venue": int, "category": int, "spot": bool, "home": bool},
        )
        return cls(wanted=of_categories(found["category"], rule), **found)


@dataclass(frozen=True)
class Offers:
    """Where people go in a territory, one entry a place; `kind` -1: not known, `minutes` -1: hours not known.

    `matching`: a service of the rule's categories is rendered there; `offering`: a service is.
    """

    venue: Ints
    kind: Ints
    lon: Floats
    lat: Floats
    minutes: Ints
    matching: Bools
    offering: Bools
    of_venues: Services

    @classmethod
    def read(cls, listings: ListingQuerySet, rule: Rule) -> Self:
        rows = listings.values("venue", kind=F("venue_type"), lon=X, lat=Y, minutes=OpenMinutes(F("week")))
        found = columns(rows, {"venue": int, "kind": int, "lon": float, "lat": float, "minutes": int})
        services = Services.of(np.unique(found["venue"]), rule)
        return cls(
            matching=np.isin(found["venue"], services.venue[services.spot & services.wanted]),
            offering=np.isin(found["venue"], services.venue[services.spot]),
            of_venues=services,
            **found,
        )

    def of_kinds(self, kinds: Iterable[int]) -> Bools:
        """Those of the kinds of venue; all, without a kind."""
        wanted = list(kinds)
        return np.isin(self.kind, wanted) if wanted else np.ones(len(self.kind), dtype=np.bool_)

    def services(self, rule: Rule, listings: ListingQuerySet, here: Ints) -> tuple[Ints, Ints]:
        """Venues that come to people's homes, and how many services of each category are reached.

        `here`: venues that people of the territory go to; `listings`: all there are.
        """
        mine = self.of_venues
        reached = mine.wanted & np.isin(mine.venue, here)
        if rule.everywhere:
            return np.unique(mine.venue[reached & mine.home]), np.bincount(mine.category[reached])
        right_kind = listings.filter(venue_type__in=rule.venue_types) if rule.venue_types else listings
        going = rule.at_home().filter(venue__in=right_kind.values("venue"))
        only = condition(Q(modes=[Mode.AT_HOME]))
        served = columns(
            going.values("venue", "category", only=only), {"venue": int, "category": int, "only": bool}
        )
        # What is rendered at both was counted on the spot.
        more = served["only"] | ~np.isin(served["venue"], here)
        counted = np.concatenate((mine.category[reached & mine.spot], served["category"][more]))
        return np.unique(served["venue"]), np.bincount(counted)


def of_categories(categories: Ints, rule: Rule) -> Bools:
    """Those of the rule's categories and of their sub-categories; all, without a category."""
    if not rule.categories:
        return np.ones(len(categories), dtype=np.bool_)
    known = referential().categories.values()
    return np.isin(categories, [row.pk for row in known if {row.pk, row.parent_id} & rule.categories])
