"""A person finds a venue: by typing, by geolocation, by keyboard alone, without JavaScript."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from directory.models import Venue

pytestmark = pytest.mark.usefixtures("creuse")
WIDTHS = pytest.mark.parametrize("width", [320, 1280])
GUERET = {"longitude": 1.5, "latitude": 46.5}
NEAREST = "Médiathèque des Carrés"
FIRST_VIEW_BYTES = 300_000
TILES_BYTES = 80_000


def names(page: Page) -> list[str]:
    page.wait_for_load_state()
    return page.locator("[data-cards] .card-name").all_inner_texts()


def at(width: int) -> dict[str, Any]:
    return {"viewport": {"width": width, "height": 800}}


@WIDTHS
def test_by_commune(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(**at(width))
    page.goto("/")
    page.get_by_label("Où êtes-vous").press_sequentially("guer")
    page.get_by_role("option", name="Guéret").click()
    page.get_by_role("button", name="Voir les lieux").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guéret : 3 lieux à moins de 20 km")
    assert names(page) == [NEAREST, "Atelier <b>& Cie", "Espace numérique du Bourg"]


@WIDTHS
def test_without_javascript(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(java_script_enabled=False, **at(width))
    page.goto("/")
    expect(page.get_by_role("button", name="Autour de moi")).to_be_hidden()
    page.get_by_label("Où êtes-vous").fill("gueret")
    page.get_by_role("button", name="Voir les lieux").click()
    assert names(page)[0] == NEAREST
    page.get_by_text("Affiner la recherche").click()
    page.get_by_label("Accessible en fauteuil roulant").check()
    page.get_by_role("button", name="Appliquer").click()
    assert names(page) == ["Atelier <b>& Cie"]
    page.get_by_role("link", name="Retirer le filtre").click()
    assert len(names(page)) == 3
    page.get_by_role("link", name=NEAREST).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NEAREST)


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("aub")
    expect(page.get_by_role("option", name="Aubusson")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "place-option-0")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Aubusson — Creuse")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aubusson : les lieux les plus proches")
    press_until_focused(page, page.locator("[data-cards] .card-name a").first)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/lieux/\d+/"))


def press_until_focused(page: Page, wanted: Any) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("no way there by keyboard")


def test_by_geolocation(open_page: Callable[..., Page]) -> None:
    page = open_page(geolocation=GUERET, permissions=["geolocation"], **at(1280))
    page.goto("/")
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 lieux à moins de 20 km de vous")
    assert "lon=1.500" in page.url
    assert names(page)[0] == NEAREST


def test_a_refused_geolocation_says_what_to_do(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.get_by_role("status").filter(has_text="Écrivez plutôt votre ville")).to_be_visible()


def test_an_unknown_place_is_said_and_shown_again_as_text(page: Page) -> None:
    page.goto("/lieux/?place=<script>zzzz</script>")
    expect(page.get_by_text("Nous ne trouvons pas « <script>zzzz</script> »")).to_be_visible()
    expect(page.get_by_label("Où êtes-vous")).to_have_value("<script>zzzz</script>")


def test_filters_keep_the_address_and_the_back_button(page: Page) -> None:
    page.goto("/lieux/?place=Guéret")
    page.get_by_text("Affiner la recherche").click()
    page.get_by_label("Accessible en fauteuil roulant").check()
    expect(page.locator("[data-cards] .card-name")).to_have_count(1)
    assert "accessible=true" in page.url
    expect(page.get_by_label("Accessible en fauteuil roulant")).to_be_focused()
    page.go_back()
    expect(page.locator("[data-cards] .card-name")).to_have_count(3)
    assert "accessible" not in page.url


def test_an_empty_search_offers_wider_ones(page: Page) -> None:
    page.goto("/lieux/?place=Guéret&radius_km=20&price_max=0&accessible=true&venue_type=fablab")
    expect(page.get_by_role("heading", name="Aucun lieu ici")).to_be_visible()
    page.locator(".widened a").first.click()
    expect(page.locator("[data-cards] .card-name").first).to_be_visible()


def test_map_and_list_are_in_step(page: Page) -> None:
    page.goto("/lieux/?place=Guéret")
    marker = page.get_by_role("button", name=f"1. {NEAREST}")
    expect(marker).to_be_visible()
    page.locator("[data-cards] .card-name a").first.hover()
    expect(marker).to_have_class(re.compile("is-active"))
    page.get_by_role("button", name="2. Atelier <b>& Cie").click()
    expect(page.locator(".leaflet-popup-content strong")).to_have_text("Atelier <b>& Cie")
    expect(page.locator("[data-cards] .is-active .card-name")).to_have_text("Atelier <b>& Cie")
    page.get_by_role("button", name="Réduire").click()
    page.get_by_role("button", name="Chercher dans cette zone").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dans cette zone")
    assert "bbox=" in page.url


def test_the_map_opens_over_the_list_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(**at(390))
    page.goto("/lieux/?place=Guéret")
    expect(page.locator("[data-map]")).to_be_hidden()
    page.get_by_role("link", name="Carte", exact=True).click()
    expect(page.get_by_role("button", name=f"1. {NEAREST}")).to_be_visible()
    page.get_by_role("link", name="Liste", exact=True).click()
    expect(page.locator("[data-cards] .card-name").first).to_be_visible()


def test_weight_of_the_first_search_view(page: Page) -> None:
    """As the site sends it, text through gzip. The tiles of the base map come on top: 80 kB at most."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/lieux/?place=Guéret")
    page.wait_for_load_state("networkidle")
    weights = {answer.url: on_the_wire(answer) for answer in answers if answer.status == 200}
    assert len(weights) > 10
    assert sum(weights.values()) <= FIRST_VIEW_BYTES - TILES_BYTES, weights


def on_the_wire(answer: Response) -> int:
    body = answer.body()
    return len(body) if answer.url.endswith((".woff2", ".mvt")) else len(gzip.compress(body))


def test_a_venue_is_found_again_at_its_old_name(page: Page, creuse: list[Venue]) -> None:
    page.goto(f"/lieux/{creuse[0].pk}/ancien-nom/")
    assert page.url.endswith(f"/lieux/{creuse[0].pk}/mediatheque-des-carres/")
