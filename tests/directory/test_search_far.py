"""The short ways of the search give what the long one gives: near, farther, everywhere; by half-hours and minutes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from directory.criteria import Criteria
from directory.fields import minutes
from directory.matching import Matching
from directory.models import Labelling, Listing, OpeningDay, Organization, Place, Venue
from directory.moments import Moment
from directory.paging import Hit, looked_for, nearest_hits, walked_hits
from geodata.timezones import TIMEZONES
from tests.directory import spiral
from tests.directory.upkeep.conftest import person
from tests.examples import examples

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
HERE = Point(2.5, 46.5, srid=4326)
WEEK = 7 * 24 * 60


@pytest.fixture
def _spiral() -> None:
    spiral.fill()


def shown(hits: list[Hit]) -> list[tuple[int, float]]:
    return [(hit.place_id, round(hit.distance_m or 0, 3)) for hit in hits]


@pytest.mark.usefixtures("_spiral")
@pytest.mark.parametrize("radius_m", [None, 1_000, 40_000])
def test_the_question_of_most_people_has_the_answer_of_all_others(radius_m: float | None) -> None:
    plain = Matching(Criteria(point=HERE, radius_m=radius_m), AT)
    assert shown(nearest_hits(plain, HERE, 21)) == shown(walked_hits(plain, HERE, radius_m, 21))


def test_a_venue_that_nobody_confirmed_is_not_among_the_nearest() -> None:
    organization = Organization.objects.create(name="Association")
    venue = Venue.objects.create(name="Atelier", organization=organization)
    Place.objects.create(venue=venue, point=HERE)
    Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2040, 1, 1)))
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    Venue.objects.update(created_at=long_ago)
    matching = Matching(Criteria(point=HERE), AT)
    assert len(nearest_hits(matching, HERE, 1)) == 1
    person("quelquun", organization, "provider-agent", since=long_ago)
    assert nearest_hits(matching, HERE, 1) == []


@pytest.mark.usefixtures("_spiral")
@pytest.mark.parametrize("radius_m", [None, 30_000, 150_000])
@pytest.mark.parametrize(
    "asked",
    [
        {"accessible": True, "labelled": False},
        {"audience": "women", "labelled": False},
        {"accessible": True},
        {"audience": "women", "price_max_cents": 0},
        {"open_at": datetime.fromisoformat("2026-11-23T10:00")},
        {"open_at": datetime.fromisoformat("2026-11-23T10:00"), "accessible": True},
        {"open_at": datetime.fromisoformat("2026-11-24T03:00")},
    ],
    ids=str,
)
def test_however_far_the_nearest_are_found(asked: dict, radius_m: float | None) -> None:
    """At one look, or at one, two or three."""
    matching = Matching(Criteria(point=HERE, radius_m=radius_m, **asked), AT)
    everything = matching.tried(radius_m).with_distance_m(HERE).order_by("distance_m", "pk")
    rows = everything.values_list("place_id", "venue_id", "distance_m")
    nearest: dict[int, tuple[int, float]] = {}
    for place_id, venue_id, distance_m in rows:
        nearest.setdefault(venue_id, (place_id, round(distance_m, 3)))
    for hits in (nearest_hits(matching, HERE, 21), looked_for(matching, HERE, 21)):
        assert shown(hits) == list(nearest.values())[:21]


parts = st.tuples(st.integers(0, WEEK - 1), st.integers(1, 900)).map(lambda p: (p[0], min(WEEK, p[0] + p[1])))


@hypothesis_settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(parts, max_size=8))
def test_the_index_knows_each_half_hour_of_a_week(week: list[tuple[int, int]]) -> None:
    touched = {minute // 30 for start, end in week for minute in range(start, end)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT directory_half_hours('Indian/Reunion', %s)", [minutes(week)])  # type: ignore[list-item]
        [found] = cursor.fetchone()
    assert sorted(found or []) == sorted(f"Indian/Reunion {half_hour}" for half_hour in touched)


@hypothesis_settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    zone=st.sampled_from(TIMEZONES),
    week=st.none() | st.lists(parts, max_size=3),
    special=st.none() | st.lists(parts.map(lambda p: (p[0] % 1440, min(1440, p[0] % 1440 + 60))), max_size=2),
    after=st.integers(0, WEEK),
    now=st.booleans(),
)
def test_whatever_is_open_is_found_by_the_indexes(
    zone: str, week: list | None, special: list | None, after: int, now: bool
) -> None:
    venue = Venue.objects.create(name="Atelier")
    place = Place.objects.create(
        venue=venue, point=HERE, timezone=zone, week=None if week is None else minutes(week)
    )
    at = AT + timedelta(minutes=after)
    if special is not None:
        OpeningDay.objects.create(place=place, day=at.date(), minutes=minutes(special))
    moment = Moment.meant("now" if now else at.replace(tzinfo=None), at)
    exact = Listing.objects.filter(place=place).with_open(moment).filter(is_open=True)  # type: ignore[misc]
    assert exact.perhaps_open(moment).count() == exact.count()
    venue.delete()
