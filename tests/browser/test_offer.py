"""The offer in Chromium: pin, zone, week and spreadsheet with and without JavaScript."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from directory.models import BulkEdit, Service
from directory.offer.bulk import apply_chunk
from directory.offer.spreadsheets import write_csv
from tests.browser.conftest import SignIn
from tests.directory.offer.conftest import MORNING, World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return build()


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"offer:{name}", args=[world.organization.pk, *args])


def test_the_pin_is_moved_by_keys_and_by_mouse(page: Page, sign_in: SignIn, world: World) -> None:
    sign_in(page, world.manager)
    page.goto(at("venue_place", world, world.venue.pk))
    pin = page.get_by_role("button", name="Repère du lieu")
    expect(pin).to_be_visible()
    before = page.input_value("#id_lon")
    pin.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    east = float(page.input_value("#id_lon"))
    assert east > float(before)
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 30, steps=5)
    page.mouse.up()
    assert float(page.input_value("#id_lon")) > east
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le lieu est placé.")).to_be_visible()
    assert world.venue.places.get().point.x > east


def test_a_zone_is_drawn(page: Page, sign_in: SignIn, world: World) -> None:
    service = world.service(modes=["at_home"])
    sign_in(page, world.manager)
    page.goto(at("service_coverage", world, service.pk))
    page.locator(".leaflet-pm-icon-polygon").click()
    box = page.locator("[data-zone-map]").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-60, -50), (60, -50), (60, 50), (-60, 50), (-60, -50)):
        page.mouse.move(middle[0] + dx, middle[1] + dy, steps=3)
        page.mouse.click(middle[0] + dx, middle[1] + dy)
    assert "Polygon" in page.input_value("#id_zone")
    page.get_by_role("button", name="Enregistrer la zone").click()
    expect(page.get_by_text("La zone est enregistrée.")).to_be_visible()
    drawn = service.coverage.get()
    assert drawn.geom.valid
    assert drawn.geom.contains(world.venue.places.get().point)
    page.reload()
    expect(page.locator("[data-zone-map] path.leaflet-interactive")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_week(open_page: Any, sign_in: SignIn, world: World, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    sign_in(page, world.manager)
    page.goto(at("venue_hours", world, world.venue.pk))
    second = page.locator("#id_d0_1_start")
    expect(second).to_be_visible(visible=not javascript)
    page.fill("#id_d0_0_start", "09:00")
    page.fill("#id_d0_0_end", "12:00")
    expect(second).to_be_visible()
    if javascript:
        page.get_by_role("button", name="Recopier lundi").click()
    page.fill("#id_d5_0_start", "05:00")
    page.fill("#id_d5_0_end", "12:00")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Samedi : ouverture avant 6 h.")).to_be_visible()
    page.get_by_role("button", name="Oui, enregistrer").click()
    expect(page.get_by_text("Les horaires sont enregistrés.")).to_be_visible()
    monday = "Mo-Fr" if javascript else "Mo"
    assert world.venue.places.get().hours == f"{monday} 09:00-12:00; Sa 05:00-12:00; PH off"


def test_an_address_without_javascript(open_page: Any, sign_in: SignIn, world: World) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, world.manager)
    page.goto(at("venue_place", world, world.venue.pk))
    page.fill("#id_address", "Toyville")
    page.get_by_text("Écrire les coordonnées").click()
    page.fill("#id_lon", "")
    page.fill("#id_lat", "")
    page.get_by_role("button", name="Trouver cette adresse").click()
    expect(page.get_by_text("Seule la commune est trouvée")).to_be_visible()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le lieu est placé.")).to_be_visible()


def test_a_spreadsheet_is_followed_through_a_reload(page: Page, sign_in: SignIn, world: World) -> None:
    for number in range(120):
        world.service(f"Service {number}")
    rows = [["numero", "nom"]]
    rows += [[str(pk), f"Nouveau {pk}"] for pk in Service.objects.order_by("pk").values_list("pk", flat=True)]
    sign_in(page, world.manager)
    page.goto(at("bulk", world))
    page.set_input_files("#file", {"name": "services.csv", "mimeType": "text/csv", "buffer": write_csv(rows)})
    page.get_by_role("button", name="Voir ce qui va changer").click()
    page.get_by_role("button", name="Appliquer 120 lignes").click()
    edit = BulkEdit.objects.get()
    apply_chunk(edit.pk, MORNING)
    expect(page.get_by_text("Lignes faites : 50 sur 120")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Lignes faites : 50 sur 120")).to_be_visible()
    while apply_chunk(edit.pk, MORNING):
        pass
    expect(page.get_by_text("C'est fait.")).to_be_visible()
    assert not Service.objects.filter(name__startswith="Service").exists()
