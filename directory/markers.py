"""What a map of venues shows: single venues, and groups where there is no room for each.

Up to COUNTRY_ZOOM a rectangle holds a good part of the country, and each answer would read it all again: the
cells of the whole country are kept for a minute instead, one set for each zoom and each combination of
filters.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.geos import Polygon
from django.core.cache import caches

from directory.cards import Card, cards, services
from directory.matching import Matching
from directory.models import Listing, Place, Service
from geodata.grid import Grid

COUNTRY_ZOOM = 8
SECONDS_KEPT = 60


@dataclass(frozen=True)
class Marker:
    """`count` venues or stops around a point, within `bbox` (west, south, east, north); `place` when it is
    one."""

    lon: float
    lat: float
    count: int
    bbox: tuple[float, float, float, float]
    place: Place | None = None
    # Why the coupons asked about pay for nothing there.
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """What a scheme judges of a place on a map."""

    place: Place
    services: list[Service]
    labelled: bool


def markers(matching: Matching, bbox: Polygon, zoom: int) -> list[Marker]:
    """At most 300, whatever the rectangle and zoom; stops of a bus are so many points of a map."""
    grid = Grid.of(bbox, zoom)
    cells = country_cells(matching, grid, bbox) if zoom <= COUNTRY_ZOOM else local_cells(matching, grid, bbox)
    alone = cards(cell["first"] for cell in cells if cell["count"] == 1)
    reasons = reasons_of(matching, alone)
    return [marker(cell, alone.get(cell["first"]), reasons) for cell in cells]


def marker(cell: dict[str, Any], card: Card | None, reasons: Mapping[int, str]) -> Marker:
    bbox = (cell["west"], cell["south"], cell["east"], cell["north"])
    place = card.place if card else None
    reason = reasons.get(place.pk, "") if place else ""
    return Marker(cell["lon"], cell["lat"], cell["count"], bbox, place, reason)


def reasons_of(matching: Matching, alone: Mapping[int, Card]) -> dict[int, str]:
    """By place, where the map shows venues at which the coupons asked about pay for nothing."""
    scheme = matching.criteria.campaign
    if scheme is None or matching.criteria.payable:
        return {}
    offers = services({card.place.venue_id: card.place.venue for card in alone.values()})
    labelled = labelled_among(alone, matching.today)
    shown = [Shown(card.place, offers[card.place.venue_id], pk in labelled) for pk, card in alone.items()]
    return {
        pk: verdict.reason for pk, verdict in scheme.verdicts(shown, matching.today).items() if verdict.reason
    }


def labelled_among(places: Iterable[int], day: date) -> set[int]:
    return set(Listing.objects.labelled_on(day).filter(pk__in=list(places)).values_list("pk", flat=True))


def local_cells(matching: Matching, grid: Grid, bbox: Polygon) -> list[dict[str, Any]]:
    return list(matching.listings(matching.criteria.radius_m).clusters(grid))


def country_cells(matching: Matching, grid: Grid, bbox: Polygon) -> list[dict[str, Any]]:
    """Those of the whole country whose middle is in the rectangle."""
    everywhere = Matching(matching.criteria.without("bbox"), matching.at)
    key = key_of(everywhere, grid)
    cells = caches["process"].get(key)
    if cells is None:
        cells = list(everywhere.listings(matching.criteria.radius_m).clusters(grid))
        caches["process"].set(key, cells, SECONDS_KEPT)
    extent = bbox.extent  # read once: GEOS works it out anew each time
    return [cell for cell in cells if holds(extent, cell["lon"], cell["lat"])]


def key_of(matching: Matching, grid: Grid) -> str:
    asked = f"{sorted(matching.criteria.parameters().items())} {grid.size!r} {matching.today}"
    return "directory.cells." + hashlib.sha256(asked.encode()).hexdigest()


def holds(extent: Iterable[float], lon: float, lat: float) -> bool:
    west, south, east, north = extent
    return west <= lon <= east and south <= lat <= north
