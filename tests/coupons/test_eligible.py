"""The search restricted to a campaign, against the rule read case by case."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.eligible import NEAREST_SQL, CampaignScheme, scheme
from coupons.models import Acceptance, Campaign
from coupons.rules import refusals_of_use
from directory.criteria import Criteria
from directory.hours import refresh_hours
from directory.models import Place, Service, Venue
from directory.schemes import Remainder
from directory.search import Result, VenueSearch
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
)
from tests.coupons.test_rules import a_small_world
from tests.examples import examples

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HERE = Point(2.5, 48.5, srid=4326)


@pytest.fixture(autouse=True)
def nothing_is_kept(rows_of_reference_change: None) -> None:
    """Of campaigns, for a minute, in this process."""


def ordered(campaign: Campaign) -> CampaignScheme:
    """As by its first order: its rule is final."""
    Campaign.objects.filter(pk=campaign.pk).update(frozen_at=AT)
    found = scheme(campaign.slug)
    assert found
    return found


def searched(criteria: Criteria, at: datetime = AT) -> list[Result]:
    """Every page of it."""
    results = []
    while True:
        page = VenueSearch(criteria, at).page()
        results += page.results
        if not page.next_cursor:
            return results
        criteria = criteria.but(cursor=page.next_cursor)


def pairs() -> list[tuple[Service, Place]]:
    services = Service.objects.select_related("venue", "category").order_by("pk")
    return [(service, place) for service in services for place in service.venue.places.all()]


def good_pairs(campaign: Campaign, at: datetime = AT) -> set[tuple[int, int]]:
    """(place, service) that `rules` refuses nothing of."""
    on = at.date()
    return {(p.pk, s.pk) for s, p in pairs() if not refusals_of_use(campaign, service=s, place=p, on=on)}


def found_pairs(results: list[Result]) -> set[tuple[int, int]]:
    return {
        (row.place.pk, service)
        for row in results
        for service in (row.verdict.services if row.verdict else ())
    }


subsets = st.sets(st.integers(0, 3), max_size=3)


def test_the_search_finds_what_the_rule_accepts_case_by_case() -> None:
    """Borders, holes, islands, a bus, services at home; the day before, the last one, the day after."""
    areas = a_small_world()
    kinds_of_venue, kinds_of_service = kinds(), [*categories(), categories()[0].parent]
    sizes = set()

    @settings(
        max_examples=examples(25), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(subsets, subsets, subsets, st.sampled_from([0, 1, -1, 39, 60]), st.booleans(), st.booleans())
    def check(
        where: set[int], what: set[int], how: set[int], days: int, nearest: bool, all_of_them: bool
    ) -> None:
        campaign = toy.a_campaign(starts_on=TODAY, ends_on=TODAY + timedelta(days=40))
        campaign.areas.set(areas[i] for i in where)
        campaign.venue_types.set(kinds_of_venue[i] for i in what if i < 3)
        campaign.categories.set(kinds_of_service[i] for i in how)
        on = AT + timedelta(days=days)
        asked = Criteria(
            campaign=ordered(campaign), point=HERE if nearest else None, limit=7, payable=not all_of_them
        )
        results = searched(asked, on)
        good = good_pairs(campaign, on)
        once = {row.place.pk for row in results}
        # An itinerant venue is shown once, at its first stop that matches.
        bus = {p.pk: p.venue_id for _s, p in pairs() if p.venue.itinerant}
        fixed = {pair for pair in good if pair[0] not in bus}
        assert {pair for pair in found_pairs(results) if pair[0] not in bus} == fixed
        assert {pair for pair in good if pair[0] in once & bus.keys()} == {
            pair for pair in found_pairs(results) if pair[0] in bus
        }
        if not all_of_them:
            assert {bus[pk] for pk in once & bus.keys()} == {bus[pk] for pk, _s in good if pk in bus}
            assert not [row for row in results if row.refused]
        else:
            assert all(bool(row.refused) != bool(row.verdict and row.verdict.services) for row in results)
        told_as_by_the_rule(campaign, results, on)
        sizes.add(len(good))

    check()
    assert len(sizes) > 5, "the examples hardly differ"


def told_as_by_the_rule(campaign: Campaign, results: list[Result], on: datetime) -> None:
    """The reason under a greyed venue is one that `rules` gives for one of its services."""
    for row in results:
        if row.refused:
            said = {
                refusal.sentence
                for service in row.services
                for refusal in refusals_of_use(campaign, service=service, place=row.place, on=on.date())
            }
            assert row.refused in said


@pytest.fixture
def west() -> Area:
    return an_area("Ouest", outline(box(2, 48, 3, 49)))


@pytest.fixture
def campaign(west: Area) -> Campaign:
    found = toy.a_campaign(name="Chèques de l'Ouest", slug="ouest")
    found.areas.add(west)
    return found


def accepted(campaign: Campaign) -> set[tuple[int, int]]:
    rows = Acceptance.objects.filter(campaign=campaign).values_list("place", "services")
    return {(place, service) for place, services in rows for service in services}


def changes(campaign: Campaign, west: Area) -> Iterator[str]:
    """What may happen to a venue once the rule is final; each step is named."""
    venue = a_venue("Nouveau")
    place = at(venue, 2.5, 48.5)
    yield "a venue without services"
    service = a_service(venue)
    yield "a service more"
    Service.objects.filter(pk=service.pk).update(status="draft")
    yield "back to draft"
    Service.objects.filter(pk=service.pk).update(status="approved", modes=["at_home"])
    yield "at home, of no territory"
    far = an_area("Loin", outline(box(5, 48, 6, 49)))
    service.coverage.add(far)
    yield "at home, elsewhere"
    service.coverage.add(west)
    yield "at home, here too"
    service.coverage.set([far])
    yield "elsewhere alone"
    Area.objects.filter(pk=far.pk).update(geom=outline(box(3, 48, 6, 49)))
    yield "its territory now touches ours"
    Service.objects.filter(pk=service.pk).update(modes=["on_site"])
    yield "on the spot again"
    Place.objects.filter(pk=place.pk).update(point=Point(3.5, 48.5, srid=4326))
    yield "moved out"
    Place.objects.filter(pk=place.pk).update(point=Point(3, 48.5, srid=4326))
    yield "on the border"
    Venue.objects.filter(pk=venue.pk).update(published=False)
    yield "hidden"
    Venue.objects.filter(pk=venue.pk).update(published=True)
    yield "shown"
    Area.objects.filter(pk=west.pk).update(geom=outline(box(2, 48, 2.9, 49)))
    yield "our outline drawn anew"
    Place.objects.filter(pk=place.pk).update(point=Point(2.2, 48.5, srid=4326))
    yield "inside again"
    other = a_venue("Un autre")
    Place.objects.filter(pk=place.pk).update(venue=other)
    yield "of another venue, without services"
    Service.objects.filter(pk=service.pk).update(venue=other)
    yield "its service follows"
    other.delete()
    yield "gone"


@pytest.mark.owner
def test_whatever_changes_the_database_keeps_up(campaign: Campaign, west: Area) -> None:
    ordered(campaign)
    seen = []
    for step in changes(campaign, west):
        assert accepted(campaign) == good_pairs(campaign), step
        seen.append(len(accepted(campaign)))
    assert seen == [0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]


def test_the_site_cannot_write_what_is_accepted(campaign: Campaign) -> None:
    ordered(campaign)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('aptic_site', 'coupons_acceptance', 'INSERT, UPDATE, DELETE')"
        )
        assert cursor.fetchone() == (False,)


def test_the_other_criteria_are_met_by_a_service_that_is_paid(campaign: Campaign) -> None:
    """A free course that the coupons do not pay makes no venue one where something free is paid."""
    campaign.categories.add(categories()[0])
    venue = a_venue()
    at(venue, 2.5, 48.5)
    a_service(venue, price_cents=1500)
    a_service(venue, price_cents=0, category=categories()[2])
    found = ordered(campaign)
    assert searched(Criteria(campaign=found, point=HERE))
    assert not searched(Criteria(campaign=found, point=HERE, price_max_cents=0))
    assert not searched(Criteria(campaign=found, price_max_cents=0))
    assert searched(Criteria(campaign=found, point=HERE, price_max_cents=1500))
    assert searched(Criteria(point=HERE, price_max_cents=0))
    counts = VenueSearch(Criteria(campaign=found, point=HERE, price_max_cents=0), AT).counts
    assert (counts.total, counts.without["price_max_cents"]) == (0, 1)


def test_at_home_the_paid_service_has_to_come(campaign: Campaign, west: Area) -> None:
    venue = a_venue()
    at(venue, 3.5, 48.5)
    a_service(venue, modes=["at_home"], serving=west)
    found = ordered(campaign)
    home = Criteria(campaign=found, point=HERE, mode="at_home")
    [row] = searched(home)
    assert row.verdict
    assert row.verdict.services
    assert not searched(home.but(point=Point(5.5, 48.5, srid=4326)))


def test_a_bus_is_shown_where_it_stops_inside(campaign: Campaign) -> None:
    bus = a_venue("Bus", itinerant=True)
    a_service(bus)
    at(bus, 3.001, 48.5, name="Dehors", hours="Th 14:00-17:00")
    inside = at(bus, 2.7, 48.5, name="Dedans", hours="Tu 14:00-17:00")
    refresh_hours(Place.objects.all(), TODAY)
    found = ordered(campaign)
    [row] = searched(Criteria(campaign=found, point=Point(3.01, 48.5, srid=4326)))
    assert row.place == inside
    assert row.next_visit_at
    assert row.next_visit_at.date().isoformat() == "2026-11-24"
    tuesday = datetime(2026, 11, 24, 15)  # noqa: DTZ001  the clock of the place
    assert searched(Criteria(campaign=found, point=HERE, open_at=tuesday))
    assert not searched(Criteria(campaign=found, point=HERE, open_at=tuesday.replace(hour=18)))


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (None, (None, None, None)),
        (0, (0, 0, 0)),
        (500, (500, 0, 1)),
        (1000, (1000, 0, 1)),
        (1500, (1000, 500, 2)),
        (3500, (1000, 2500, 4)),
    ],
)
def test_what_is_left_to_pay(price: int | None, expected: tuple[Any, ...]) -> None:
    left = Remainder(price, 1000)
    assert (left.by_one_cents, left.rest_cents, left.coupons) == expected


def test_the_api_says_what_is_paid(client: Client, campaign: Campaign) -> None:
    venue, outside = a_venue(), a_venue("Dehors")
    at(venue, 2.5, 48.5)
    at(outside, 3.5, 48.5)
    paid = a_service(venue, price_cents=1500)
    a_service(outside)
    ordered(campaign)
    near = "/api/v1/venues/?lon=2.5&lat=48.5&campaign=ouest"
    [feature] = client.get(near).json()["features"]
    assert feature["properties"]["coupon"] == {
        "payable": True,
        "reason": None,
        "services": [{"id": paid.pk, "by_one_cents": 1000, "rest_cents": 500, "coupons": 2}],
    }
    both = client.get(near + "&payable=all").json()["features"]
    assert [row["properties"]["coupon"]["payable"] for row in both] == [True, False]
    assert "« Dehors » est en dehors" in both[1]["properties"]["coupon"]["reason"]
    [feature] = client.get("/api/v1/venues/?lon=2.5&lat=48.5&limit=1").json()["features"]
    assert feature["properties"]["coupon"] is None
    on_map = "/api/v1/map/?bbox=2,48,4,49&zoom=12&campaign=ouest"
    assert len(client.get(on_map).json()["features"]) == 1
    marks = {
        m["properties"]["name"]: m["properties"]
        for m in client.get(on_map + "&payable=all").json()["features"]
    }
    assert "reason" not in marks["Atelier"]
    assert "est en dehors" in marks["Dehors"]["reason"]


@pytest.mark.parametrize("address", ["/api/v1/venues/?", "/api/v1/map/?bbox=2,48,4,49&zoom=12&"])
def test_a_campaign_nobody_knows(client: Client, campaign: Campaign, address: str) -> None:
    """One that was never ordered is no more known than one that does not exist."""
    for slug in ("inconnue", "ouest", "x\x00y"):
        answer = client.get(address + urlencode({"campaign": slug}))
        assert answer.status_code == 400
        [refused] = answer.json()["errors"]
        assert refused["name"] == "campaign"
    assert (
        "Aucune campagne de chèques ne s’appelle « ouest »"
        in client.get(address + "campaign=ouest").json()["errors"][0]["reason"]
    )
    assert client.get(address + "payable=all").status_code == 400


def test_constant_number_of_queries(campaign: Campaign, django_assert_num_queries: Any) -> None:
    def more(number: int) -> None:
        for i in range(number):
            venue = a_venue(f"Lieu {i}")
            at(venue, 2.1 + i / 100, 48.5)
            a_service(venue, price_cents=1500)
            a_service(venue, modes=["at_home"])

    more(1)
    asked = Criteria(campaign=ordered(campaign), point=HERE)
    searched(asked)
    counts = []
    for _again in range(2):
        with django_assert_num_queries(4) as context:
            VenueSearch(asked, AT).page()
        counts.append(len(context))
        more(19)
    assert counts[0] == counts[1]


def test_the_nearest_of_a_campaign_are_walked_to(campaign: Campaign) -> None:
    """By both columns of the index: the places of other campaigns are not read."""
    ordered(campaign)
    sql = NEAREST_SQL.format(campaign=campaign.pk)
    with connection.cursor() as cursor:
        # With a handful of rows nothing beats reading them all: what is asked is that the walk is possible.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        asked = {"origin": HERE.ewkt, "today": TODAY, "asked": 31}
        cursor.execute(f"EXPLAIN {sql}", asked)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using acceptance_nearest" in plan
    assert "Index Cond: (campaign_id = " in plan
    assert "Order By: ((point)::geography" in plan
    assert "Sort" not in plan


def test_a_new_rule_and_a_changed_venue_wait_for_each_other() -> None:
    """Neither transaction would see the other's rows: the one lock that both take is there to be seen."""
    campaign = toy.a_campaign()
    with connection.cursor() as cursor:
        cursor.execute("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert not cursor.fetchall()
        a_venue()
        at(Venue.objects.get(), 2.5, 48.5)
        cursor.execute("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchall() == [("ShareLock",)]
        ordered(campaign)
        cursor.execute("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert ("ExclusiveLock",) in cursor.fetchall()
