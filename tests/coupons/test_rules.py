"""The rule of use and the rule of distribution, case by case, and the first one against its set-wise twin."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.accepting import Rule, accepted, accepting
from coupons.models import Campaign, DeliveryPoint
from coupons.rules import (
    Refusal,
    distribution_in_words,
    in_words,
    refusals_of_hand_over,
    refusals_of_use,
)
from directory.models import Listing, Place, Service
from geodata.models import Area
from tests.coupons import toy
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
from tests.examples import examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return toy.a_campaign()


@pytest.fixture
def west() -> Area:
    return an_area("Ouest", outline(box(2, 48, 3, 49)))


def codes(refusals: list[Refusal]) -> list[str]:
    return [refusal.code for refusal in refusals]


def refused(campaign: Campaign, service: Service, place: Place, on: date = TODAY) -> list[str]:
    return codes(refusals_of_use(campaign, service=service, place=place, on=on))


def test_without_restriction_any_labelled_venue_will_do(campaign: Campaign) -> None:
    venue = a_venue()
    assert not refused(campaign, a_service(venue), at(venue, 2.5, 48.5))


def test_every_reason_is_told_at_once(campaign: Campaign, west: Area) -> None:
    campaign.areas.add(west)
    campaign.venue_types.add(kinds()[1])
    campaign.categories.add(categories()[2])
    campaign.starts_on = TODAY + timedelta(days=1)
    venue = a_venue(labelled=False, published=False)
    service = a_service(venue, status="submitted")
    found = refusals_of_use(campaign, service=service, place=at(venue, 9, 9), on=TODAY)
    assert codes(found) == [
        "not_labelled",
        "not_public",
        "service_not_approved",
        "outside_territory",
        "wrong_venue_type",
        "wrong_category",
        "not_yet",
    ]
    assert "Ouest" in found[3].sentence
    assert kinds()[1].name in found[4].sentence
    assert categories()[2].name in found[5].sentence
    assert "24 novembre 2026" in found[6].sentence


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 30), ["not_yet"]),
        (date(2026, 12, 1), []),
        (date(2026, 12, 31), []),
        (date(2027, 1, 1), ["no_more"]),
    ],
)
def test_both_days_are_included(campaign: Campaign, day: date, expected: list[str]) -> None:
    campaign.starts_on, campaign.ends_on = date(2026, 12, 1), date(2026, 12, 31)
    venue = a_venue()
    venue.labellings.update(during=(date(2026, 1, 1), date(2028, 1, 1)))
    assert refused(campaign, a_service(venue), at(venue, 2.5, 48.5), day) == expected


def test_the_last_day_of_the_label_is_not_in_it(campaign: Campaign) -> None:
    venue = a_venue()
    service, place = a_service(venue), at(venue, 2.5, 48.5)
    assert not refused(campaign, service, place, date(2026, 12, 31))
    assert refused(campaign, service, place, date(2027, 1, 1)) == ["not_labelled"]


@pytest.mark.parametrize("point", [(3, 48.5), (2, 48), (2.5, 49)])
def test_the_border_is_in(campaign: Campaign, west: Area, point: tuple[float, float]) -> None:
    campaign.areas.add(west)
    venue = a_venue()
    assert not refused(campaign, a_service(venue), at(venue, *point))


@pytest.mark.parametrize(
    ("point", "expected"),
    [((2.5, 48.5), ["outside_territory"]), ((2.4, 48.5), []), ((2.3, 48.3), [])],
)
def test_a_hole_is_out_and_its_rim_is_in(
    campaign: Campaign, point: tuple[float, float], expected: list[str]
) -> None:
    campaign.areas.add(an_area("Anneau", with_hole(), "custom"))
    venue = a_venue()
    assert refused(campaign, a_service(venue), at(venue, *point)) == expected


def test_islands_on_both_sides_of_the_antimeridian(campaign: Campaign) -> None:
    pacific = outline(box(179, -15, 180, -13), box(-180, -15, -176, -13))
    campaign.areas.add(an_area("Pacifique", pacific, "custom"))
    for lon, expected in ((179.5, []), (-176.2, []), (180, []), (-180, []), (0, ["outside_territory"])):
        venue = a_venue(f"Lieu {lon}")
        assert refused(campaign, a_service(venue), at(venue, lon, -13.3)) == expected, lon


def test_one_of_several_areas_is_enough(campaign: Campaign, west: Area) -> None:
    campaign.areas.add(west, an_area("Île", outline(box(5, 48, 6, 49))))
    venue = a_venue()
    assert not refused(campaign, a_service(venue), at(venue, 5.5, 48.5))


def test_an_area_without_outline_holds_nothing(campaign: Campaign) -> None:
    campaign.areas.add(an_area("Sans contour", None))
    venue = a_venue()
    assert refused(campaign, a_service(venue), at(venue, 2.5, 48.5)) == ["outside_territory"]


def test_a_bus_is_where_it_stops(campaign: Campaign, west: Area) -> None:
    campaign.areas.add(west)
    bus = a_venue("Bus", itinerant=True)
    service, inside, outside = a_service(bus), at(bus, 2.5, 48.5), at(bus, 4.5, 48.5, name="Halle")
    assert not refused(campaign, service, inside)
    [refusal] = refusals_of_use(campaign, service=service, place=outside, on=TODAY)
    assert refusal.code == "outside_territory"
    assert "« Halle »" in refusal.sentence
    assert [listing.pk for listing in accepting(Listing.objects.all(), Rule.of(campaign), TODAY)] == [
        inside.pk
    ]


@pytest.mark.parametrize(
    ("served", "expected"),
    [((2.9, 48, 4, 49), []), ((3, 48, 4, 49), []), ((3.1, 48, 4, 49), ["outside_territory"])],
)
def test_at_home_the_territory_served_counts(
    campaign: Campaign, west: Area, served: tuple[float, float, float, float], expected: list[str]
) -> None:
    campaign.areas.add(west)
    venue = a_venue()
    service = a_service(venue, modes=["at_home"], serving=an_area("Desservi", outline(box(*served))))
    assert refused(campaign, service, at(venue, 3.5, 48.5)) == expected


def test_at_home_only_elsewhere_is_refused_even_from_inside(campaign: Campaign, west: Area) -> None:
    campaign.areas.add(west)
    venue, far = a_venue(), an_area("Loin", outline(box(5, 48, 6, 49)))
    place = at(venue, 2.5, 48.5)
    [refusal] = refusals_of_use(
        campaign, service=a_service(venue, modes=["at_home"], serving=far), place=place, on=TODAY
    )
    assert "à domicile" in refusal.sentence
    assert not refused(campaign, a_service(venue, modes=["at_home", "on_site"], serving=far), place)
    assert not refused(campaign, a_service(venue, modes=["at_home"]), place)


def test_a_category_means_its_sub_categories(campaign: Campaign) -> None:
    campaign.categories.add(categories()[0].parent)
    venue = a_venue()
    place = at(venue, 2.5, 48.5)
    assert not refused(campaign, a_service(venue, category=categories()[1]), place)
    assert refused(campaign, a_service(venue, category=categories()[2]), place) == ["wrong_category"]


def test_a_service_is_rendered_where_its_venue_is(campaign: Campaign) -> None:
    one, other = a_venue(), a_venue("Ailleurs")
    with pytest.raises(ValueError, match="own venue"):
        refusals_of_use(campaign, service=a_service(one), place=at(other, 2, 48), on=TODAY)


def a_small_world() -> list[Area]:
    """Venues of all kinds at places of all kinds; returns the areas a rule may name."""
    west, east = (an_area(name, outline(box(x, 48, x + 1, 49))) for name, x in (("Ouest", 2), ("Est", 3)))
    ring = an_area("Anneau", with_hole(), "custom")
    island = an_area("Île", outline(box(5, 48, 6, 49)))
    sub, sibling, other = categories()
    modes: list[list[str]] = [[], ["on_site"], ["remote"], ["at_home"], ["at_home", "on_site"]]
    points = [(2.5, 48.5), (3, 48.5), (3.5, 48.5), (5, 49), (7, 48)]
    for i, (lon, lat) in enumerate(points):
        for j, mode in enumerate(modes):
            venue = a_venue(f"{i}{j}", labelled=(i + j) % 5 > 0, published=(i + 2 * j) % 7 > 0)
            venue.venue_type = kinds()[(i + j) % 3]
            venue.save()
            at(venue, lon, lat)
            serving = [None, west, island, east][(i * j) % 4] if "at_home" in mode else None
            a_service(venue, modes=mode, category=[sub, sibling, other][j % 3], serving=serving)
            if j % 2:
                status = "approved" if i % 2 else "draft"
                a_service(venue, modes=["at_home"], category=other, serving=island, status=status)
    bus = a_venue("Bus", itinerant=True)
    for lon, lat in points:
        at(bus, lon, lat)
    a_service(bus, category=sub)
    a_service(bus, category=other, modes=["at_home"], serving=west)
    unplaced = a_venue("Sans position")
    Place.objects.create(venue=unplaced, commune="Ouest")
    a_service(unplaced)
    return [west, east, ring, island]


subsets = st.sets(st.integers(0, 3))


def restrict(campaign: Campaign, areas: list[Area], where: set[int], what: set[int], how: set[int]) -> None:
    """To some of the areas, of the kinds of venue and of service; from today on, for forty days."""
    kinds_of_venue, kinds_of_service = kinds(), [*categories(), categories()[0].parent]
    campaign.areas.set(areas[i] for i in where)
    campaign.venue_types.set(kinds_of_venue[i] for i in what if i < 3)
    campaign.categories.set(kinds_of_service[i] for i in how)
    campaign.starts_on, campaign.ends_on = TODAY, TODAY + timedelta(days=40)


def test_row_by_row_and_all_at_once_say_the_same(campaign: Campaign) -> None:
    areas = a_small_world()
    pairs = [
        (service, place)
        for service in Service.objects.select_related("venue", "category")
        for place in service.venue.places.all()
    ]
    seen = set()

    @settings(
        max_examples=examples(30), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(subsets, subsets, subsets, st.sampled_from([0, 1, 2, -1, 39, 60]))
    def check(where: set[int], what: set[int], how: set[int], days: int) -> None:
        restrict(campaign, areas, where, what, how)
        on = TODAY + timedelta(days=days)
        good = [(s, p) for s, p in pairs if not refusals_of_use(campaign, service=s, place=p, on=on)]
        rule = Rule.of(campaign)
        listings = accepting(Listing.objects.all(), rule, on).values_list("pk", flat=True)
        services = accepted(Service.objects.all(), rule, on).values_list("pk", flat=True)
        assert sorted(listings) == sorted({place.pk for _service, place in good})
        assert sorted(services) == sorted({service.pk for service, _place in good})
        seen.add(len(good))

    check()
    assert len(seen) > 5, "the examples hardly differ"


def test_a_rule_in_words(campaign: Campaign, west: Area) -> None:
    assert in_words(campaign) == [
        "Partout en France, dans les lieux qui ont le label #APTIC.",
        "Dans tous les types de lieu.",
        "Pour tous les services que ces lieux proposent.",
    ]
    campaign.areas.add(west)
    campaign.categories.add(categories()[0])
    campaign.ends_on = date(2027, 3, 31)
    said = in_words(campaign)
    assert said[0] == "Dans ce territoire : Ouest."
    assert said[2] == f"Pour ces services : {categories()[0].name}."
    assert said[3] == "Jusqu'au 31 mars 2027 inclus."


def test_a_long_list_is_cut_in_words(campaign: Campaign) -> None:
    campaign.areas.set(an_area(f"Commune {i}", outline(box(i, 48, i + 1, 49))) for i in range(8))
    assert in_words(campaign)[0].endswith("Commune 4 et 3 autres.")


@pytest.fixture
def town_hall(campaign: Campaign) -> DeliveryPoint:
    return DeliveryPoint.objects.create(
        organization=campaign.organization, name="Mairie", point=Point(2.5, 48.5, srid=4326)
    )


def not_handed_over(campaign: Campaign, **fields: Any) -> list[Refusal]:
    usual = {"delivery_point": None, "point": None, "public": "", "situation": "", "booklets": 1, "on": TODAY}
    return refusals_of_hand_over(campaign, **{**usual, **fields})


def test_without_restriction_anybody_gets_booklets(campaign: Campaign) -> None:
    assert not not_handed_over(campaign, booklets=1000)
    assert not distribution_in_words(campaign)


def test_through_the_network_only(campaign: Campaign, town_hall: DeliveryPoint) -> None:
    campaign.delivery_points.add(town_hall)
    [refusal] = not_handed_over(campaign)
    assert refusal.code == "wrong_delivery_point"
    assert "Mairie" in refusal.sentence
    assert not not_handed_over(campaign, delivery_point=town_hall)


def test_inside_the_territory_of_hand_over(campaign: Campaign, town_hall: DeliveryPoint, west: Area) -> None:
    campaign.hand_over_areas.add(west)
    assert codes(not_handed_over(campaign)) == ["place_unknown"]
    assert not not_handed_over(campaign, delivery_point=town_hall)
    assert not not_handed_over(campaign, point=Point(3, 48.5, srid=4326))
    far = Point(5, 48.5, srid=4326)
    assert codes(not_handed_over(campaign, delivery_point=town_hall, point=far)) == [
        "outside_hand_over_areas"
    ]


def test_to_the_right_people(campaign: Campaign) -> None:
    campaign.publics, campaign.situations = ["person"], ["job_seeker", "retired"]
    campaign.max_booklets_per_person = 2
    found = not_handed_over(campaign, public="employee", booklets=3)
    assert codes(found) == ["wrong_public", "wrong_situation", "too_many_booklets"]
    assert "Particuliers" in found[0].sentence
    assert found[2].sentence == "2 carnets au plus par personne. Remettez-en moins."
    assert not not_handed_over(campaign, public="person", situation="retired", booklets=2)
    assert len(distribution_in_words(campaign)) == 3


def test_not_once_it_is_too_late_to_use_them(campaign: Campaign) -> None:
    campaign.ends_on = TODAY - timedelta(days=1)
    assert codes(not_handed_over(campaign)) == ["no_more"]
