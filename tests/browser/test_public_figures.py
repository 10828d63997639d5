"""How it works, the figures, the diagnosis of a département: axe, widths, no JavaScript, a map that asks nobody."""

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.taking import take
from directory.models import Place, Service
from geodata.models import Area
from tests.browser.conftest import Axe, OpenPage
from tests.browser.test_ratings import SHOTS
from tests.browser.test_ratings import look as looked
from tests.coupons import toy
from tests.coupons.impact.test_measuring import build as build_impact
from tests.directory.diagnosis.conftest import box, make_area, make_venue
from tests.directory.diagnosis.conftest import build as build_territory

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = {
    "how": "/comment-ca-marche/",
    "how-beneficiary": "/comment-ca-marche/beneficiaires/",
    "how-provider": "/comment-ca-marche/acteurs/",
    "how-sponsor": "/comment-ca-marche/commanditaires/",
    "impact-none": "/impact/",
    "diagnosis-none": "/diagnostic/",
}
# The first page of a process reads templates, icons and communes: slow on a machine that is busy.
PATIENT_MS = 60_000
FIGURES = {
    "impact": "/impact/",
    "diagnosis-index": "/diagnostic/",
    "diagnosis-unknown": "/diagnostic/?q=zzzz",
    "diagnosis": "/diagnostic/D1/",
    "diagnosis-empty": "/diagnostic/D2/",
}


@pytest.fixture
def figures(transactional_db: None) -> None:
    cache.clear()
    build_impact()
    Service.objects.update(duration_min=60)
    toy_territory = build_territory()
    Area.objects.filter(code="c1").update(name="Deux-Rivières-lès-Essai")
    make_area("qpv", "QP1", "Les Tilleuls", box(2.5, 48.5, 2.53, 48.52), parent=toy_territory.departement)
    make_area("qpv", "QP2", "La Plaine", box(3.9, 48.5, 3.93, 48.52), parent=toy_territory.departement)
    for i in range(12):
        make_venue(2.3 + i / 50, 48.4 + (i % 4) / 20, name=f"Médiathèque {i}")


@pytest.mark.parametrize("language", ["", "/en"])
def test_nothing_for_axe_before_there_is_anything(
    page: Page, axe: Axe, language: str, transactional_db: None
) -> None:
    cache.clear()
    page.set_default_timeout(PATIENT_MS)
    wrong: list[Any] = []
    for name, address in PUBLIC.items():
        page.goto(language + address)
        wrong += looked(page, axe, name)
    assert wrong == []


def test_nothing_for_axe_with_figures(page: Page, axe: Axe, figures: None) -> None:
    page.set_default_timeout(PATIENT_MS)
    wrong: list[Any] = []
    for name, address in FIGURES.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wrong += looked(page, axe, name)
    assert wrong == [], wrong


def test_the_map_shows_what_the_tables_say(page: Page, figures: None) -> None:
    page.goto("/diagnostic/D1/carte/")
    # The outline; two communes too far; twelve venues; two districts.
    expect(page.locator("path.leaflet-interactive")).to_have_count(2 + 12 + 2)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/ratings-map.png")


def test_without_javascript(open_page: OpenPage, figures: None) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/comment-ca-marche/")
    page.get_by_role("link", name="Je finance des chèques").click()
    page.get_by_role("link", name="Voir le diagnostic d'un département").first.click()
    page.get_by_label("Nom ou numéro du département").fill("essai")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="Département d'essai")).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger en GeoJSON").click()
    assert download.value.suggested_filename.endswith(".geojson")


def test_a_payment_shows_on_the_card(page: Page, figures: None) -> None:
    counter = toy.a_counter("Fablab d'en face", lon=2.5, lat=48.5)
    Place.objects.filter(pk=counter.place.pk).update(commune="Un")
    take(counter.passage([toy.coupons_in_hand(1)[0].pk]), at=timezone.now())
    page.goto("/lieux/?lon=2.5&lat=48.5")
    card = page.get_by_role("article").filter(has_text="Fablab d'en face")
    expect(card.get_by_text("Vérifié par un usage aujourd'hui")).to_be_visible()
