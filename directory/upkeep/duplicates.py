"""Venues that look like one, found set-wise in SQL every night. A person decides (merging).

A pair is a candidate when both have a place within 150 m, or at the same address of a commune, and names
alike by trigrams. The same SIRET or RNA makes up for names at one spot, and for the spot in one commune; it says
nothing further away: towns and federations declare their own number for all their venues.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from directory.models import DuplicatePair, NotDuplicate, User, Venue

NEAR_M = 150
# Around one point no more than so many: what stands beside that is one building full of venues.
MOST_NEIGHBOURS = 40
# A number declared by more venues than that is the head office's.
MOST_OF_A_NUMBER = 30

FIND = """
WITH shared AS MATERIALIZED (
    SELECT pivot FROM directory_venue
    WHERE merged_into_id IS NULL AND length(pivot) >= 9 AND pivot ~ '[1-9A-Z]'
    GROUP BY pivot HAVING count(*) BETWEEN 2 AND %(of_a_number)s
), places AS MATERIALIZED (
    SELECT venue_id, point::geography(Point,4326) AS point, nullif(commune_code, '') AS commune,
           nullif(btrim(lower(unaccent(address))), '') AS address, shared.pivot
    FROM directory_place place JOIN directory_venue venue ON venue.id = place.venue_id
    LEFT JOIN shared ON shared.pivot = venue.pivot
    WHERE venue.merged_into_id IS NULL
), clues AS (
    SELECT place.venue_id AS one, other.venue_id AS two, other.distance,
           false AS same_address, false AS same_number
    FROM places place CROSS JOIN LATERAL (
        SELECT beside.venue_id, ST_Distance(beside.point::geography(Point,4326), place.point) AS distance
        FROM directory_place beside
        WHERE ST_DWithin(beside.point::geography(Point,4326), place.point, %(near_m)s)
        ORDER BY beside.point::geography(Point,4326) <-> place.point LIMIT %(neighbours)s
    ) other
    WHERE place.point IS NOT NULL
    UNION ALL
    SELECT place.venue_id, other.venue_id, NULL, true, false
    FROM places place JOIN places other USING (commune, address)
    UNION ALL
    SELECT place.venue_id, other.venue_id, NULL, false, true
    FROM places place JOIN places other USING (pivot)
    WHERE place.commune = other.commune OR place.point IS NULL OR other.point IS NULL
          OR ST_DWithin(place.point, other.point, %(near_m)s)
), pairs AS MATERIALIZED (
    SELECT least(one, two) AS one, greatest(one, two) AS two, round(min(distance)) AS distance,
           bool_or(same_address) AS same_address, bool_or(same_number) AS same_number
    FROM clues WHERE one <> two GROUP BY 1, 2
), told AS MATERIALIZED (
    SELECT pairs.*, similarity(lower(unaccent(a.name)), lower(unaccent(b.name))) AS likeness
    FROM pairs JOIN directory_venue a ON a.id = one JOIN directory_venue b ON b.id = two
    WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL AND a.demo = b.demo
)
INSERT INTO directory_duplicatepair
    (first_id, second_id, distance_m, likeness, same_address, same_number, found_at)
SELECT one, two, distance, likeness, same_address, same_number, %(at)s
FROM told
WHERE (same_number AND (likeness >= 0.5 OR same_address OR distance IS NOT NULL)
       OR same_address AND likeness >= 0.3
       OR distance IS NOT NULL AND likeness >= 0.4)
  AND NOT EXISTS (SELECT FROM directory_notduplicate said WHERE said.first_id = one AND said.second_id = two)
"""


def find(at: datetime) -> int:
    """Replace the pairs known by those that look alike now; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        DuplicatePair.objects.all().delete()
        cursor.execute(
            FIND,
            {
                "near_m": NEAR_M,
                "neighbours": MOST_NEIGHBOURS,
                "of_a_number": MOST_OF_A_NUMBER,
                "at": at,
            },
        )
        return cursor.rowcount


def waiting() -> QuerySet[DuplicatePair]:
    """Those still to decide, names most alike first; a merge takes away those of the venue that goes."""
    return DuplicatePair.objects.order_by("-likeness", "pk")


def say_two(*, first: Venue, second: Venue, by: User, at: datetime) -> None:
    """They look alike and are two; said twice, it is said once."""
    one, two = sorted([first, second], key=lambda venue: venue.pk)
    with transaction.atomic():
        NotDuplicate.objects.get_or_create(first=one, second=two, defaults={"by": by, "at": at})
        DuplicatePair.objects.filter(first=one, second=two).delete()
