"""How PostgreSQL answers: which index it walks for each question."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from directory.fields import minutes
from directory.models import Listing, ListingWords, OpeningDay
from directory.moments import Moment
from directory.paging import NEAREST_SQL
from geodata.geometry import read_bbox
from geodata.grid import Grid
from tests.directory import spiral

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _many_venues() -> None:
    spiral.fill()


@pytest.fixture
def _no_scans() -> None:
    """Even few rows are then read by an index, when an index can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.usefixtures("_no_scans")
def test_the_nearest_are_read_by_walking_the_geography_index() -> None:
    values: dict[str, Any] = {"origin": "SRID=4326;POINT(2.5 46.5)", "today": AT.date(), "asked": 31}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {NEAREST_SQL}", values)
        walk = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using listing_geography" in walk
    assert "Order By" in walk
    assert "Sort" not in walk


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda: Listing.objects.near(Point(2.5, 46.5), 5000), "listing_geography"),
        (lambda: Listing.objects.perhaps_open(Moment.meant("now", AT)), "listing_half_hours"),
        (lambda: OpeningDay.objects.filter(day=AT.date()).exclude(minutes=minutes([])), "opening_day_open"),
        (
            lambda: Listing.objects.near(Point(2.5, 46.5), 5000).filter(modes__contains=["at_home"]),
            "listing_at_home",
        ),
        (lambda: Listing.objects.filter(categories__contains=[1]), "listing_categories"),
        (lambda: ListingWords.objects.filter(words="atelier"), "listing_words_text"),
        (lambda: Listing.objects.filter(audiences__contains=["seniors"]), "listing_audiences"),
        (lambda: Listing.objects.order_by("name", "pk")[:20], "listing_by_name"),
    ],
    ids=["near", "hours", "special hours", "at home", "category", "words", "audience", "name"],
)
@pytest.mark.usefixtures("_no_scans")
def test_each_question_has_its_index(question: Any, index: str) -> None:
    sql, params = question().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        assert index in "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.owner
@pytest.mark.usefixtures("_no_scans")
def test_a_map_can_be_read_from_its_index_alone() -> None:
    """Whether it is depends on how much of the table is known to be visible: here there is no other index."""
    rectangle = read_bbox("2,46,3,47")
    found = Listing.objects.labelled_on(AT.date()).in_bbox(rectangle).clusters(Grid.of(rectangle, 9))
    sql, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'directory_listing' AND indexdef ~ 'gist'"
        )
        for (name,) in cursor.fetchall():
            if name != "listing_map":
                cursor.execute(f"DROP INDEX {name}")
        cursor.execute(f"EXPLAIN {sql}", params)
        assert "Index Only Scan using listing_map" in "\n".join(row[0] for row in cursor.fetchall())
