"""Records → tables, set-wise: only what differs, and places last, so that each is listed once, complete."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import Model, Q
from django.utils.text import slugify

from directory.fields import minutes
from directory.hours import refresh_hours
from directory.models import Category, Place, Service, Venue, VenueType
from directory.opening import parse
from directory.snapshots import PLAIN_FIELDS, SERVICE_COLUMNS, coverage, in_order
from directory.standard.rows import PLACE_FIELDS, PlaceRow, ServiceRow, VenueRow
from geodata.models import Area

PLACE_COLUMNS = [name for name in PLACE_FIELDS if name not in ("lon", "lat")]
BATCH = 1000


@dataclass
class Store:
    """Gathers what to write; `flush` writes it. Nothing is ever deleted."""

    today: date
    created: list[Model] = field(default_factory=list)
    changed: dict[type[Model], dict[int, tuple[Model, set[str]]]] = field(default_factory=dict)
    coverage: list[tuple[Service, list[list[str]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.types = {row.slug: row for row in VenueType.objects.all()}
        self.covered = coverage()
        self.categories = {row.slug: row for row in Category.objects.exclude(parent=None)}

    def create(self, record: VenueRow) -> Venue:
        venue = Venue(**self._venue_values(record))
        venue.slug = venue.slug or slugify(record.name)[:80]
        self.created.append(venue)
        for service in record.services:
            self._create_service(venue, service)
        for place in record.places:
            self._create_place(venue, place)
        return venue

    def update(self, venue: Venue, record: VenueRow) -> None:
        """`venue` with its places and services at hand."""
        self._change(venue, self._venue_values(record))
        services = list(venue.services.all())
        for service in record.services:
            same = _pop(
                services, lambda s, row=service: (s.category.slug, s.name) == (row.category, row.name)
            )
            self._change_service(same, service) if same else self._create_service(venue, service)
        places = in_order(venue.places.all())
        for place in record.places:
            same_place = _pop(places, lambda p, row=place: p.source_id == row.source_id) or (
                places.pop(0) if places and not (places[0].is_stop and place.is_stop) else None
            )
            self._change(same_place, _place_values(place)) if same_place else self._create_place(venue, place)

    def flush(self) -> None:
        if not (self.created or self.changed or self.coverage):
            return
        for model in (Venue, Service):
            model.objects.bulk_create(self._new(model), batch_size=BATCH)
        self._update(Venue)
        self._update(Service)
        self._cover()
        with connection.cursor() as cursor:
            cursor.execute("SELECT directory_fresh_statistics()")
        self._update(Place)
        Place.objects.bulk_create(self._new(Place), batch_size=BATCH)
        touched = [row.pk for row in self._new(Place)] + list(self.changed.get(Place, {}))
        refresh_hours(Place.objects.filter(pk__in=touched), today=self.today)

    def _new(self, model: type[Model]) -> list[Any]:
        return [row for row in self.created if isinstance(row, model)]

    def _venue_values(self, record: VenueRow) -> dict[str, Any]:
        values = {name: getattr(record, name) for name in PLAIN_FIELDS}
        return values | {"venue_type": self.types.get(record.venue_type)}

    def _create_service(self, venue: Venue, row: ServiceRow) -> None:
        if category := self.categories.get(row.category):
            service = Service(venue=venue, category=category, **_service_values(row))
            self.created.append(service)
            self.coverage.append((service, row.coverage))

    def _change_service(self, service: Service, row: ServiceRow) -> None:
        self._change(service, _service_values(row))
        if row.coverage != self.covered.get(service.pk, []):
            self.coverage.append((service, row.coverage))

    def _create_place(self, venue: Venue, row: PlaceRow) -> None:
        hours = parse(row.hours, timezone=row.timezone)
        week = minutes(hours.week) if hours else None
        self.created.append(Place(venue=venue, week=week, **_place_values(row)))

    def _change(self, row: Any, values: dict[str, Any]) -> None:
        names = {name for name, value in values.items() if getattr(row, name) != value}
        if not names:
            return
        for name in names:
            setattr(row, name, values[name])
        _row, before = self.changed.setdefault(type(row), {}).setdefault(row.pk, (row, set()))
        before.update(names)

    def _update(self, model: Any) -> None:
        changed = self.changed.get(model, {}).values()
        names = set().union(*(names for _row, names in changed))
        if names:
            model.objects.bulk_update([row for row, _names in changed], sorted(names), batch_size=BATCH)

    def _cover(self) -> None:
        wanted = {(level, code) for _service, areas in self.coverage for level, code in areas}
        if not wanted:
            return
        named = [Q(level=level, code=code) for level, code in wanted]
        condition = named[0]
        for other in named[1:]:
            condition |= other
        areas = {
            (area.level, area.code): area for area in Area.objects.current().filter(condition).defer("geom")
        }
        for service, codes in self.coverage:
            service.coverage.set([areas[level, code] for level, code in codes if (level, code) in areas])


def _service_values(row: ServiceRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SERVICE_COLUMNS}


def _place_values(row: PlaceRow) -> dict[str, Any]:
    point = None if row.lon is None or row.lat is None else Point(row.lon, row.lat, srid=4326)
    return {name: getattr(row, name) for name in PLACE_COLUMNS} | {"point": point}


def _pop(rows: list[Any], wanted: Any) -> Any:
    found = next((row for row in rows if wanted(row)), None)
    if found is not None:
        rows.remove(found)
    return found
