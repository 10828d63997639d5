"""The one search of the directory, used by the pages, the API and the map."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.contrib.gis.geos import Polygon
from django.utils import timezone

from directory import opening
from directory.cards import Card, cards, services
from directory.choices import Mode
from directory.closing import closed
from directory.criteria import Criteria
from directory.cursors import Cursor
from directory.echoes import Echo
from directory.facets import Counts, FacetValue, counted, facets
from directory.markers import Marker, markers
from directory.matching import OF_A_SERVICE, Matching
from directory.models import Listing, Place, Service, Venue
from directory.paging import EVERYWHERE_M, Hit, first_hits
from directory.schemes import Remainder, Verdict
from directory.widening import Widening, widenings


@dataclass(frozen=True)
class Result:
    """A venue at one of its places, `distance_m` metres away on the ellipsoid, to the decimetre.

    `services` are the public ones, those that match first.
    """

    venue: Venue
    place: Place
    lon: float
    lat: float
    services: list[Service]
    distance_m: float | None
    opening: opening.Now
    labelled: bool
    # Its organisation has not confirmed it for nine months: marked "à vérifier".
    stale: bool = False
    # Of the coupons of a campaign, when the search is about one.
    verdict: Verdict | None = None
    face_value_cents: int = 0
    # Days since somebody last paid there; None when nobody did within a year.
    used_days: int | None = None
    echo: Echo | None = None

    @property
    def next_visit_at(self) -> datetime | None:
        """When an itinerant venue next comes to this stop (when it is there now: the time after)."""
        return self.opening.next_open_at if self.place.is_stop else None

    @property
    def refused(self) -> str:
        """Why the coupons pay for nothing here; empty when they do, or when nobody asked."""
        return self.verdict.reason if self.verdict and not self.verdict.services else ""

    @property
    def offers(self) -> list[tuple[Service, Remainder | None]]:
        """The services, each with what it costs after a coupon when a coupon pays it: those that are paid first."""
        if self.verdict is None:
            return [(service, None) for service in self.services]
        paid = self.verdict.services
        return [
            (service, Remainder(service.price_cents, self.face_value_cents) if service.pk in paid else None)
            for service in sorted(self.services, key=lambda service: service.pk not in paid)
        ]


@dataclass(frozen=True)
class Page:
    """`total` counts around the point (`counted_within_m`) when no radius was asked: the list itself goes
    on."""

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

    Without a radius the list is not cut: nearest first, however far. A person in the Creuse, on an island or
    at sea gets the nearest venues instead of an empty page; totals and facets count a bounded neighbourhood.
    """

    def __init__(self, criteria: Criteria, at: datetime | None = None) -> None:
        self.criteria = criteria
        self.at = at or timezone.now()
        self.matching = Matching(criteria, self.at)
        # Nothing matches so far around the point, when that is known: it need not be looked at again.
        self.empty_m = 0.0

    def page(self) -> Page:
        hits, next_cursor = first_hits(self.matching, self.empty_m)
        if not hits and not self.criteria.cursor:
            self.empty_m = self.criteria.radius_m or EVERYWHERE_M
        return Page(stale_last(read_results(hits, self.matching)), next_cursor, self)

    @cached_property
    def counts(self) -> Counts:
        return counted(self.matching)

    def facets(self) -> dict[str, list[FacetValue]]:
        return facets(self.matching, self.counts)

    def remote(self, limit: int = 5) -> list[Result]:
        """Venues, wherever they are, one of whose matching services is rendered remotely."""
        anywhere = self.criteria.without("radius_m", "bbox").but(mode=Mode.REMOTE.value, limit=limit)
        search = VenueSearch(anywhere, self.at)
        search.empty_m = 0.0 if self.criteria.mode or self.criteria.bbox else self.empty_m
        return search.page().results

    def clusters(self, bbox: Polygon, zoom: int) -> list[Marker]:
        """What a map of that rectangle shows."""
        return markers(Matching(self.criteria.but(bbox=bbox), self.at), bbox, zoom)

    def widened(self) -> list[Widening]:
        """Wider searches that find something, for when this one finds nothing."""
        return widenings(self.matching, self.counts)


def read_results(hits: list[Hit], matching: Matching) -> list[Result]:
    """Everything a card shows, in two queries whatever the number of hits."""
    if not hits:
        return []
    found = cards([hit.place_id for hit in hits])
    offers = services({card.place.venue_id: card.place.venue for card in found.values()})
    if any(name in OF_A_SERVICE for name in matching.criteria.narrowing):
        for offer in offers.values():
            offer.sort(key=lambda service: not matching.is_met_by(service))
    results = [
        result(hit, found[hit.place_id], offers[hit.venue_id], matching)
        for hit in hits
        if hit.place_id in found
    ]
    return judged(results, matching)


def judged(results: list[Result], matching: Matching) -> list[Result]:
    """With what the campaign's coupons pay at each."""
    scheme = matching.criteria.campaign
    if scheme is None:
        return results
    verdicts = scheme.verdicts(results, matching.today)
    return [
        replace(found, verdict=verdicts[found.place.pk], face_value_cents=scheme.face_value_cents)
        for found in results
    ]


def result(hit: Hit, card: Card, offer: list[Service], matching: Matching) -> Result:
    return Result(
        venue=card.place.venue,
        place=card.place,
        lon=card.lon,
        lat=card.lat,
        services=offer,
        distance_m=None if hit.distance_m is None else round(hit.distance_m, 1),
        opening=opening_of(card, matching.at),
        labelled=hit.is_labelled,
        stale=card.stale_on is not None and card.stale_on <= matching.today,
        used_days=card.echo.used_days(matching.today),
        echo=card.echo,
    )


def opening_of(card: Card, at: datetime) -> opening.Now:
    hours = opening.parse(closed(card.place.hours, card.closures), timezone=card.place.timezone)
    return hours.now(at) if hours else opening.UNKNOWN


def venue_alone(venue_id: int, at: datetime) -> Result | None:
    """A published venue at its first place, whether or not it holds the label today."""
    matching = Matching(Criteria(labelled=False), at)
    listings = Listing.objects.filter(venue=venue_id).with_labelled(matching.today).order_by("pk")
    listing = listings.values("pk", "itinerant", "is_labelled").first()  # type: ignore[misc]
    if listing is None:
        return None
    hit = Hit(listing["pk"], venue_id, listing["itinerant"], listing["is_labelled"])
    return read_results([hit], matching)[0]


def stale_last(results: list[Result]) -> list[Result]:
    """Of the venues of a page shown at one distance, those to verify come last.

    The order by `distance_m` and the cursor stay what they are.
    """
    if not results or results[0].distance_m is None:
        return results
    return sorted(results, key=lambda found: (found.distance_m, found.stale))
