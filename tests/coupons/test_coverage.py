"""What a rule would reach, counted by hand on a toy region."""

from datetime import date

import pytest
from django.contrib.gis.geos import MultiPolygon, Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coupons.accepting import Rule
from coupons.coverage import MOST_DOTS, Coverage, coverage
from directory.fields import minutes
from directory.models import Venue
from geodata.models import Area
from tests.coupons.territory import (
    TODAY,
    a_service,
    a_venue,
    an_area,
    at,
    box,
    categories,
    kinds,
    outline,
    with_hole,
)

pytestmark = pytest.mark.django_db
# A degree of latitude, on the sphere.
KM = 1 / 111.195


@pytest.fixture
def region() -> Area:
    """Four communes, 1 to 1,000 inhabitants, their town halls 4, 9, 19 and 21 km north of (2.5, 48)."""
    region = an_area("Région", outline(box(2, 48, 3, 49)), "region", code="R")
    departement = an_area("Département", outline(box(2, 48, 3, 49)), "departement", code="D", parent=region)
    for i, km in enumerate((4, 9, 19, 21)):
        an_area(
            f"Commune {km}",
            outline(box(2, 48 + i / 4, 3, 48 + (i + 1) / 4)),
            code=f"C{km}",
            parent=departement,
            population=10**i,
            point=Point(2.5, 48 + km * KM, srid=4326),
        )
    return region


@pytest.fixture
def workshop() -> Venue:
    venue = a_venue("Atelier")
    at(venue, 2.5, 48)
    a_service(venue)
    return venue


def found(*areas: Area, **rule: object) -> Coverage:
    return coverage(Rule(areas=frozenset(area.pk for area in areas), **rule), TODAY)  # type: ignore[arg-type]


def test_who_lives_how_far(region: Area, workshop: Venue) -> None:
    reached = found(region)
    assert (reached.venues, reached.places, reached.services, reached.at_home) == (1, 1, 1, 0)
    assert (reached.communes, reached.inhabitants) == (4, 1111)
    assert [(reach.km, reach.inhabitants) for reach in reached.reach] == [(5, 1), (10, 11), (20, 111)]
    assert reached.reach[2].share == pytest.approx(111 / 1111)
    [commune] = reached.left_out
    assert (commune.name, commune.population, commune.km) == ("Commune 21", 1000, 21.0)
    assert (reached.left_out_communes, reached.left_out_inhabitants) == (1, 1000)


def test_only_what_is_inside_counts_for_distances(region: Area) -> None:
    outside = a_venue("Juste dehors")
    at(outside, 2.5, 48 - 1e-6)
    a_service(outside)
    reached = found(region)
    assert (reached.venues, reached.left_out_communes) == (0, 4)
    assert all(commune.km is None for commune in reached.left_out)
    [wider] = reached.loosened
    assert (wider.change, wider.venues, wider.left_out) == ("wider", 1, 1)


@pytest.mark.parametrize(
    "hidden", [{"labelled": False}, {"published": False}], ids=["not labelled", "not published"]
)
def test_what_the_public_does_not_find_is_not_reached(region: Area, hidden: dict[str, bool]) -> None:
    venue = a_venue(**hidden)
    at(venue, 2.5, 48.5)
    a_service(venue)
    assert found(region).venues == 0


def test_kinds_and_categories(region: Area, workshop: Venue) -> None:
    sub, sibling, other = categories()
    for category in (sub, sibling, other):
        a_service(workshop, category=category)
    a_service(workshop, category=other, status="draft")
    second = a_venue("Fablab", itinerant=True)
    Venue.objects.filter(pk=second.pk).update(venue_type=kinds()[1])
    at(second, 2.5, 48.2), at(second, 2.5, 48.4)
    a_service(second, category=other)
    reached = found(region)
    assert (reached.venues, reached.places, reached.services) == (2, 3, 5)
    assert {line.slug: line.count for line in reached.venue_types} == {kinds()[0].slug: 1, kinds()[1].slug: 1}
    assert {line.slug: line.count for line in reached.categories} == {
        sub.slug: 2,
        sibling.slug: 1,
        other.slug: 2,
    }
    narrow = found(region, categories=frozenset([sub.parent_id]), venue_types=frozenset([kinds()[0].pk]))
    assert (narrow.venues, narrow.places, narrow.services) == (1, 1, 3)


def test_what_each_restriction_takes_away(region: Area, workshop: Venue) -> None:
    sub, _sibling, other = categories()
    far = a_venue("Loin")
    Venue.objects.filter(pk=far.pk).update(venue_type=kinds()[1])
    at(far, 2.5, 48 + 21 * KM)
    a_service(far, category=other)
    tight = found(region, categories=frozenset([sub.pk]), venue_types=frozenset([kinds()[1].pk]))
    assert tight.venues == 0
    looser = {step.change: (step.venues, step.left_out) for step in tight.loosened}
    # Ten kilometres more would change nothing: that is no remedy.
    assert looser == {"categories": (1, 0), "venue_types": (1, 1), "both": (2, 0)}


def test_a_rule_wide_enough_has_nothing_to_loosen(region: Area, workshop: Venue) -> None:
    north = a_venue("Nord")
    at(north, 2.5, 48.2)
    a_service(north)
    reached = found(region)
    assert reached.left_out == []
    assert reached.loosened == []


def test_those_who_come_to_you(region: Area) -> None:
    departement = Area.objects.get(code="D")
    venue, elsewhere = a_venue("De loin"), an_area("Ailleurs", outline(box(5, 48, 6, 49)))
    at(venue, 5.5, 48.5)
    a_service(venue, modes=["at_home"], serving=departement)
    a_service(venue, modes=["at_home"], serving=elsewhere)
    a_service(venue)
    reached = found(region)
    assert (reached.venues, reached.places, reached.services, reached.at_home) == (1, 0, 1, 1)
    assert reached.left_out_communes == 4


def test_hours_a_week(region: Area, workshop: Venue) -> None:
    workshop.places.update(week=minutes([(540, 720), (840, 1020)]))
    unknown = a_venue("Sans horaires")
    at(unknown, 2.5, 48.5)
    a_service(unknown)
    reached = found(region)
    assert (reached.hours_a_week, reached.places_with_hours, reached.places) == (6, 1, 2)


@pytest.mark.parametrize("level", ["epci", "departement", "commune", "country"])
def test_each_level_knows_its_communes(region: Area, level: str) -> None:
    commune = Area.objects.get(code="C9")
    area = {
        "epci": lambda: an_area("Métropole", outline(box(2, 48, 3, 49)), "epci"),
        "departement": lambda: Area.objects.get(code="D"),
        "commune": lambda: commune,
        "country": lambda: an_area("France", outline(box(2, 48, 3, 49)), "country"),
    }[level]()
    if level == "epci":
        Area.objects.filter(pk=commune.pk).update(epci=area)
    assert found(area).communes == {"epci": 1, "departement": 4, "commune": 1, "country": 4}[level]


def test_overlapping_areas_count_once(region: Area, workshop: Venue) -> None:
    reached = found(region, Area.objects.get(code="C4"), Area.objects.get(code="D"))
    assert (reached.communes, reached.venues, reached.services) == (4, 1, 1)


def test_a_drawn_shape(region: Area, workshop: Venue) -> None:
    def drawn(shape: MultiPolygon) -> tuple[int, int, bool]:
        reached = coverage(Rule(shape=shape), TODAY)
        return reached.venues, reached.communes, reached.approximate

    assert drawn(outline(box(2, 48, 3, 48 + 10 * KM))) == (1, 2, False)
    assert drawn(outline(box(2.4, 48 + 10 * KM, 2.45, 48 + 11 * KM))) == (0, 1, True)
    assert drawn(with_hole()) == (1, 4, False)
    assert drawn(outline(box(8, 40, 9, 41))) == (0, 0, False)
    islands = outline(box(2.49, 47.9, 2.51, 48.05), box(2.49, 48.08, 2.51, 48.09), box(179, -15, 180, -13))
    assert drawn(islands) == (1, 2, False)


def test_as_many_queries_for_one_venue_as_for_twenty(region: Area, workshop: Venue) -> None:
    found(region)
    with CaptureQueriesContext(
        connection,
    ) as few:
        found(region)
    for i in range(20):
        venue = a_venue(f"Lieu {i}")
        at(venue, 2.5, 48 + i / 100)
        a_service(venue)
        a_service(venue, modes=["at_home"], serving=region)
    with CaptureQueriesContext(connection) as many:
        found(region)
    assert len(many) <= len(few) <= 9


def test_a_map_of_many_places_stays_light(region: Area) -> None:
    reached = coverage(Rule(), date(2026, 11, 23))
    assert reached.dots == []
    venue = a_venue("Réseau", itinerant=True)
    a_service(venue)
    for i in range(MOST_DOTS + 200):
        at(venue, 2 + i / 2000, 48.5)
    reached = found(region)
    assert 100 < len(reached.dots) <= MOST_DOTS
    assert reached.places == MOST_DOTS + 200
