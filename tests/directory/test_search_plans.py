"""How PostgreSQL answers: which index it walks, and the SQL of the page that everybody sees."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.forms import SearchForm
from directory.models import Labelling, Listing, ListingWords, Place, Venue
from directory.referential import referential
from directory.search import VenueSearch
from geodata.geometry import read_bbox
from geodata.grid import Grid

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HERE = {"lon": "2.5", "lat": "46.5"}


@pytest.fixture(autouse=True)
def _one_venue() -> None:
    venue = Venue.objects.create(name="Atelier")
    Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2027, 1, 1)))
    Place.objects.create(venue=venue, point=Point(2.6, 46.6))


@pytest.fixture
def _no_scans() -> None:
    """Even one row is then read by an index, when an index can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def asked(**parameters: str) -> list[str]:
    form = SearchForm(parameters, strict=True)
    assert form.is_valid(), form.errors
    referential()
    with CaptureQueriesContext(connection) as queries:
        VenueSearch(form.criteria(), AT).page()
    return [query["sql"] for query in queries]


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.usefixtures("_no_scans")
def test_the_nearest_are_read_by_walking_the_geography_index() -> None:
    walk = plan(asked(**HERE)[0])
    assert "Index Scan using listing_geography" in walk
    assert "Order By" in walk
    assert "Sort" not in walk


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda: Listing.objects.near(Point(2.5, 46.5), 5000), "listing_geography"),
        (lambda: Listing.objects.in_bbox(read_bbox("2,46,3,47")), "directory_listing_point"),
        (lambda: Listing.objects.filter(categories__contains=[1]), "listing_categories"),
        (lambda: ListingWords.objects.filter(words="atelier"), "listing_words_text"),
        (lambda: Listing.objects.filter(audiences__contains=["seniors"]), "listing_audiences"),
        (lambda: Listing.objects.order_by("name", "pk")[:20], "listing_by_name"),
        (
            lambda: Listing.objects.in_bbox(read_bbox("2,46,3,47")).clusters(
                Grid.of(read_bbox("2,46,3,47"), 9)
            ),
            "directory_listing_point",
        ),
    ],
    ids=["near", "bbox", "category", "words", "audience", "name", "clusters"],
)
@pytest.mark.usefixtures("_no_scans")
def test_each_question_has_its_index(question: Any, index: str) -> None:
    sql, params = question().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        assert index in "\n".join(row[0] for row in cursor.fetchall())


def test_the_sql_of_the_nearest_twenty() -> None:
    here = "'SRID=4326;POINT(2.5 46.5)'::geography"
    point = '"directory_listing"."point"::geography(Point,4326)'
    assert asked(**HERE)[0] == (
        'SELECT "directory_listing"."place_id" AS "place_id", "directory_listing"."venue_id" AS "venue_id", '
        '"directory_listing"."itinerant" AS "itinerant", '
        f'ST_Distance({point}, {here}) AS "distance_m", {point} <-> {here} AS "walk_m" '
        'FROM "directory_listing" '
        """WHERE (("directory_listing"."listed_until" IS NULL """
        """OR "directory_listing"."listed_until" > '2026-11-23'::date) """
        """AND "directory_listing"."labelled_during" @> ('2026-11-23'::date)::date) """
        "ORDER BY 5 ASC LIMIT 31"
    )
