"""Several rows about one venue → one record: duplicates folded, the stops of a round put side by side."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from directory.standard.rows import OWN_FIELDS, ROWS, Key, PlaceRow, ServiceRow, VenueRow
from geodata.folding import fold

Token = tuple[str, ...]  # two rows that share one are about the same venue

TEXTS: tuple[str, ...] = (
    "pivot",
    "venue_type",
    "summary",
    "description",
    "phone",
    "booking_url",
    "access_url",
)
TEXTS += ("parent_structure",)
LISTS: tuple[str, ...] = (
    "emails",
    "websites",
    "languages",
    "audiences",
    "accessibility",
    "access_modes",
    "support_modes",
)
LISTS += ("fees", "programmes", "trainings", "other_labels", "typologies")
PLACE_TEXTS = ("address", "address_extra", "postcode", "commune", "commune_code", "ban_key", "hours")


def tokens(row: VenueRow) -> Iterator[Token]:
    """Surest first: its identifier; then the same name at the same address, or the same round."""
    yield identity(row.key)
    place = row.places[0] if row.places else PlaceRow()
    if row.itinerant:
        yield ("round", row.source, fold(row.name), place.postcode[:2], row.pivot)
    elif place.address and place.postcode:
        yield ("same", fold(row.name), fold(place.address), place.postcode)


def identity(key: Key) -> Token:
    """An aggregator's "mediation-numerique-<source>-<id>" is the identifier of the source it took it from."""
    source, source_id = key
    return ("id", source, re.sub(rf"^mediation-numerique-{re.escape(source)}-", "", source_id))


def newest_first(rows: Iterable[VenueRow]) -> list[VenueRow]:
    by_key = sorted(rows, key=lambda row: row.key)
    return sorted(by_key, key=lambda row: row.updated_on or date.min, reverse=True)


def folded(rows: list[VenueRow]) -> VenueRow:
    """One record: each text from the first row that has it, lists united, every row kept whole in `extra`."""
    first, *others = rows
    record = replace(first, extra=dict(first.extra))
    for name in TEXTS:
        setattr(record, name, next(filter(None, (getattr(row, name) for row in rows)), ""))
    for name in LISTS:
        setattr(record, name, list(dict.fromkeys(value for row in rows for value in getattr(row, name))))
    record.itinerant = any(row.itinerant for row in rows)
    record.places = _stops(rows) if record.itinerant else [_one_place([row.places[0] for row in rows])]
    record.services = _services(rows)
    if others:
        record.extra[ROWS] = [alone(row) for row in rows]
    return record


def rows_of(record: VenueRow) -> list[VenueRow]:
    """The rows a record was folded from, or the record as its own only row."""
    kept = record.extra.get(ROWS)
    return [VenueRow.from_json(row) for row in kept] if kept else [record]


def alone(row: VenueRow) -> dict[str, Any]:
    """As a row of a file says it: without what only the directory knows."""
    said = replace(row, extra={name: value for name, value in row.extra.items() if name != ROWS}).as_json()
    return {name: value for name, value in said.items() if name not in OWN_FIELDS}


def _stops(rows: list[VenueRow]) -> list[PlaceRow]:
    stops: dict[str, PlaceRow] = {}
    for row in rows:
        for place in row.places:
            stop = replace(place, is_stop=True, source_id=place.source_id or row.source_id)
            stops.setdefault(stop.source_id, stop)
    return sorted(stops.values(), key=lambda stop: (len(stop.source_id), stop.source_id))


def _one_place(places: list[PlaceRow]) -> PlaceRow:
    """The first row's, its gaps filled by the others; coordinates and their time zone go together."""
    place = replace(places[0])
    for name in PLACE_TEXTS:
        setattr(place, name, next(filter(None, (getattr(other, name) for other in places)), ""))
    located = next((other for other in places if other.lon is not None), place)
    place.lon, place.lat, place.timezone = located.lon, located.lat, located.timezone
    return place


def _services(rows: list[VenueRow]) -> list[ServiceRow]:
    by_category: dict[str, ServiceRow] = {}
    for row in rows:
        for service in row.services:
            by_category.setdefault(service.category, service)
    return [replace(service, position=rank) for rank, service in enumerate(by_category.values())]
