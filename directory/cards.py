"""What a list shows of the places found: each with its venue and its public services, in two queries.

The SQL is written here, and the instances are made without Django's constructor: through querysets the twenty
places and hundred services of a page took longer to build than all the rest of the answer. Attributes that
are not read stay deferred, as with `only()`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState
from psycopg.types.range import Range

from directory.choices import ReviewStatus
from directory.echoes import Echo
from directory.models import Place, Service, Venue
from directory.referential import Referential, referential
from directory.statements import rows

Row = TypeVar("Row", bound=Model)

PLACE = (
    "id",
    "venue_id",
    "point",
    "is_stop",
    "name",
    "address",
    "address_extra",
    "postcode",
    "commune",
    "commune_code",
    "timezone",
    "hours",
)
VENUE = (
    "id",
    "name",
    "slug",
    "venue_type_id",
    "summary",
    "phone",
    "audiences",
    "accessible",
    "itinerant",
    "updated_on",
    "demo",
)
SERVICE = (
    "id",
    "venue_id",
    "category_id",
    "name",
    "price_cents",
    "price_note",
    "duration_min",
    "audiences",
    "modes",
    "status",
    "position",
)

OF_THE_ECHO = len(fields(Echo))


def columns(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


PLACES_SQL = f"""
SELECT ST_X(place.point), ST_Y(place.point), listing.stale_on,
       ARRAY(SELECT during FROM directory_closure closure
             WHERE closure.venue_id = venue.id AND upper(during) >= current_date ORDER BY during),
       feedback.last_used_on, coalesce(feedback.answers, 0), coalesce(feedback.reception_sum, 0),
       coalesce(feedback.usefulness_sum, 0), coalesce(feedback.progress_sum, 0),
       {columns("place", PLACE)}, {columns("venue", VENUE)}
FROM directory_place place JOIN directory_venue venue ON venue.id = place.venue_id
LEFT JOIN directory_listing listing ON listing.place_id = place.id
LEFT JOIN directory_feedback feedback ON feedback.venue_id = venue.id
WHERE place.id = ANY(%s)
"""  # noqa: S608
SERVICES_SQL = f"""
SELECT {columns("service", SERVICE)} FROM directory_service service
WHERE service.venue_id = ANY(%s) AND service.status = '{ReviewStatus.APPROVED.value}'
ORDER BY service.venue_id, service.position, service.id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Card:
    """A located place, with its venue and the kind of that venue at hand. `closures` are those not over."""

    place: Place
    lon: float
    lat: float
    stale_on: date | None
    closures: list[Range]
    echo: Echo


def cards(place_ids: Iterable[int]) -> dict[int, Card]:
    """By place. A place that has gone meanwhile is left out."""
    words, found = referential(), {}
    for lon, lat, stale_on, closures, *more in rows(PLACES_SQL, [list(place_ids)]):
        echo, values = Echo(*more[:OF_THE_ECHO]), more[OF_THE_ECHO:]
        place = instance(Place, PLACE, values[: len(PLACE)])
        venue = instance(Venue, VENUE, values[len(PLACE) :])
        if venue.venue_type_id in words.venue_types:  # else added this very minute: Django reads it
            known(venue, "venue_type", words.venue_types[venue.venue_type_id])
        known(place, "venue", venue)
        found[place.pk] = Card(place, lon, lat, stale_on, closures, echo)
    return found


def services(venues: dict[int, Venue]) -> dict[int, list[Service]]:
    """The public services of these venues in their order, by venue."""
    words: Referential = referential()
    found: dict[int, list[Service]] = {venue_id: [] for venue_id in venues}
    for values in rows(SERVICES_SQL, [list(venues)]):
        service = instance(Service, SERVICE, values)
        known(service, "venue", venues[service.venue_id])
        if service.category_id in words.categories:
            known(service, "category", words.categories[service.category_id])
        found[service.venue_id].append(service)
    return found


def instance(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """A row of the table as `Model.from_db` makes it, at a tenth of the time."""
    row = model.__new__(model)
    row.__dict__.update(zip(names, values, strict=True))
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def known(row: Model, name: str, related: Model) -> None:
    """Remember a related instance: it needs no query any more."""
    row._state.fields_cache[name] = related
