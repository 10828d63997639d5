"""What another rule would have changed for those who got coupons: how near an eligible venue would be to them.

Counted over the coupons handed over, from where they were, as the crow flies, to the labelled places of today at which
people are received: the same set-wise rule that payments are held against (coupons/accepting.py).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.contrib.gis.geos import Polygon

from coupons.accepting import Rule, offering, received
from coupons.coverage import DISTANCES_KM, FAR_KM
from coupons.dashboards.figures import Figures, WhiteZone
from coupons.discretion import K
from directory.models import Listing
from directory.querysets import ListingQuerySet
from geodata.neighbours import Floats, nearest

# Beyond, the nearest venue is told as "none": 100 km is no nearer than 200.
FARTHEST_KM = 100
KM_PER_DEGREE = 111.0
NARROWEST = 0.4  # cosine of the highest latitude there is anywhere in France, with room to spare


@dataclass(frozen=True)
class Within:
    """Of the coupons handed over at a known place, the share (0 to 1) that has a venue within `km`."""

    km: int
    now: float
    then: float


@dataclass(frozen=True)
class Outcome:
    coupons: int
    places_now: int
    places_then: int
    within: list[Within]


@dataclass(frozen=True)
class Remote:
    """A white zone and the nearest venue that would take its coupons; none within FARTHEST_KM without `km`."""

    zone: WhiteZone
    km: float | None = None
    venue: str = ""
    url: str = ""

    @property
    def metres(self) -> float | None:
        return None if self.km is None else self.km * 1000


def outcome(figures: Figures, now: Rule, then: Rule, on: date) -> Outcome | None:
    """None when too few booklets were handed over at places that are known."""
    lon, lat, coupons, booklets = origins(figures)
    if booklets < K:
        return None
    near = eligible(now, lon, lat, FAR_KM, on)
    far = eligible(then, lon, lat, FAR_KM, on)
    shares_now, shares_then = (shares(lon, lat, coupons, *points(rows)) for rows in (near, far))
    within = [Within(km, *both) for km, *both in zip(DISTANCES_KM, shares_now, shares_then, strict=True)]
    return Outcome(int(coupons.sum()), len(near), len(far), within)


def origins(figures: Figures) -> tuple[Floats, Floats, Floats, int]:
    """Longitudes, latitudes and coupons of hand-overs whose place is known, and how many booklets in all."""
    known = [row for row in figures.handed_out if row.lon is not None]
    columns = np.array([(row.lon, row.lat, row.coupons) for row in known], dtype=np.float64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2], sum(row.booklets for row in known)


def eligible(rule: Rule, lon: Floats, lat: Floats, km: int, on: date) -> list[tuple[float, float, int]]:
    """Longitude, latitude and venue of the places that would take the coupons, around these points."""
    if not len(lon):
        return []
    labelled = Listing.objects.labelled_on(on).order_by()
    rows = received(offering(around(labelled, lon, lat, km), rule), rule)
    return [(point.x, point.y, venue) for point, venue in rows.values_list("point", "venue")]


def around(rows: ListingQuerySet, lon: Floats, lat: Floats, km: int) -> ListingQuerySet:
    """In the rectangle that goes so far beyond all of them."""
    north = km / KM_PER_DEGREE
    east = north / NARROWEST
    box = (
        float(lon.min()) - east,
        float(lat.min()) - north,
        float(lon.max()) + east,
        float(lat.max()) + north,
    )
    return rows.in_bbox(Polygon.from_bbox(box))


def points(rows: list[tuple[float, float, int]]) -> tuple[Floats, Floats]:
    columns = np.array([row[:2] for row in rows], dtype=np.float64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def shares(lon: Floats, lat: Floats, coupons: Floats, to_lon: Floats, to_lat: Floats) -> list[float]:
    km, _index = nearest(lon, lat, to_lon, to_lat)
    whole = coupons.sum()
    return [float(coupons[km <= limit].sum() / whole) if whole else 0.0 for limit in DISTANCES_KM]


def remote(figures: Figures, rule: Rule, on: date, most: int) -> list[Remote]:
    """The first white zones, each with its nearest eligible venue."""
    zones = [zone for zone in figures.white_zones if zone.name.at][:most]
    at = np.array([zone.name.at for zone in zones], dtype=np.float64).reshape(-1, 2)
    rows = eligible(rule, at[:, 0], at[:, 1], FARTHEST_KM, on)
    km, index = nearest(at[:, 0], at[:, 1], *points(rows))
    known = venues({rows[i][2] for i in index.tolist() if i >= 0})
    found = []
    for zone, away, position in zip(zones, km.tolist(), index.tolist(), strict=True):
        if position < 0 or away > FARTHEST_KM:
            found.append(Remote(zone))
            continue
        venue = known[rows[position][2]]
        found.append(Remote(zone, away, venue.name, venue.get_absolute_url()))
    return found


def venues(numbers: set[int]) -> dict[int, Any]:
    rows = Listing.objects.filter(venue__in=numbers).select_related("venue")
    return {row.venue_id: row.venue for row in rows}


def changed(
    rule: Rule, *, areas: frozenset[int] | None, kinds: frozenset[int], categories: frozenset[int]
) -> Rule:
    """`areas` None leaves the territory as it is; an empty one is everywhere."""
    territory = rule.areas if areas is None else areas
    return replace(rule, areas=territory, venue_types=kinds, categories=categories)
