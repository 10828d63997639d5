"""The same page by SQL alone, and the shapes that look right and are slow: what the search is measured
against."""

from datetime import date

from django.db import connection
from psycopg import Cursor

COLUMNS = """
    place.id, place.name, place.address, place.postcode, place.commune, place.commune_code, place.hours,
    place.timezone, place.point, venue.id, venue.name, venue.slug, venue.venue_type_id, venue.updated_on,
    venue.itinerant, venue.demo"""
FLOOR = f"""
WITH near AS MATERIALIZED (
    SELECT place_id, ST_Distance(point::geography(Point,4326), here) AS distance
    FROM directory_listing, (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography AS here)
    origin WHERE labelled_during @> %(today)s::date
    ORDER BY point::geography(Point,4326) <-> here LIMIT 21
)
SELECT {COLUMNS}, near.distance
FROM near JOIN directory_place place ON place.id = near.place_id JOIN directory_venue venue ON venue.id =
place.venue_id ORDER BY near.distance
"""
FLOOR_SERVICES = """
SELECT id, venue_id, category_id, name, price_cents, price_note, duration_min, audiences, modes
FROM directory_service WHERE venue_id = ANY(%s) AND status = 'approved' ORDER BY venue_id, position, id
"""
# annotate(distance=Distance(...)).filter(distance__lte=...).order_by("distance"), as GeoDjango's
# documentation has it
ANNOTATE_AND_FILTER = """
SELECT place_id, ST_DistanceSphere(point, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) AS distance
FROM directory_listing
WHERE labelled_during @> %(today)s::date
  AND ST_DistanceSphere(point, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) <= 50000
ORDER BY distance LIMIT 20
"""
WITHIN_AND_SORT = """
SELECT place_id, ST_Distance(point::geography(Point,4326), here) AS distance
FROM directory_listing, (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography AS here) origin
WHERE labelled_during @> %(today)s::date AND ST_DWithin(point::geography(Point,4326), here, 50000)
ORDER BY distance LIMIT 20
"""


def bare_cursor() -> Cursor:
    """psycopg itself, without Django around it."""
    connection.ensure_connection()
    return Cursor(connection.connection)


def values(lon: float, lat: float) -> dict[str, object]:
    return {"lon": lon, "lat": lat, "today": date.today()}  # noqa: DTZ011


def floor(point: tuple[float, float]) -> None:
    cursor = bare_cursor()
    rows = cursor.execute(FLOOR, values(*point)).fetchall()
    cursor.execute(FLOOR_SERVICES, [[row[9] for row in rows]]).fetchall()


def annotate_and_filter(point: tuple[float, float]) -> None:
    bare_cursor().execute(ANNOTATE_AND_FILTER, values(*point)).fetchall()


def within_and_sort(point: tuple[float, float]) -> None:
    bare_cursor().execute(WITHIN_AND_SORT, values(*point)).fetchall()
