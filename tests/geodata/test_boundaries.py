"""Official contours become areas: what is mended, linked, counted, and left alone the second time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.gis.geos import Point

from geodata.boundaries import Outcome, at_checked_places, import_france
from geodata.models import Area, AreaPart
from geodata.registry import France, TownHall
from tests.geodata.toy_france import commune, country, point, quarter, square

pytestmark = pytest.mark.django_db


@contextmanager
def silent(label: str) -> Iterator[Callable[[int], None]]:
    yield lambda count: None


def load(france: France) -> Outcome:
    return import_france(france, step=silent)


def area(level: str, code: str) -> Area:
    return Area.objects.current().get(level=level, code=code)


def test_upper_levels_are_the_unions_of_their_communes() -> None:
    outcome = load(
        country(commune("01001", "A", 0, 0), commune("01002", "B", 1, 0), commune("02001", "C", 2, 0))
    )
    assert outcome.created == 3 + 1 + 2 + 1 + 1
    assert area("departement", "01").geom.extent == (0, 0, 2, 1)
    assert area("epci", "200000001").geom.area == pytest.approx(3)
    assert area("country", "FR").geom.extent == (0, 0, 3, 1)
    assert [area("departement", "01").population, area("country", "FR").population] == [2000, 3000]


def test_each_area_knows_what_contains_it() -> None:
    load(country(commune("01001", "A", 0, 0), commune("01002", "B", 1, 0, epci=None)))
    first = area("commune", "01001")
    assert (first.parent.level, first.parent.code) == ("departement", "01")
    assert first.parent.parent.parent == area("country", "FR")
    assert first.epci == area("epci", "200000001")
    assert area("commune", "01002").epci is None


def test_a_second_import_changes_nothing() -> None:
    france = country(commune("01001", "A", 0, 0), commune("01002", "B", 1, 0))
    load(france)
    before = list(AreaPart.objects.order_by("pk").values_list("pk", flat=True))
    again = load(france)
    assert (again.created, again.updated, again.closed, again.unchanged) == (0, 0, 0, 6)
    assert list(AreaPart.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_only_what_differs_is_written() -> None:
    load(country(commune("01001", "A", 0, 0), commune("01002", "B", 1, 0)))
    outcome = load(country(commune("01001", "A", 0, 0), commune("01002", "Bourg", 1, 0)))
    assert (outcome.created, outcome.updated) == (0, 1)
    assert area("commune", "01002").name == "Bourg"


def test_a_commune_that_is_no_more_is_closed_and_kept() -> None:
    load(country(commune("01001", "A", 0, 0), commune("01002", "B", 1, 0)))
    outcome = load(country(commune("01001", "A", 0, 0)))
    assert outcome.closed == 1
    assert Area.objects.get(code="01002").valid_until is not None


def test_a_missing_outline_is_rebuilt_from_the_former_communes() -> None:
    former = [
        quarter("01003", "C", "01001", outline=square(0, 0, 1, 1)),
        quarter("01004", "D", "01001", outline=square(1, 0, 2, 1)),
    ]
    outcome = load(country(commune("01001", "A", 0, 0, outline=None), former_communes=former))
    assert (outcome.outlines_rebuilt, outcome.without_outline) == (1, 0)
    assert area("commune", "01001").geom.extent == (0, 0, 2, 1)


def test_a_commune_without_outline_stands_at_its_town_hall() -> None:
    outcome = load(country(commune("01001", "A", 0, 0), commune("01002", "B", 5, 5, outline=None)))
    assert outcome.without_outline == 1
    lost = area("commune", "01002")
    assert lost.geom is None
    assert lost.point.coords == (5.5, 5.5)


def test_without_outline_nor_town_hall_it_stands_among_its_postcode() -> None:
    nowhere = commune("01002", "B", 5, 5, outline=None, town_hall=None)
    load(country(commune("01001", "A", 0, 0), nowhere))
    assert area("commune", "01002").point.coords == (0.5, 0.5)


def around(lacks: dict[str, int]) -> France:
    """Eight communes around one square degree that belongs to nobody."""
    places = [(lon, lat) for lon in range(3) for lat in range(3) if (lon, lat) != (1, 1)]
    communes = [commune(f"0100{rank}", f"C{rank}", lon, lat) for rank, (lon, lat) in enumerate(places)]
    return country(*(each._replace(lacks=lacks.get(each.code, 0)) for each in communes))


def test_a_gap_goes_to_the_neighbour_that_absorbed_a_commune() -> None:
    outcome = load(around({"01001": 1, "01003": 2}))
    assert outcome.gaps_filled == 1
    assert area("commune", "01003").geom.covers(Point(1.5, 1.5))
    assert area("departement", "01").geom.area == pytest.approx(9)


def test_a_hole_that_no_merger_explains_stays() -> None:
    assert load(around({})).gaps_filled == 0
    assert area("country", "FR").geom.area == pytest.approx(8)


@pytest.mark.parametrize(
    ("town_hall", "stands", "refused"),
    [
        ((0.2, 0.2), (0.2, 0.2), 0),
        ((1.004, 0.5), (1.004, 0.5), 0),  # 450 m out: the outline cuts corners
        ((1.4, 0.5), (0.5, 0.5), 1),  # 40 km out
        ((-0.3, 0.7), (0.3, 0.7), 1),  # the sign of the longitude is wrong
    ],
)
def test_a_town_hall_far_from_its_commune_is_not_believed(
    town_hall: tuple[float, float], stands: tuple[float, float], refused: int
) -> None:
    outcome = load(country(commune("01001", "A", 0, 0, town_hall=point(*town_hall))))
    assert area("commune", "01001").point.coords == pytest.approx(stands)
    assert outcome.town_halls_refused == refused


def test_town_halls_are_listed_at_their_checked_places() -> None:
    load(country(commune("01001", "A", 0, 0, town_hall=point(40, 0.5))))
    stray = TownHall("01001", "A", "", "", "", "", 40, 0.5)
    elsewhere = stray._replace(code="99999")
    assert list(at_checked_places([stray, elsewhere])) == [stray._replace(lon=0.5), elsewhere]


def test_invalid_outlines_are_mended() -> None:
    bow_tie = "0106000020E6100000010000000103000000010000000500000000000000000000000000000000000000"
    bow_tie += (
        "000000000000F03F000000000000F03F000000000000F03F00000000000000000000000000000000000000000000F03F"
    )
    bow_tie += "00000000000000000000000000000000"
    load(country(commune("01001", "A", 0, 0, outline=bow_tie, town_hall=None)))
    assert area("commune", "01001").geom.valid
