"""The rule of use, set-wise: which listings and which services a campaign's coupons are good for.

`coupons.rules` reads the same rule for one service at one place, with reasons; a test holds both together.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.contrib.gis.geos import MultiPolygon
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from coupons.models import Campaign
from directory.choices import Mode
from directory.models import Listing, Service
from directory.querysets import ListingQuerySet, ServiceQuerySet
from geodata.models import Area

SERVED = Service.coverage.through.objects.filter(service=OuterRef("pk"))
# Rendered where the provider receives people; a service at home that names no territory is taken for one.
ON_THE_SPOT = Q(modes=[]) | Q(modes__overlap=[Mode.ON_SITE, Mode.REMOTE]) | ~Exists(SERVED)


@dataclass(frozen=True)
class Rule:
    """A rule of use, of a campaign or still being composed. Empty means "no restriction".

    `areas`, `venue_types` and `categories` are numbers of rows; `shape` is a valid territory that is no area
    yet.
    """

    areas: frozenset[int] = frozenset()
    shape: MultiPolygon | None = None
    venue_types: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """In one query."""
        [named] = Campaign.objects.filter(pk=campaign.pk).values_list(
            numbers(Campaign.areas, "area"),
            numbers(Campaign.venue_types, "venuetype"),
            numbers(Campaign.categories, "category"),
        )
        areas, venue_types, categories = (frozenset(pks) for pks in named)
        return cls(
            areas=areas,
            venue_types=venue_types,
            categories=categories,
            starts_on=campaign.starts_on,
            ends_on=campaign.ends_on,
        )

    @property
    def everywhere(self) -> bool:
        return not self.areas and self.shape is None

    def in_force(self, on: date) -> bool:
        return (self.starts_on is None or self.starts_on <= on) and (
            self.ends_on is None or on <= self.ends_on
        )

    def services(self) -> ServiceQuerySet:
        """Approved services of the right categories, wherever they are."""
        found = Service.objects.public().order_by()
        if self.categories:
            found = found.filter(Q(category__in=self.categories) | Q(category__parent__in=self.categories))
        return found

    def at_home(self) -> ServiceQuerySet:
        """Those of them that go to people's homes somewhere in the territory."""
        served = Area.objects.meeting(self.areas, self.shape).values("pk")
        going = Service.coverage.through.objects.filter(area__in=served).values("service")
        return self.services().filter(modes__contains=[Mode.AT_HOME], pk__in=going)


def numbers(relation: Any, column: str) -> ArraySubquery:
    """The primary keys that a campaign of the outer query is related to; no outline is read along."""
    return ArraySubquery(relation.through.objects.filter(campaign=OuterRef("pk")).values(column))


def accepting(listings: ListingQuerySet, rule: Rule, on: date) -> ListingQuerySet:
    """Places at which at least one service is paid with these coupons on that day."""
    if not rule.in_force(on):
        return listings.none()
    found = offering(listings.filter(labelled_during__has=on), rule)
    if rule.everywhere:
        return found
    here = received(found, rule).values("pk")
    home = found.filter(venue__in=rule.at_home().values("venue")).values("pk")
    return listings.filter(pk__in=here.order_by().union(home.order_by()))


def offering(listings: ListingQuerySet, rule: Rule) -> ListingQuerySet:
    """Of the right kinds of venue, with an approved service of the right categories."""
    if rule.venue_types:
        listings = listings.filter(venue_type__in=rule.venue_types)
    if rule.categories:
        return listings.filter(categories__overlap=sorted(rule.categories))
    return listings.exclude(categories=[])


def received(listings: ListingQuerySet, rule: Rule) -> ListingQuerySet:
    """Where people go: inside the territory or on its border, with a service that is rendered there."""
    found = listings.filter(on_the_spot(rule))
    return found if rule.everywhere else found.within(rule.areas, rule.shape)


def on_the_spot(rule: Rule) -> Q:
    """Listings that `offering` gives: of those with something at home, one must be rendered at the place."""
    there = rule.services().filter(ON_THE_SPOT, venue=OuterRef("venue"))
    return ~Q(modes__contains=[Mode.AT_HOME]) | Q(Exists(there))


def accepted(services: ServiceQuerySet, rule: Rule, on: date) -> ServiceQuerySet:
    """Services paid with these coupons on that day at one place at least."""
    if not rule.in_force(on):
        return services.none()
    labelled = offering(Listing.objects.filter(labelled_during__has=on), rule).order_by()
    found = services.filter(pk__in=rule.services().values("pk"))
    if rule.everywhere:
        return found.filter(venue__in=labelled.values("venue"))
    inside = labelled.within(rule.areas, rule.shape).values("venue")
    spot = rule.services().filter(ON_THE_SPOT, venue__in=inside)
    home = rule.at_home().filter(venue__in=labelled.values("venue"))
    return found.filter(pk__in=spot.values("pk").union(home.values("pk")))
