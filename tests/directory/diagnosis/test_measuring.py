"""What is counted of a département: the same as by hand, row by row, and by the coverage of a rule."""

from datetime import date

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.accepting import Rule
from coupons.coverage import coverage
from directory.diagnosis.measuring import LOOK_KM, Diagnosis, Quarter, diagnosis, measured
from directory.models import Category, Labelling, Place, Venue
from directory.referential import referential
from geodata.neighbours import nearest_km
from tests.directory.diagnosis.conftest import Toy, box, build, make_area, make_venue
from tests.examples import examples

pytestmark = pytest.mark.django_db
KM_EAST = 1 / 73.4  # of a degree of longitude at 48.5 degrees north, a little less


def today() -> date:
    return timezone.localdate()


def of(toy: Toy) -> Diagnosis:
    return measured(toy.departement, today())


def km_of(found: Diagnosis) -> dict[str, float | None]:
    return {one.name: one.km for one in found.communes}


def test_without_any_venue(toy: Toy) -> None:
    found = of(toy)
    assert (found.venues, found.inhabitants, found.far_inhabitants, found.far_share) == (0, 1500, 1500, 1.0)
    assert [one.name for one in found.left_out] == ["Un", "Deux", "Trois"]
    assert set(km_of(found).values()) == {None}


def test_who_lives_beyond_ten_kilometres(toy: Toy) -> None:
    make_venue(2.5 + 3 * KM_EAST, 48.5)
    make_venue(3.5 + 14 * KM_EAST, 48.5)
    found = of(toy)
    assert (found.venues, found.far_inhabitants) == (2, 500)
    assert [(one.km, one.inhabitants) for one in found.reach] == [(5, 1000), (10, 1000), (20, 1300)]
    assert found.reach[2].share == pytest.approx(1300 / 1500)
    assert [(one.name, one.km is None) for one in found.left_out] == [("Deux", False), ("Trois", True)]
    assert km_of(found)["Deux"] == pytest.approx(14, abs=0.2)


def test_a_venue_of_the_neighbour_counts_for_the_distance_only(toy: Toy) -> None:
    Area = type(toy.departement)
    Area.objects.filter(name="Vide").update(point=Point(5.98, 48.5, srid=4326), population=50)
    make_venue(6.02, 48.5)
    found = of(toy)
    assert found.venues == 0
    assert km_of(found)["Vide"] == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("change", ["label ended", "not published", "service withdrawn"])
def test_only_what_the_public_finds_counts(toy: Toy, change: str) -> None:
    venue = make_venue(2.5, 48.5)
    assert of(toy).venues == 1
    if change == "label ended":
        Labelling.objects.update(during=(date(2020, 1, 1), today()))
    elif change == "not published":
        Venue.objects.update(published=False)
    else:
        venue.services.update(status="returned")
    assert of(toy).venues == 0


def test_a_venue_on_the_border_is_in(toy: Toy) -> None:
    make_venue(6, 48.5)
    assert of(toy).venues == 1
    assert measured(toy.other, today()).venues == 1


def test_an_itinerant_venue_counts_once(toy: Toy) -> None:
    venue = make_venue(2.5, 48.5)
    Venue.objects.update(itinerant=True)
    Place.objects.update(is_stop=True)
    Place.objects.create(venue=venue, is_stop=True, point=Point(3.5, 48.5, srid=4326))
    found = of(toy)
    assert (found.venues, found.far_inhabitants) == (1, 200)


def test_by_main_category(toy: Toy) -> None:
    first = Category.objects.get(slug="utiliser")
    main = first.parent or first
    make_venue(2.5, 48.5, category="utiliser")
    found = {one.category: one for one in of(toy).categories}
    assert set(found) == {row.pk for row in referential().main_categories}
    assert (found[main.pk].venues, found[main.pk].far_inhabitants) == (1, 500)
    for pk, one in found.items():
        if pk != main.pk:
            assert (one.venues, one.far_inhabitants, one.share) == (0, 1500, 1.0)


def test_priority_districts_beside_it(toy: Toy) -> None:
    quarters = {
        "dedans": (2.50, 2.51),
        "à côté": (2.512, 2.52),
        "loin": (3.00, 3.01),
        "ailleurs": (6.50, 6.51),
    }
    for name, (west, east) in quarters.items():
        parent = toy.other if name == "ailleurs" else toy.departement
        make_area("qpv", f"QP{name[:2]}", name, box(west, 48.5, east, 48.51), parent=parent)
    make_venue(2.51, 48.505)
    found = of(toy)
    assert [(one.name, one.venues, one.near) for one in found.quarters] == [
        ("loin", 0, False),
        ("à côté", 0, True),
        ("dedans", 1, True),
    ]
    assert found.quarters_near == 2


def test_counted_once_a_day(toy: Toy) -> None:
    assert diagnosis(toy.departement, today()).venues == 0
    make_venue(2.5, 48.5)
    assert diagnosis(toy.departement, today()).venues == 0
    assert diagnosis(toy.departement, date(2999, 1, 1)).venues == 0
    assert of(toy).venues == 1


def test_three_queries_for_one_venue_or_many(toy: Toy, django_assert_num_queries: object) -> None:
    of(toy)
    for n in (1, 20):
        for i in range(n):
            make_venue(2.1 + i / 50, 48.3)
        with django_assert_num_queries(4):  # type: ignore[operator]
            # The stamp of the communes, two readings of places, the districts.
            of(toy)


SPOTS = st.lists(st.tuples(st.floats(1.5, 7.5), st.floats(47.6, 49.4)), max_size=8)


@given(spots=SPOTS)
@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_as_by_hand_and_as_the_coverage_of_a_rule(spots: list[tuple[float, float]], toy: Toy) -> None:
    Venue.objects.update(published=False)
    for lon, lat in spots:
        make_venue(lon, lat)
    found = of(toy)
    lon, lat = (np.array([spot[axis] for spot in spots], dtype=np.float64) for axis in (0, 1))
    for one in found.communes:
        [km] = nearest_km(np.array([one.lon]), np.array([one.lat]), lon, lat)
        assert one.km == (round(float(km), 1) if km <= LOOK_KM else None)
    rule = Rule(areas=frozenset({toy.departement.pk}))
    reached = coverage(rule, today())
    assert reached.venues == found.venues
    assert reached.inhabitants == found.inhabitants


def test_the_window_is_read_from_the_index(toy: Toy) -> None:
    """However many venues there are elsewhere."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as seen:
            of(toy)
        reading = [query["sql"] for query in seen if "directory_listing" in query["sql"]]
        assert len(reading) == 2
        for sql in reading:
            cursor.execute("EXPLAIN " + sql)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on directory_listing" not in plan
            assert "point" in plan


def test_of_another_world() -> None:
    """Nothing is known of it: no commune, no outline."""
    build()
    bare = make_area("departement", "D9", "Sans commune", box(10, 10, 11, 11))
    found = measured(bare, today())
    assert (found.inhabitants, found.far_share, found.communes, found.quarters) == (0, 0.0, [], [])
    assert Quarter("q", "q", 0, 0, 0, None).near is False
