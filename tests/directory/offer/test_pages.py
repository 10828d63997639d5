"""The manager's pages: what a form sends is what is kept; every page costs the same however many rows."""

from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from psycopg.types.range import DateRange

from directory.models import BulkEdit, Closure, Listing, Membership, Organization, Place, Service, User, Venue
from geodata.models import Area
from tests.directory.offer.conftest import PASSWORD, World, square

VENUE_TEXT = {
    "name": "Bus numérique",
    "venue_type": "",
    "phone": "01 23 45 67 89",
    "emails": "bus@example.org\nautre@example.org",
    "websites": "www.example.org",
    "accessible": "yes",
    "audiences": ["seniors"],
}


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"offer:{name}", args=[world.organization.pk, *args])


def venue_data(world: World, **more: Any) -> dict[str, Any]:
    return {**VENUE_TEXT, "venue_type": world.venue.venue_type.slug, **more}


def test_a_new_venue_is_hidden_until_something_was_reviewed(as_manager: Client, world: World) -> None:
    answer = as_manager.post(at("venue_new", world), venue_data(world))
    venue = Venue.objects.get(name="Bus numérique")
    assert answer.headers["Location"] == at("venue", world, venue.pk)
    assert (venue.published, venue.accessible, venue.phone) == (False, True, "+33123456789")
    assert venue.emails == ["bus@example.org", "autre@example.org"]
    assert venue.websites == ["https://www.example.org"]
    as_manager.post(at("venue_publish", world, venue.pk))
    venue.refresh_from_db()
    assert not venue.published
    assert as_manager.get(venue.get_absolute_url()).status_code == 404
    Place.objects.create(venue=venue, point=Point(2.5, 46.5))
    Service.objects.create(venue=venue, category=world.category, name="Cours", status="approved")
    as_manager.post(at("venue_publish", world, venue.pk))
    assert as_manager.get(venue.get_absolute_url()).status_code == 200


def test_what_the_form_does_not_name_is_not_taken(as_manager: Client, world: World) -> None:
    posted = venue_data(world, published="on", organization="1", source="moi", demo="on", pk="1", slug="x")
    as_manager.post(at("venue_edit", world, world.venue.pk), posted)
    world.venue.refresh_from_db()
    assert (world.venue.name, world.venue.source, world.venue.demo) == ("Bus numérique", "", False)
    assert world.venue.organization == world.organization


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org"])
def test_addresses_that_act_are_refused(as_manager: Client, world: World, address: str) -> None:
    for field in ("websites", "booking_url", "access_url"):
        answer = as_manager.post(at("venue_new", world), venue_data(world, **{field: address}))
        assert answer.status_code == 200
        assert answer.context["form"].errors[field]


def test_placed_by_its_address(as_manager: Client, world: World) -> None:
    """First found and shown, then saved with the point that was shown."""
    Place.objects.all().delete()
    url = at("venue_place", world, world.venue.pk)
    answer = as_manager.post(url, {"address": "1 rue Haute, Toyville", "postcode": "99000"})
    assert answer.status_code == 200
    assert not world.venue.places.exists()
    shown = answer.context["form"]
    assert (shown["lon"].value(), shown["lat"].value()) == ("2.500000", "46.500000")
    as_manager.post(url, {"address": "1 rue Haute", "lon": "2,4", "lat": "46.4"})
    place = world.venue.places.get()
    assert (place.commune, place.commune_code, place.postcode) == ("Toyville", "99001", "99000")
    assert (place.point.x, place.point.y) == (2.4, 46.4)


@pytest.mark.parametrize(
    ("lon", "lat"), [("nan", "46"), ("1e400", "46"), ("200", "46"), ("-30", "46.5"), ("2.5", ""), ("x", "y")]
)
def test_a_pin_out_of_place_is_refused(as_manager: Client, world: World, lon: str, lat: str) -> None:
    answer = as_manager.post(
        at("venue_place", world, world.venue.pk), {"address": "x", "lon": lon, "lat": lat}
    )
    assert answer.status_code == 200
    assert world.venue.places.get().point.x == 2.5


def week_data(**more: str) -> dict[str, str]:
    return {"d0_0_start": "09:00", "d0_0_end": "12:00", "holidays": "closed", **more}


def test_the_week_is_written_and_searchable(as_manager: Client, world: World) -> None:
    url = at("venue_hours", world, world.venue.pk)
    assert as_manager.post(url, week_data(d4_0_start="22:00", d4_0_end="02:00")).context["warnings"]
    as_manager.post(url, week_data(d4_0_start="22:00", d4_0_end="02:00", confirmed="1"))
    place = world.venue.places.get()
    assert place.hours == "Mo 09:00-12:00; Fr 22:00-24:00; Sa 00:00-02:00; PH off"
    assert [(part.lower, part.upper) for part in place.week] == [(540, 720), (7080, 7320)]
    shown = as_manager.get(url).context["form"]
    assert (shown["d4_0_start"].value(), shown["d4_0_end"].value()) == ("22:00", "02:00")


def test_hours_that_the_editor_cannot_show_are_explained(as_manager: Client, world: World) -> None:
    Place.objects.update(hours="week 01-53/2 Mo 09:00-12:00 <script>")
    page = as_manager.get(at("venue_hours", world, world.venue.pk)).content.decode()
    assert "plus compliqués" in page
    assert "week 01-53/2 Mo 09:00-12:00 &lt;script&gt;" in page


def test_a_closure_closes_and_says_why(as_manager: Client, world: World) -> None:
    Place.objects.update(hours="Mo-Su 09:00-18:00")
    answer = as_manager.post(
        at("closures", world, world.venue.pk),
        {"first": "2026-12-21", "last": "2026-12-27", "reason": "Congés <b>"},
    )
    assert answer.status_code == 302
    days = world.venue.places.get().opening_days
    assert days.order_by("day").values_list("day", flat=True).first() == date(2026, 12, 21)
    assert days.count() == 7
    sheet = as_manager.get(world.venue.get_absolute_url()).content.decode()
    assert "Congés &lt;b&gt;" in sheet
    again = {"first": "2026-12-27", "last": "2026-12-28"}
    assert as_manager.post(at("closures", world, world.venue.pk), again).status_code == 200
    as_manager.post(at("closure_remove", world, world.venue.pk, Closure.objects.get().pk))
    assert not world.venue.places.get().opening_days.exists()


def stop_data(**more: str) -> dict[str, str]:
    lines = {
        "visits-TOTAL_FORMS": "3",
        "visits-INITIAL_FORMS": "0",
        "visits-0-when": "date",
        "visits-0-day": "2026-12-03",
        "visits-0-start": "14:00",
        "visits-0-end": "17:00",
        "visits-1-when": "odd",
        "visits-1-weekday": "3",
        "visits-1-start": "09:00",
        "visits-1-end": "10:30",
    }
    return {
        "name": "Place du marché",
        "lon": "2.2",
        "lat": "46.2",
        "closed_on_holidays": "on",
        **lines,
        **more,
    }


def test_a_stop_has_its_visits(as_manager: Client, world: World) -> None:
    world.venue.places.all().delete()
    Venue.objects.filter(pk=world.venue.pk).update(itinerant=True)
    assert as_manager.post(at("stop_new", world, world.venue.pk), stop_data()).status_code == 302
    stop = world.venue.places.get()
    assert stop.hours == "week 01-53/2 Th 09:00-10:30; PH off; 2026 Dec 03 14:00-17:00"
    assert stop.opening_days.filter(day=date(2026, 12, 3)).exists()
    shown = as_manager.get(at("stop", world, world.venue.pk, stop.pk))
    assert {form["when"].value() for form in shown.context["visits"].forms[:2]} == {"date", "odd"}
    assert "3 décembre" in as_manager.get(at("stops", world, world.venue.pk)).content.decode()
    as_manager.post(at("stop_remove", world, world.venue.pk, stop.pk))
    assert not world.venue.places.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"visits-0-day": ""}, {"visits-0-end": "13:00"}, {"visits-0-start": ""}, {"visits-TOTAL_FORMS": "5000"}],
)
def test_a_visit_half_written_is_refused(as_manager: Client, world: World, wrong: dict[str, str]) -> None:
    world.venue.places.all().delete()
    Venue.objects.filter(pk=world.venue.pk).update(itinerant=True)
    assert as_manager.post(at("stop_new", world, world.venue.pk), stop_data(**wrong)).status_code == 200
    assert not world.venue.places.exists()


def service_data(world: World, **more: Any) -> dict[str, Any]:
    return {"name": "Cours", "category": world.category.slug, "price": "12,50", **more}


def test_a_service_goes_to_review(as_manager: Client, world: World) -> None:
    as_manager.post(
        at("service_new", world, world.venue.pk), service_data(world, submit="1", modes=["remote"])
    )
    service = Service.objects.get()
    assert (service.status, service.price_cents, service.modes) == ("submitted", 1250, ["remote"])
    assert service.submitted_by == world.manager
    assert Listing.objects.get().categories == []


@pytest.mark.parametrize("price", ["-1", "1e3", "12.345", "10001", "abc", "１２", "∞", "0x1", "1 2,5,0"])
def test_prices_that_are_none(as_manager: Client, world: World, price: str) -> None:
    answer = as_manager.post(at("service_new", world, world.venue.pk), service_data(world, price=price))
    assert answer.context["form"].errors["price"]


def test_an_area_is_picked_and_a_zone_drawn(as_manager: Client, world: World) -> None:
    service = world.service(modes=["at_home"])
    url = at("service_coverage", world, service.pk)
    assert list(as_manager.get(url, {"q": "Toyv"}).context["found"]) == [world.commune]
    as_manager.post(url, {"add": world.commune.pk})
    as_manager.post(url, {"zone": square(2, 46).geojson})
    drawn = Area.objects.get(level="custom")
    assert set(service.coverage.all()) == {world.commune, drawn}
    as_manager.post(url, {"remove": drawn.pk})
    assert set(service.coverage.all()) == {world.commune}
    assert not Area.objects.filter(level="custom").exists()


def test_a_crossed_zone_is_mended_before_it_is_kept(as_manager: Client, world: World) -> None:
    service = world.service()
    url = at("service_coverage", world, service.pk)
    bow = '{"type":"Polygon","coordinates":[[[2,46],[3,47],[3,46],[2,47],[2,46]]]}'
    shown = as_manager.post(url, {"zone": bow})
    assert not service.coverage.exists()
    as_manager.post(url, {"zone": shown.context["shape"]})
    assert service.coverage.get().geom.valid
    hostile = as_manager.post(url, {"zone": "</textarea><script>alert(1)</script>"})
    assert "<script>alert" not in hostile.content.decode()


def fill(world: World, n: int) -> None:
    for number in range(n):
        service = world.service(f"Service {number}", venue=world.venue)
        world.service(f"Service {number}", "submitted", replaces=service, price_cents=2000)
        venue = Venue.objects.create(organization=world.organization, name=f"Lieu {number}")
        Place.objects.create(venue=venue, commune="Toyville")
        Closure.objects.create(
            venue=world.venue, during=DateRange(date(2027, 1, 1 + number), date(2027, 1, 2 + number))
        )
        BulkEdit.objects.create(organization=world.organization, uploaded_by=world.manager, name="x")


@pytest.mark.parametrize(
    "name", ["venues", "venue", "venue_preview", "closures", "services", "bulk", "desk", "download"]
)
def test_one_row_or_twenty_cost_the_same(client: Client, world: World, name: str) -> None:
    client.force_login(world.reviewer if name == "desk" else world.manager)
    args = [] if name == "desk" else [world.organization.pk]
    args += [world.venue.pk] if name in ("venue", "venue_preview", "closures") else []
    url = reverse(f"offer:{name}", args=[*args, "csv"] if name == "download" else args)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    fill(world, 1)
    cost()
    few = cost()
    Closure.objects.all().delete()
    fill(world, 20)
    assert cost() == few


@pytest.mark.parametrize("kind", ["sheet", "preview"])
def test_a_sheet_shows_fifty_services_a_page(as_manager: Client, world: World, kind: str) -> None:
    preview = reverse("offer:venue_preview", args=[world.organization.pk, world.venue.pk])
    url = world.venue.get_absolute_url() if kind == "sheet" else preview

    def seen(page: str) -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as queries:
            answer = as_manager.get(url, {"page": page})
        return [offer["service"].name for offer in answer.context["services"]], len(queries)

    world.service("Service 000", position=0)
    as_manager.get(url)
    _, few = seen("1")
    for number in range(1, 101):
        world.service(f"Service {number:03}", position=number)
    pages = [seen(page) for page in ("1", "2", "3")]
    assert [name for names, _ in pages for name in names] == [f"Service {n:03}" for n in range(101)]
    assert {len(names) for names, _ in pages} == {50, 1}
    assert {cost for _, cost in pages} == {few}
    assert seen("nonsense")[0] == pages[0][0]
    assert seen("99")[0] == ["Service 100"]
    first = as_manager.get(url).content.decode()
    assert 'rel="next" href="?page=2"' in first
    assert "Service 049" in first
    assert "Service 050" not in first


def test_others_do_not_exist(client: Client, world: World) -> None:
    other = Organization.objects.create(name="Autre", is_provider=True)
    user = User.objects.create_user("autre@example.org", PASSWORD)
    Membership.objects.create(user=user, organization=other, role="provider-manager")
    service = world.service()
    client.force_login(user)
    for name, args in (
        ("venue", [world.venue.pk]),
        ("service", [service.pk]),
        ("venue_edit", [world.venue.pk]),
    ):
        assert client.get(reverse(f"offer:{name}", args=[other.pk, *args])).status_code == 404
        assert client.get(reverse(f"offer:{name}", args=[world.organization.pk, *args])).status_code == 404
