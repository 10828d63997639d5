"""A campaign as the search of the directory knows it: where its coupons pay, for what, and why not elsewhere.

`Acceptance` holds what a rule with territories accepts; a rule without any is read from the listings. What is said of
one place is what `coupons.rules` would say of each service there: a test holds both together.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.core.cache import caches
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q
from django.urls import reverse

from coupons import rules
from coupons.accepting import Rule
from coupons.models import Acceptance, Campaign
from coupons.rules import Words
from directory.choices import Mode
from directory.models import Place, Service
from directory.querysets import ServiceQuerySet
from directory.schemes import Verdict
from directory.statements import rows

# What changes of an ordered campaign is its summary, its logo and whether it has a page: nothing of the rule.
SECONDS_KEPT = 60
# `paging.NEAREST_SQL` by way of the acceptances of one campaign: their index holds them by distance.
NEAREST_SQL = """
SELECT listing.place_id, listing.venue_id, listing.itinerant,
       ST_Distance(accepted.point::geography(Point,4326), %(origin)s::geography),
       accepted.point::geography(Point,4326) <-> %(origin)s::geography AS walk_m
FROM coupons_acceptance accepted JOIN directory_listing listing ON listing.place_id = accepted.place_id
WHERE accepted.campaign_id = {campaign}::bigint AND (listed_until IS NULL OR listed_until > %(today)s)
  AND labelled_during @> %(today)s::date
ORDER BY walk_m LIMIT %(asked)s
"""
ACCEPTED_SQL = """
SELECT place_id, services FROM coupons_acceptance
WHERE campaign_id = %(campaign)s::bigint AND place_id = ANY (%(places)s::bigint[])
"""


@dataclass(frozen=True)
class CampaignScheme:
    """An ordered campaign, whose rule is final: a `directory.schemes.Scheme`."""

    pk: int
    slug: str
    name: str
    face_value_cents: int
    rule: Rule
    words: Words
    public: bool

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        return cls(
            pk=campaign.pk,
            slug=campaign.slug,
            name=campaign.name,
            face_value_cents=campaign.face_value_cents,
            rule=Rule.of(campaign),
            words=Words.of(campaign),
            public=campaign.public,
        )

    def in_force(self, on: date) -> bool:
        return self.rule.in_force(on)

    @property
    def page_url(self) -> str:
        return reverse("showcase:campaign", args=[self.slug]) if self.public else ""

    @property
    def outline_url(self) -> str:
        return "" if self.rule.everywhere else reverse("showcase:outline", args=[self.slug])

    @property
    def nearest_sql(self) -> str:
        return "" if self.rule.everywhere else NEAREST_SQL.format(campaign=int(self.pk))

    def keeps(self) -> Q:
        if not self.rule.everywhere:
            return Q(Exists(Acceptance.objects.filter(campaign=self.pk, place=OuterRef("pk"))))
        offered = (
            Q(categories__overlap=sorted(self.rule.categories)) if self.rule.categories else ~Q(categories=[])
        )
        return offered & Q(venue_type__in=self.rule.venue_types) if self.rule.venue_types else offered

    def paid(self, services: ServiceQuerySet, place: F) -> ServiceQuerySet:
        if not self.rule.everywhere:
            here = Acceptance.objects.filter(campaign=self.pk, place=place)
            return services.filter(pk__in=here.annotate(paid=Unnest("services")).values("paid"))
        if not self.rule.categories:
            return services
        return services.filter(
            Q(category__in=self.rule.categories) | Q(category__parent__in=self.rule.categories)
        )

    def verdicts(self, asked: Sequence[Any], on: date) -> Mapping[int, Verdict]:
        """`asked`: results of the search, or whatever has their `place`, `services` and `labelled`."""
        accepted = self._accepted([row.place.pk for row in asked])
        found, outside = {}, []
        for row in asked:
            offered = {service.pk for service in row.services if self._of_category(service)}
            reason = self._refused(row, offered, on)
            paid = offered if self.rule.everywhere else offered.intersection(accepted.get(row.place.pk, ()))
            if not reason and not paid:
                outside.append((row, offered))
            found[row.place.pk] = Verdict(reason=reason) if reason else Verdict(frozenset(paid))
        return found | self._outside(outside)

    def _accepted(self, places: list[int]) -> dict[int, list[int]]:
        """Services by place."""
        return (
            {} if self.rule.everywhere else dict(rows(ACCEPTED_SQL, {"campaign": self.pk, "places": places}))
        )

    def _outside(self, refused: list[tuple[Any, set[int]]]) -> dict[int, Verdict]:
        """Places whose services are the right ones, elsewhere; which of them are at home is asked of all at once."""
        away = only_at_home(service for row, _offered in refused for service in row.services)
        return {
            row.place.pk: Verdict(reason=self._elsewhere(row.place, at_home=offered <= away))
            for row, offered in refused
        }

    def _elsewhere(self, place: Place, *, at_home: bool) -> str:
        return rules.outside_territory(self.words, place.name or place.venue.name, at_home=at_home)

    def _refused(self, row: Any, offered: set[int], on: date) -> str:
        """All reasons but the territory; empty: there is none of them."""
        if reason := self.out_of_force(on):
            return reason
        if not row.labelled:
            return rules.not_labelled(row.place.venue.name, on)
        if self.rule.venue_types and row.place.venue.venue_type_id not in self.rule.venue_types:
            return rules.wrong_venue_type(self.words)
        return "" if offered else rules.wrong_category(self.words)

    def out_of_force(self, on: date) -> str:
        """Why none of its coupons is good on that day; empty when they are."""
        if self.rule.in_force(on):
            return ""
        if self.rule.starts_on and on < self.rule.starts_on:
            return rules.not_yet(self.rule.starts_on)
        return rules.no_more(self.rule.ends_on or on, self.words.sponsor)

    def _of_category(self, service: Service) -> bool:
        chosen = self.rule.categories
        return not chosen or bool(chosen & {service.category_id, service.category.parent_id})


def only_at_home(services: Iterable[Service]) -> frozenset[int]:
    """Those rendered in the territory they serve and nowhere else (`rules.only_at_home`), by number."""
    home = [service.pk for service in services if service.modes == [Mode.AT_HOME]]
    served = Service.coverage.through.objects.filter(service__in=home).values_list("service", flat=True)
    return frozenset(served) if home else frozenset()


class Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    set_returning = True
    output_field = BigIntegerField()


def scheme(slug: str) -> CampaignScheme | None:
    """The ordered campaign of that name; one that was never ordered has no coupons, and is known to nobody."""
    key = f"coupons.scheme.{hashlib.sha256(slug.encode()).hexdigest()}"
    found: CampaignScheme | None = caches["process"].get(key)
    if found is None:
        campaign = (
            Campaign.objects.final().filter(slug=slug).select_related("organization").defer("logo").first()
        )
        found = CampaignScheme.of(campaign) if campaign else None
        if found:
            caches["process"].set(key, found, SECONDS_KEPT)
    return found
