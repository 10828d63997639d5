"""Pages of listings: nearest first by true distance, or by name where there is no origin.

The index walks distances on the sphere, at most SPHERE_TOLERANCE away from those on the ellipsoid. So a page
fetches a few rows more than it shows, sorts them by true distance, and trusts only those that no row still
unseen can overtake.
"""

from dataclasses import dataclass
from typing import Any

from directory.criteria import Criteria
from directory.cursors import Cursor
from directory.matching import Matching
from directory.querysets import ListingQuerySet
from geodata.querysets import SPHERE_TOLERANCE

PAD = 10


@dataclass(frozen=True)
class Hit:
    """A listing found, before anything about it is read."""

    place_id: int
    venue_id: int
    is_labelled: bool
    distance_m: float | None = None
    name: str = ""
    walk_m: float = 0.0


def first_hits(matching: Matching) -> tuple[list[Hit], Cursor | None]:
    """A page of hits and where the next one begins, if there is one."""
    given = matching.criteria
    hits = nearest_hits(matching, given.limit + 1) if given.point else named_hits(matching, given.limit + 1)
    page, more = hits[: given.limit], len(hits) > given.limit
    return page, cursor_after(page[-1], given) if more else None


def cursor_after(hit: Hit, criteria: Criteria) -> Cursor:
    return Cursor(hit.distance_m if criteria.point else hit.name, hit.place_id)


def nearest_hits(matching: Matching, wanted: int) -> list[Hit]:
    origin = matching.criteria.point
    assert origin is not None
    found = deduplicated(matching).with_distance_m(origin).nearest(origin)
    asked = wanted + PAD
    while True:
        hits = read(found[:asked], "distance_m", "walk_m")
        sure = sorted(sure_hits(hits, len(hits) < asked), key=lambda hit: (hit.distance_m, hit.place_id))
        if len(sure) >= wanted or len(hits) < asked:
            return sure[:wanted]
        asked *= 3


def sure_hits(hits: list[Hit], complete: bool) -> list[Hit]:
    """Those that come before any row the walk has not reached."""
    if complete:
        return hits
    horizon = hits[-1].walk_m * (1 - SPHERE_TOLERANCE)
    return [hit for hit in hits if hit.distance_m < horizon]  # type: ignore[operator]


def named_hits(matching: Matching, wanted: int) -> list[Hit]:
    return read(deduplicated(matching).order_by("name", "pk")[:wanted], "name")


def deduplicated(matching: Matching) -> ListingQuerySet:
    """What matches, from the cursor on, an itinerant venue counted once."""
    given = matching.criteria
    everything = matching.listings(given.radius_m)
    found = everything.once_per_venue(everything, given.point)
    if given.cursor:
        found = found.after(given.cursor.after, given.cursor.place_id)
    return found.with_labelled(matching.today)


def read(found: ListingQuerySet, *columns: str) -> list[Hit]:
    columns = ("place_id", "venue_id", "is_labelled", *columns)
    return [Hit(**dict(zip(columns, row, strict=True))) for row in found.values_list(*columns)]
