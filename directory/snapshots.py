"""Venues in the database → the records that an import compares with and an export writes."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from directory.models import Place, Service, Venue
from directory.standard.rows import PLACE_FIELDS, VENUE_FIELDS, PlaceRow, ServiceRow, VenueRow

PLAIN_FIELDS = [name for name in VENUE_FIELDS if name not in ("venue_type", "places", "services")]
SERVICE_COLUMNS = [
    "name",
    "description",
    "price_cents",
    "price_note",
    "duration_min",
    "audiences",
    "modes",
    "status",
    "position",
]


Coverage = dict[int, list[list[str]]]  # service → [level, code] of the areas it covers


def snapshots(venues: QuerySet[Venue]) -> Iterator[tuple[Venue, VenueRow]]:
    """Each venue with its record, in the order of the queryset; a constant number of queries per thousand."""
    complete = venues.select_related("venue_type").prefetch_related("places", "services__category")
    covered = coverage()
    for venue in complete.iterator(chunk_size=1000):
        yield venue, record(venue, covered)


def coverage() -> Coverage:
    """Few services are rendered at home: their areas are read at once."""
    areas = Service.coverage.through.objects.order_by("area__level", "area__code")
    covered: Coverage = {}
    for service, level, code in areas.values_list("service_id", "area__level", "area__code"):
        covered.setdefault(service, []).append([level, code])
    return covered


def record(venue: Venue, covered: Coverage) -> VenueRow:
    plain = {name: getattr(venue, name) for name in PLAIN_FIELDS}
    return VenueRow(
        **plain,
        venue_type=venue.venue_type.slug if venue.venue_type else "",
        places=[place_row(place) for place in in_order(venue.places.all())],
        services=[service_row(service, covered.get(service.pk, [])) for service in venue.services.all()],
    )


def in_order(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (len(place.source_id), place.source_id, place.pk))


def place_row(place: Place) -> PlaceRow:
    plain = {name: getattr(place, name) for name in PLACE_FIELDS if name not in ("lon", "lat")}
    lon, lat = place.point.coords if place.point else (None, None)
    return PlaceRow(**plain, lon=lon, lat=lat)


def service_row(service: Service, coverage: list[list[str]]) -> ServiceRow:
    plain = {name: getattr(service, name) for name in SERVICE_COLUMNS}
    return ServiceRow(category=service.category.slug, coverage=coverage, **plain)
