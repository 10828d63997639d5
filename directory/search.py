"""The one search of the directory, used by the pages, the API and the map."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, Prefetch
from django.utils import timezone

from directory import open_now
from directory.choices import Mode
from directory.criteria import Criteria
from directory.cursors import Cursor
from directory.facets import Counts, FacetValue, counted, facets
from directory.matching import OF_A_SERVICE, Matching
from directory.models import OpeningDay, Place, Service, Venue
from directory.paging import Hit, first_hits
from directory.widening import Widening, widenings


@dataclass(frozen=True)
class Result:
    """A venue at one of its places. `services` are the public ones, those that match first."""

    venue: Venue
    place: Place
    services: list[Service]
    distance_m: int | None
    opening: open_now.Now
    labelled: bool
    # Its organisation has not confirmed it for nine months: marked "à vérifier".
    stale: bool = False

    @property
    def next_visit_at(self) -> datetime | None:
        """When an itinerant venue is next at this stop: now, if it is there."""
        return self.opening.next_open_at if self.place.is_stop else None


@dataclass(frozen=True)
class Page:
    """`total` counts around the point (`counted_within_m`) when no radius was asked: the list itself goes on."""

    results: list[Result]
    next_cursor: Cursor | None
    search: "VenueSearch"

    @property
    def total(self) -> int:
        return self.search.counts.total

    @property
    def total_capped(self) -> bool:
        """True: "at least `total`"."""
        return self.search.counts.capped

    @property
    def counted_within_m(self) -> float | None:
        return self.search.counts.radius_m


class VenueSearch:
    """`at` is the present instant: what "now", "today" and "next" mean.

    Without a radius the list is not cut: nearest first, however far. A person in the Creuse, on an island or at sea
    gets the nearest venues instead of an empty page; totals and facets count a bounded neighbourhood.
    """

    def __init__(self, criteria: Criteria, at: datetime | None = None) -> None:
        self.criteria = criteria
        self.at = at or timezone.now()
        self.matching = Matching(criteria, self.at)

    def page(self) -> Page:
        hits, next_cursor = first_hits(self.matching)
        return Page(stale_last(read_results(hits, self.matching)), next_cursor, self)

    @cached_property
    def counts(self) -> Counts:
        return counted(self.matching)

    def facets(self) -> dict[str, list[FacetValue]]:
        return facets(self.matching, self.counts)

    def remote(self, limit: int = 5) -> list[Result]:
        """Venues, wherever they are, one of whose matching services is rendered remotely."""
        anywhere = self.criteria.without("radius_m", "bbox").but(mode=Mode.REMOTE.value, limit=limit)
        return VenueSearch(anywhere, self.at).page().results

    def widened(self) -> list[Widening]:
        """Wider searches that find something, for when this one finds nothing."""
        return widenings(self.matching)


def read_results(hits: list[Hit], matching: Matching) -> list[Result]:
    """Everything a card shows, in three queries whatever the number of hits."""
    today = matching.today
    days = OpeningDay.objects.filter(
        day__gte=today - timedelta(days=1), day__lt=today + timedelta(days=open_now.DAYS_AHEAD)
    )
    places = (
        Place.objects.filter(pk__in=[hit.place_id for hit in hits])
        .select_related("venue")
        .annotate(stale_on=F("listing__stale_on"))
        .prefetch_related(Prefetch("opening_days", days, to_attr="special_days"))
    )
    by_id = {place.pk: place for place in places}
    services = services_of({hit.venue_id for hit in hits}, matching)
    return [
        result(hit, by_id[hit.place_id], services.get(hit.venue_id, []), matching)
        for hit in hits
        if hit.place_id in by_id
    ]


def services_of(venue_ids: Iterable[int], matching: Matching) -> dict[int, list[Service]]:
    """Public services of these venues, the matching ones first; categories come from the referential."""
    found: dict[int, list[Service]] = {}
    rows = Service.objects.public().filter(venue__in=venue_ids).order_by("venue", "position", "pk")
    for service in rows:
        service.category = matching.words.categories[service.category_id]
        found.setdefault(service.venue_id, []).append(service)
    wanted = matching.criteria
    if any(name in OF_A_SERVICE for name in wanted.narrowing):
        for services in found.values():
            services.sort(key=lambda service: not matching.is_met_by(service))
    return found


def result(hit: Hit, place: Place, services: list[Service], matching: Matching) -> Result:
    special: dict[date, Any] = {row.day: row.minutes for row in place.special_days}  # type: ignore[attr-defined]
    for service in services:
        service.venue = place.venue
    venue = place.venue
    if venue.venue_type_id:
        venue.venue_type = matching.words.venue_types[venue.venue_type_id]
    return Result(
        venue=venue,
        place=place,
        services=services,
        distance_m=None if hit.distance_m is None else round(hit.distance_m),
        opening=open_now.now(place.week, special, place.timezone, matching.at),
        labelled=hit.is_labelled,
        stale=is_stale(place, matching.today),
    )


def is_stale(place: Place, today: date) -> bool:
    """`place` as `read_results` reads it."""
    stale_on: date | None = place.stale_on  # type: ignore[attr-defined]
    return stale_on is not None and stale_on <= today


def stale_last(results: list[Result]) -> list[Result]:
    """Of the venues of a page shown at one distance, to the metre, those to verify come last.

    The order by `distance_m` and the cursor stay what they are.
    """
    if not results or results[0].distance_m is None:
        return results
    return sorted(results, key=lambda found: (found.distance_m, found.stale))
