"""What a person finds, on a toy France: points on whole degrees, distances checked against geographiclib."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from geographiclib.geodesic import Geodesic

from directory.criteria import Criteria
from directory.fields import minutes
from directory.forms import SearchForm
from directory.hours import refresh_hours
from directory.models import Category, Labelling, OpeningDay, Place, Service, Venue, VenueType
from directory.search import VenueSearch
from geodata.models import Area

pytestmark = pytest.mark.django_db

MONDAY_10_UTC = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)  # 11:30 in Paris, 14:30 in La Réunion
NUMBERS = count(1)


def add_venue(
    lon: float, lat: float, *, name: str = "", labelled: bool = True, hours: str = "", **fields: Any
) -> Place:
    number = next(NUMBERS)
    zone = fields.pop("timezone", "Europe/Paris")
    venue = Venue.objects.create(name=name or f"Lieu {number:03}", slug="lieu", **fields)
    if labelled:
        Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2027, 1, 1)))
    return add_place(venue, lon, lat, hours=hours, timezone=zone)


def add_place(venue: Venue, lon: float, lat: float, **fields: Any) -> Place:
    place = Place.objects.create(venue=venue, point=Point(lon, lat), **fields)
    refresh_hours(Place.objects.filter(pk=place.pk), MONDAY_10_UTC.date())
    return place


def add_service(place: Place, slug: str = "utiliser", **fields: Any) -> Service:
    given = {"name": "Premiers pas", "status": "approved", **fields}
    return Service.objects.create(venue=place.venue, category=Category.objects.get(slug=slug), **given)


def search(**parameters: Any) -> VenueSearch:
    form = SearchForm({name: str(value) for name, value in parameters.items()}, strict=True)
    assert form.is_valid(), form.errors
    return VenueSearch(form.criteria(), MONDAY_10_UTC)


def found(**parameters: Any) -> list[int]:
    return [result.place.pk for result in search(**parameters).page().results]


HERE = {"lon": 2.5, "lat": 46.5}


@pytest.mark.parametrize(
    ("lon", "lat"), [(2.5, 46.5), (-52.33, 4.92), (55.45, -20.88)], ids=["Creuse", "Guyane", "La Réunion"]
)
def test_nearest_first_by_true_distance(lon: float, lat: float) -> None:
    """All round the point, at radii 0.3 % apart: closer than the sphere and the ellipsoid agree."""
    for step in range(40):
        direct = Geodesic.WGS84.Direct(lat, lon, step * 47 % 360, 20_000 + 60 * step)
        add_venue(direct["lon2"], direct["lat2"])
    pages, cursor = [], None
    while not pages or cursor:
        page = search(lon=lon, lat=lat, limit=7, **({"cursor": cursor.encoded()} if cursor else {})).page()
        pages, cursor = [*pages, *page.results], page.next_cursor
    assert len({result.place.pk for result in pages}) == len(pages) == 40
    distances = [result.distance_m for result in pages]
    assert distances == sorted(distances)
    for result in pages:
        point = result.place.point
        truth = Geodesic.WGS84.Inverse(lat, lon, point.y, point.x)["s12"]
        assert result.distance_m == pytest.approx(truth, rel=1e-5, abs=1)


def test_many_venues_at_the_same_point_are_paged_once_each() -> None:
    expected = [add_venue(2.6, 46.5).pk for _ in range(30)]
    first = search(**HERE).page()
    second = search(**HERE, cursor=first.next_cursor.encoded()).page()
    assert [r.place.pk for r in first.results + second.results] == expected
    assert second.next_cursor is None


def test_radius_is_in_kilometres_and_holds_its_edge() -> None:
    near, far = add_venue(2.5, 46.59), add_venue(2.5, 46.69)
    assert found(**HERE, radius_km=15) == [near.pk]
    assert found(**HERE) == [near.pk, far.pk]


def test_only_labelled_today_unless_asked() -> None:
    labelled, other = add_venue(2.6, 46.5), add_venue(2.7, 46.5, labelled=False)
    Labelling.objects.create(venue=other.venue, during=(date(2025, 1, 1), date(2026, 11, 23)))
    assert found(**HERE) == [labelled.pk]
    assert found(**HERE, labelled="all") == [labelled.pk, other.pk]
    assert [r.labelled for r in search(**HERE, labelled="all").page().results] == [True, False]


def test_a_bus_appears_once_at_its_nearest_matching_stop() -> None:
    fixed = add_venue(2.7, 46.5)
    bus = Venue.objects.create(name="Bus", itinerant=True)
    Labelling.objects.create(venue=bus, during=(date(2026, 1, 1), date(2027, 1, 1)))
    stops = [
        add_place(bus, lon, 46.5, is_stop=True, hours=hours)
        for lon, hours in [(3.5, "Mo 11:00-12:00"), (2.6, "off"), (2.8, "Mo 11:00-12:00")]
    ]
    assert found(**HERE) == [stops[1].pk, fixed.pk]
    assert found(**HERE, open_at="now") == [stops[2].pk]
    assert found() == [stops[0].pk, fixed.pk]
    assert search(**HERE, radius_km=100).counts.total == 2


def test_a_bus_shown_on_a_page_is_not_shown_on_the_next_one() -> None:
    bus = Venue.objects.create(name="Bus", itinerant=True)
    Labelling.objects.create(venue=bus, during=(date(2026, 1, 1), date(2027, 1, 1)))
    near, _far = (add_place(bus, lon, 46.5, is_stop=True) for lon in (2.6, 2.9))
    fixed = [add_venue(lon, 46.5, name=name).pk for lon, name in [(2.7, "A"), (2.8, "C"), (3.0, "D")]]
    for origin, expected in [(HERE, [near.pk, *fixed]), ({}, [fixed[0], near.pk, *fixed[1:]])]:
        seen, cursor = [], None
        while not seen or cursor:
            page = search(**origin, limit=1, **({"cursor": cursor.encoded()} if cursor else {})).page()
            seen, cursor = [*seen, *(result.place.pk for result in page.results)], page.next_cursor
        assert seen == expected


def test_the_next_visit_of_a_bus() -> None:
    add_venue(2.6, 46.5, itinerant=True, hours="2026 Dec 03 10:00-12:00")
    Place.objects.update(is_stop=True)
    [result] = search(**HERE).page().results
    assert result.opening.is_open is False
    assert result.next_visit_at.isoformat() == "2026-12-03T10:00:00+01:00"


def test_category_and_price_must_be_of_the_same_service() -> None:
    place = add_venue(2.6, 46.5)
    add_service(place, "utiliser", price_cents=2000)
    free = add_service(place, "emploi", price_cents=0)
    assert found(**HERE, category="utiliser", price_max="20") == [place.pk]
    assert found(**HERE, category="utiliser", price_max="5") == []
    assert found(**HERE, category="augmenter", price_max="0") == [place.pk]
    [result] = search(**HERE, category="emploi").page().results
    assert result.services[0] == free


def test_open_now_is_the_local_hour_of_each_venue() -> None:
    morning, afternoon = "Mo 11:00-12:00", "Mo 14:00-15:00"
    in_paris = add_venue(2.6, 46.5, hours=morning)
    add_venue(2.7, 46.5, hours=afternoon)
    in_reunion = add_venue(55.4, -20.9, hours=afternoon, timezone="Indian/Reunion")
    unknown = add_venue(2.8, 46.5)
    assert set(found(open_at="now")) == {in_paris.pk, in_reunion.pk}
    assert len(found(open_at="2026-11-23T11:30")) == 1
    states = {r.place.pk: r.opening.is_open for r in search().page().results}
    assert states[in_paris.pk] is True
    assert states[unknown.pk] is None


def test_a_special_day_decides_alone() -> None:
    closed, moved = add_venue(2.6, 46.5, hours="Mo 11:00-12:00"), add_venue(2.7, 46.5)
    OpeningDay.objects.create(place=closed, day=date(2026, 11, 23), minutes=minutes([]))
    OpeningDay.objects.create(place=moved, day=date(2026, 11, 23), minutes=minutes([(600, 700)]))
    assert found(**HERE, open_at="now") == [moved.pk]
    assert found(**HERE, open_at="2026-11-30T11:30") == [closed.pk]


def test_words_accents_stems_and_beginnings() -> None:
    place = add_venue(2.6, 46.5, name="Médiathèque du Port")
    add_service(place, name="Ateliers d'initiation")
    for text in ("mediatheque", "MÉDIATHÈQUES", "médiath", "port atelier", '"du port"', "initiation médi"):
        assert found(**HERE, q=text) == [place.pk], text
    for text in ("mairie", "port -atelier", "zzz' OR 1=1 --", "<script>", "& | ! ( :* \\", "é" * 200):
        assert found(**HERE, q=text) == [], text


def square(west: float, south: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, west + 1, south + 1)))


def test_at_home_is_where_the_territory_holds_the_point_however_far_the_venue() -> None:
    area = Area.objects.create(
        level="commune", code="1", name="A", geom=square(2, 46), point=Point(2.5, 46.5)
    )
    far, near, elsewhere = add_venue(9, 42), add_venue(2.6, 46.5), add_venue(2.4, 46.5)
    add_service(far, modes=["at_home"]).coverage.add(area)
    add_service(near, modes=["at_home"])
    add_service(elsewhere, modes=["at_home"]).coverage.add(
        Area.objects.create(level="commune", code="2", name="B", geom=square(4, 46), point=Point(4.5, 46.5))
    )
    assert found(**HERE, radius_km=10, mode="at_home") == [near.pk, far.pk]
    assert found(lon=2, lat=46, mode="at_home") == [far.pk]


def test_remote_services_have_their_own_block() -> None:
    far = add_venue(9, 42)
    add_service(far, modes=["remote"])
    add_service(add_venue(2.6, 46.5))
    assert [r.place.pk for r in search(**HERE, radius_km=10).remote()] == [far.pk]


def test_a_facet_tells_what_the_list_would_hold() -> None:
    epn = VenueType.objects.get(slug="epn")
    add_service(add_venue(2.6, 46.5, accessible=True, venue_type=epn), price_cents=0, audiences=["seniors"])
    add_service(add_venue(2.61, 46.5, hours="24/7"), "emploi", modes=["remote"])
    add_service(add_venue(2.62, 46.5, venue_type=epn, labelled=False), "emploi", price_cents=500)
    add_venue(5, 46.5)
    for chosen in (
        {},
        {"category": "emploi"},
        {"venue_type": "epn"},
        {"accessible": "true"},
        {"open_at": "now"},
    ):
        criteria = search(**HERE, radius_km=50, **chosen)
        names = {
            "categories": "category",
            "venue_types": "venue_type",
            "open_now": "open_at",
            "free": "price_max",
        }
        for dimension, values in criteria.facets().items():
            for value in [*values, *(child for parent in values for child in parent.children)]:
                asked = {**HERE, "radius_km": 50, **chosen, names.get(dimension, dimension): value.value}
                assert len(found(**asked)) == value.count, (chosen, dimension, value)
                assert search(**asked).counts.total == value.count


def test_an_empty_search_proposes_wider_ones_that_find() -> None:
    add_venue(2.6, 46.5, labelled=False)
    here = {**HERE, "radius_km": 5, "accessible": "true"}
    assert search(**here).page().results == []
    assert search(**here).widened() == []
    add_venue(2.6, 46.5, accessible=True)
    add_venue(2.51, 46.5)
    labels = {w.label: w.total for w in search(**here).widened()}
    assert labels == {"Jusqu’à 10 km": 1, "Même si l’accès en fauteuil n’est pas assuré": 1}


def test_criteria_and_parameters_are_inverse() -> None:
    given = {
        "lon": "2.5", "lat": "46.5", "radius_km": "12.5", "bbox": "2,46,3,47", "q": "atelier",
        "category": "emploi", "venue_type": "epn", "audience": "seniors", "accessible": "true",
        "price_max": "12.5",
        "open_at": "2026-11-24T14:30", "mode": "remote", "labelled": "all", "limit": "5",
    }  # fmt: skip
    form = SearchForm(given, strict=True)
    assert form.is_valid(), form.errors
    assert form.criteria().parameters() == given
    assert form.criteria().price_max_cents == int(Decimal("12.5") * 100)
    assert Criteria().parameters() == {}


def test_constant_number_of_queries(django_assert_num_queries: Any) -> None:
    for number in range(20):
        place = add_venue(2.5 + number / 1000, 46.5)
        add_service(place)
        add_service(place, "emploi")
        OpeningDay.objects.create(
            place=place, day=date(2026, 11, 23) + timedelta(days=1), minutes=minutes([(60, 120)])
        )
    search(**HERE, limit=1)
    for limit in (1, 20):
        with django_assert_num_queries(3):
            assert len(search(**HERE, limit=limit).page().results) == limit
