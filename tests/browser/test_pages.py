"""Every page at two widths: axe finds nothing, nothing is cut off sideways, the console stays silent."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from directory.models import Venue

PAGES = {
    "home": "/",
    "home in English": "/en/",
    "results": "/lieux/?place=Guéret",
    "results everywhere": "/lieux/",
    "nothing found": "/lieux/?place=Guéret&venue_type=fablab",
    "unknown place": "/lieux/?place=zzzz",
    "refused": "/lieux/?lon=<b>&lat=95",
    "venue": "/lieux/{venue}/x/",
    "territory": "/territoires/commune/23096/",
    "territory map": "/territoires/commune/23096/carte/",
    "how": "/comment-ca-marche/",
    "about": "/a-propos/",
    "accessibility": "/accessibilite/",
    "not found": "/rien/",
}
EXPECTED_ERRORS = ("status of 404", "status of 400")


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page(
    open_page: Callable[..., Page], axe: Callable[[Page], list[Any]], creuse: list[Venue], width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    faults: dict[str, Any] = {}
    for name, address in PAGES.items():
        page.goto(address.format(venue=creuse[0].pk))
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        unexpected = [text for text in said if not any(known in text for known in EXPECTED_ERRORS)]
        said.clear()
        if found := [*axe(page), *unexpected, *([f"{wide} px too wide"] if wide > 0 else [])]:
            faults[name] = found
    assert not faults


def test_filters_map_and_type_ahead_stay_accessible_when_open(
    open_page: Callable[..., Page], axe: Callable[[Page], list[Any]], creuse: list[Venue]
) -> None:
    for width in (320, 1280):
        page = open_page(viewport={"width": width, "height": 800})
        page.goto("/lieux/?place=Guéret")
        page.get_by_text("Affiner la recherche").click()
        page.get_by_label("Où êtes-vous").fill("aub")
        page.get_by_role("option", name="Aubusson").wait_for()
        assert axe(page) == []
        page.keyboard.press("Escape")
        if width == 320:
            page.get_by_role("link", name="Carte").click()
        page.locator(".leaflet-marker-icon").first.wait_for()
        assert axe(page) == []


def test_the_framed_map_shows_names_as_text(page: Page, creuse: list[Venue]) -> None:
    page.goto("/territoires/commune/23096/carte/")
    page.locator("path.leaflet-interactive").nth(1).hover(force=True)
    shown = page.locator(".leaflet-tooltip").inner_text()
    assert shown in {venue.name for venue in creuse}
    assert page.locator(".leaflet-tooltip b").count() == 0


def test_the_sheet_fits_one_printed_page_and_speaks_to_machines(page: Page, creuse: list[Venue]) -> None:
    page.goto(creuse[1].get_absolute_url())
    assert len(re.findall(rb"/Type /Page\b(?!s)", page.pdf(format="A4"))) == 1
    page.emulate_media(media="print")
    assert page.locator(".site-nav").is_hidden()
    data = page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    )
    assert data["name"] == "Atelier <b>& Cie"
    assert data["geo"]["longitude"] == pytest.approx(1.51)


def test_hostile_names_stay_text(page: Page, creuse: list[Venue]) -> None:
    for address in ("/lieux/?q=<img src=x onerror=alert(1)>", creuse[1].get_absolute_url()):
        page.goto(address)
        assert page.locator("img[src=x], h1 b, h3 b").count() == 0
