"""Venues that look like one, found set-wise in SQL every night. A person decides (merging).

A pair is a candidate when both have a place within 150 m, or at the same address of a commune, and names
alike by trigrams; or when both declare the same SIRET or RNA and stand in one commune, or have names
alike (a town hall declares its own number for all its venues, wherever they are).
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
WITH alive AS MATERIALIZED (
    SELECT id, lower(unaccent(name)) AS name,
           CASE WHEN pivot ~ '[1-9A-Z]' AND length(pivot) >= 9 THEN pivot END AS pivot
    FROM directory_venue WHERE merged_into_id IS NULL
), places AS MATERIALIZED (
    SELECT place.id, venue_id, point, commune_code, nullif(btrim(lower(unaccent(address))), '') AS address
    FROM directory_place place JOIN alive ON alive.id = place.venue_id
), near AS (
    SELECT place.venue_id AS one, other.venue_id AS two, other.distance
    FROM places place CROSS JOIN LATERAL (
        SELECT beside.venue_id, ST_Distance(beside.point::geography, place.point::geography) AS distance
        FROM directory_place beside
        WHERE ST_DWithin(beside.point::geography, place.point::geography, %(near_m)s)
        ORDER BY beside.point::geography <-> place.point::geography LIMIT %(neighbours)s
    ) other
    WHERE place.point IS NOT NULL
), shared AS (
    SELECT pivot FROM alive WHERE pivot IS NOT NULL
    GROUP BY pivot HAVING count(*) BETWEEN 2 AND %(of_a_number)s
), clues AS (
    SELECT one, two, distance, false AS same_address, false AS same_number FROM near
    UNION ALL
    SELECT place.venue_id, other.venue_id, NULL, true, false
    FROM places place JOIN places other USING (commune_code, address) WHERE commune_code <> ''
    UNION ALL
    SELECT one.id, two.id, NULL, false, true
    FROM shared JOIN alive one USING (pivot) JOIN alive two USING (pivot)
), pairs AS (
    SELECT one, two, min(distance) AS distance, bool_or(same_address) AS same_address,
           bool_or(same_number) AS same_number
    FROM clues GROUP BY one, two
)
INSERT INTO directory_duplicatepair
    (first_id, second_id, distance_m, likeness, same_address, same_number, found_at)
SELECT least(one, two), greatest(one, two), min(round(distance)), max(likeness), bool_or(same_address),
       bool_or(same_number), %(at)s
FROM (
    SELECT pairs.*, similarity(a.name, b.name) AS likeness
    FROM pairs JOIN alive a ON a.id = one JOIN alive b ON b.id = two WHERE one <> two
) told
WHERE (CASE
        WHEN same_number THEN likeness >= 0.5 OR distance IS NOT NULL OR EXISTS (
            SELECT FROM places p JOIN places q USING (commune_code)
            WHERE p.venue_id = one AND q.venue_id = two AND commune_code <> '')
        WHEN same_address THEN likeness >= 0.3
        ELSE likeness >= 0.4
    END)
  AND NOT EXISTS (SELECT FROM directory_notduplicate said
                  WHERE said.first_id = least(one, two) AND said.second_id = greatest(one, two))
GROUP BY 1, 2
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
    """Those still to decide, the surest first."""
    alive = DuplicatePair.objects.filter(first__merged_into=None, second__merged_into=None)
    return alive.order_by("-same_number", "-likeness", "pk")


def say_two(*, first: Venue, second: Venue, by: User, at: datetime) -> None:
    """They look alike and are two; said twice, it is said once."""
    one, two = sorted([first, second], key=lambda venue: venue.pk)
    with transaction.atomic():
        NotDuplicate.objects.get_or_create(first=one, second=two, defaults={"by": by, "at": at})
        DuplicatePair.objects.filter(first=one, second=two).delete()
