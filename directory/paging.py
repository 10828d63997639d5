"""Pages of listings: nearest first by true distance, or by name where there is no origin.

The index walks distances on the sphere, at most SPHERE_TOLERANCE away from those on the ellipsoid. So a page
fetches a few rows more than it shows, sorts them by true distance, and trusts only those that no row still
unseen can overtake.

A walk is quick as long as many listings match, and reads the whole country when few do. So it goes no farther
than the reach of the origin, the radius that holds WALKED listings of any kind. What it finds there tells how
far a second look has to go; that one, and the third that goes everywhere, read all that matches within their
radius, by the indexes that help most, and sort it. When the planner expects FEW to match in all, the third look
is the only one. Without filters it knows how many venues hold the label, and walks.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.core.cache import caches

from directory.criteria import Criteria
from directory.cursors import Cursor
from directory.matching import Matching
from directory.models import Listing
from directory.querysets import ListingQuerySet
from directory.statements import rows
from geodata.querysets import SPHERE_TOLERANCE

PAD = 10
# Where coupons pay may be far away all together, where the ring in which sphere and ellipsoid disagree is wide.
FAR_PAD = 60
# Reading and sorting costs the same whatever is fetched: enough for the ring where the sphere and the ellipsoid
# may disagree, far away too.
FETCHED_OF_SORTED = 200
WALKED = 600
# So many are read and sorted at once, wherever they are.
FEW = 1_000
# The second look goes where twice what is wanted should be, when that is no more than 16 reaches' worth.
MARGIN = 2
MOST_REACHES = 16
# The reach of a point is that of its cell: a tenth of a degree, ten kilometres or so. It bounds work, not
# results.
CELLS_PER_DEGREE = 10
SECONDS_REACH_IS_KEPT = 600
SECONDS_EXPECTED_IS_KEPT = 60
EVERYWHERE_M = 25_000_000.0  # more than half-way round the world
# The question of most people, as `Matching` and `nearest` would have it (a test compares them): where, and nothing
# more. To put it together anew took longer than to answer it.
NEAREST_SQL = """
SELECT place_id, venue_id, itinerant, ST_Distance(point::geography(Point,4326), %(origin)s::geography),
       point::geography(Point,4326) <-> %(origin)s::geography AS walk_m
FROM directory_listing
WHERE (listed_until IS NULL OR listed_until > %(today)s) AND labelled_during @> %(today)s::date
ORDER BY walk_m LIMIT %(asked)s
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing found, before anything about it is read."""

    place_id: int
    venue_id: int
    itinerant: bool
    is_labelled: bool = True
    distance_m: float | None = None
    walk_m: float = 0.0
    name: str = ""
    matches: bool = True


def first_hits(matching: Matching, empty_m: float = 0.0) -> tuple[list[Hit], Cursor | None]:
    """A page of hits and where the next one begins, if there is one; for `empty_m` see `nearest_hits`."""
    given = matching.criteria
    wanted = given.limit + 1
    hits = (
        nearest_hits(matching, given.point, wanted, empty_m) if given.point else named_hits(matching, wanted)
    )
    page, more = hits[: given.limit], len(hits) > given.limit
    return page, cursor_after(page[-1], given) if more else None


def cursor_after(hit: Hit, criteria: Criteria) -> Cursor:
    return Cursor(hit.name if hit.distance_m is None else hit.distance_m, hit.place_id)


def nearest_hits(matching: Matching, origin: Point, wanted: int, empty_m: float = 0.0) -> list[Hit]:
    """The first `wanted` hits by (true distance, place); nothing matches within `empty_m`, if that is known."""
    given, radius_m = matching.criteria, matching.criteria.radius_m
    if not (given.bbox or given.cursor) and (sql := nearest_sql(matching)):
        return plain_hits(matching, origin, wanted, sql)
    if set(given.narrowing) <= {"labelled"}:
        return walked_hits(matching, origin, radius_m, wanted)
    if matching.comes_to_you or expected(matching) <= FEW:
        return sorted_hits(matching, origin, radius_m, wanted)
    return looked_for(matching, origin, wanted, empty_m)


def looked_for(matching: Matching, origin: Point, wanted: int, empty_m: float = 0.0) -> list[Hit]:
    """The first `wanted` hits: around the origin, farther, everywhere."""
    radius_m, reach_m = matching.criteria.radius_m, reach(origin)
    farthest_m = radius_m or EVERYWHERE_M
    near_m = min(reach_m, farthest_m)
    hits = walked_hits(matching, origin, near_m, wanted) if near_m > empty_m else []
    if len(hits) >= wanted or reach_m >= farthest_m:
        return hits
    second_m = second_reach(reach_m, len(hits), wanted)
    if second_m and second_m < farthest_m:
        hits = sorted_hits(matching, origin, second_m, wanted)
        if len(hits) >= wanted:
            return hits
    return sorted_hits(matching, origin, radius_m, wanted)


def expected(matching: Matching) -> int:
    """How many listings the planner thinks would match, wherever they are; asked once a minute for each choice."""
    anywhere = matching.criteria.without("point", "radius_m", "bbox", "limit")
    key = f"directory.expected.{hashlib.sha256(str(anywhere.parameters()).encode()).hexdigest()}"
    found: int | None = caches["process"].get(key)
    if found is None:
        [told] = json.loads(Matching(anywhere, matching.at).likely(None).explain(format="json"))
        found = int(told["Plan"]["Plan Rows"])
        caches["process"].set(key, found, SECONDS_EXPECTED_IS_KEPT)
    return found


def second_reach(reach_m: float, found: int, wanted: int) -> float | None:
    """How far what is wanted should be found, if venues go on matching as they do nearby."""
    reaches = MARGIN * wanted / found if found else math.inf
    return reach_m * math.sqrt(reaches) if reaches <= MOST_REACHES else None


def reach(origin: Point) -> float:
    """The radius around the origin's cell that holds WALKED listings, labelled or not."""
    column, row = round(origin.x * CELLS_PER_DEGREE), round(origin.y * CELLS_PER_DEGREE)
    key = f"directory.reach.{column}.{row}"
    found: float | None = caches["process"].get(key)
    if found is None:
        centre = Point(column / CELLS_PER_DEGREE, row / CELLS_PER_DEGREE, srid=4326)
        last = read_walk(Listing.objects.nearest(centre)[WALKED - 1 : WALKED])
        found = last[0] if last else EVERYWHERE_M
        caches["process"].set(key, found, SECONDS_REACH_IS_KEPT)
    return found


def read_walk(listings: ListingQuerySet) -> list[float]:
    return list(listings.values_list("walk_m", flat=True))


def nearest_sql(matching: Matching) -> str:
    """Of the question that is only where, or where some coupons pay; empty for any other."""
    given = matching.criteria
    if given.narrowing == ["labelled"]:
        return NEAREST_SQL
    if (
        given.narrowing == ["campaign", "labelled"]
        and given.campaign
        and given.campaign.in_force(matching.today)
    ):
        return given.campaign.nearest_sql
    return ""


def plain_hits(matching: Matching, origin: Point, wanted: int, sql: str) -> list[Hit]:
    """The nearest that hold the label, whatever they offer."""
    here = {"origin": f"SRID=4326;POINT({origin.x!r} {origin.y!r})", "today": matching.today}

    def fetch(asked: int) -> list[Hit]:
        return [
            Hit(place_id, venue_id, itinerant, distance_m=distance_m, walk_m=walk_m)
            for place_id, venue_id, itinerant, distance_m, walk_m in rows(sql, {**here, "asked": asked})
        ]

    farthest_m = matching.criteria.radius_m or EVERYWHERE_M
    hits = sure_hits(matching, fetch, wanted, wanted + (FAR_PAD if matching.criteria.campaign else PAD))
    return [hit for hit in hits if by_distance(hit)[0] <= farthest_m]


def walked_hits(matching: Matching, origin: Point, radius_m: float | None, wanted: int) -> list[Hit]:
    fetch = fetching(matching, matching.tried(radius_m).nearest(origin), origin)
    return sure_hits(matching, fetch, wanted, wanted + PAD)


def sorted_hits(matching: Matching, origin: Point, radius_m: float | None, wanted: int) -> list[Hit]:
    fetch = fetching(matching, matching.likely(radius_m).nearest_of_few(origin), origin, "matches")
    return sure_hits(matching, fetch, wanted, wanted + FETCHED_OF_SORTED)


def fetching(
    matching: Matching, ordered: ListingQuerySet, origin: Point, *more: str
) -> Callable[[int], list[Hit]]:
    found = from_cursor(matching, ordered.with_distance_m(origin))
    return lambda asked: read(found[:asked], matching, "distance_m", "walk_m", *more)


def sure_hits(matching: Matching, fetch: Callable[[int], list[Hit]], wanted: int, asked: int) -> list[Hit]:
    """The first `wanted` by true distance; `fetch` gives so many listings by distance on the sphere.

    `asked` are fetched at first, and more when the distances are too close to tell.
    """
    while True:
        hits = fetch(asked)
        complete = len(hits) < asked
        # No row still unseen is nearer than this.
        horizon = EVERYWHERE_M if complete else hits[-1].walk_m * (1 - SPHERE_TOLERANCE)
        sure = sorted((hit for hit in hits if hit.matches and by_distance(hit)[0] < horizon), key=by_distance)
        once = once_per_venue(matching, sure)
        if complete or len(once) >= wanted:
            return once[:wanted]
        asked *= 3


def by_distance(hit: Hit) -> tuple[float, int]:
    return hit.distance_m or 0.0, hit.place_id


def named_hits(matching: Matching, wanted: int) -> list[Hit]:
    found = from_cursor(matching, matching.listings(None).order_by("name", "pk"))
    asked = wanted
    while True:
        hits = read(found[:asked], matching, "name")
        once = once_per_venue(matching, hits)
        if len(hits) < asked or len(once) >= wanted:
            return once[:wanted]
        asked *= 3


def once_per_venue(matching: Matching, hits: list[Hit]) -> list[Hit]:
    """An itinerant venue counts once, by the first of its matching stops: on this page, or before it."""
    seen = shown_before(matching, {hit.venue_id for hit in hits if hit.itinerant})
    once = []
    for hit in hits:
        if not hit.itinerant or hit.venue_id not in seen:
            once.append(hit)
            seen.add(hit.venue_id)
    return once


def shown_before(matching: Matching, venue_ids: set[int]) -> set[int]:
    """Those of the venues that have a matching stop on the pages before the cursor."""
    given = matching.criteria
    if not given.cursor or not venue_ids:
        return set()
    stops = matching.listings(given.radius_m).filter(venue__in=venue_ids)
    if given.point:
        stops = stops.with_distance_m(given.point)
    after = stops.after(given.cursor.after, given.cursor.place_id)
    return set(stops.exclude(pk__in=after.values("pk")).values_list("venue_id", flat=True))


def from_cursor(matching: Matching, found: ListingQuerySet) -> ListingQuerySet:
    cursor = matching.criteria.cursor
    return found.after(cursor.after, cursor.place_id) if cursor else found


def read(found: ListingQuerySet, matching: Matching, *columns: str) -> list[Hit]:
    columns = ("place_id", "venue_id", "itinerant", *columns)
    if not matching.criteria.labelled:
        found, columns = found.with_labelled(matching.today), (*columns, "is_labelled")
    return [Hit(**dict(zip(columns, row, strict=True))) for row in found.values_list(*columns)]
