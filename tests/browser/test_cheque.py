"""« Mon chèque » in Chromium: by the fragment of a QR code, by hand without JavaScript, by a photo."""

import io
from typing import Any

import pytest
import segno
from playwright.sync_api import Page, Request, expect

from coupons.codes import printed
from coupons.distribution.handing import hand_over
from tests.browser.conftest import Axe, OpenPage
from tests.coupons.distribution.conftest import NOON, Sponsor, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sponsor(transactional_db: None) -> Sponsor:
    made = build(2)
    hand_over(booklets=made.booklets[:1], by=made.distributor, at=NOON)
    return made


def test_a_qr_code_opens_the_cheque_and_its_code_leaves_the_address(page: Page, sponsor: Sponsor) -> None:
    code, asked = sponsor.codes[0], []
    page.on("request", lambda request: asked.append(request))
    page.goto(f"/cheque/#{code}")
    expect(page.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()
    expect(page.get_by_text("23 novembre 2027")).to_be_visible()
    assert page.url.endswith("/cheque/")
    assert code not in page.content() + page.title()
    assert page.evaluate("[...Object.values(sessionStorage), ...Object.values(localStorage)]") == []
    assert [request.method for request in asked if code in (request.post_data or "")] == ["POST"]
    assert not [request for request in asked if code in told(request)]
    page.get_by_role("button", name="Où l'utiliser ?").click()
    page.wait_for_url("**/lieux/?campaign=*")
    assert code not in page.url
    expect(page.get_by_role("heading", name="Vos chèques de 10 €")).to_be_visible()


def told(request: Request) -> str:
    """The address and the headers: all but the body. Playwright's own address has the fragment, which is not sent."""
    return request.url.split("#")[0] + str(request.all_headers())


def test_a_second_qr_code_in_the_same_tab(page: Page, sponsor: Sponsor) -> None:
    page.goto(f"/cheque/#{sponsor.codes[0]}")
    expect(page.get_by_text(f"{sponsor.booklets[0].number}-01")).to_be_visible()
    page.evaluate("code => { window.location.hash = code }", printed(sponsor.codes[4]))
    expect(page.get_by_text(f"{sponsor.booklets[0].number}-05")).to_be_visible()
    assert page.url.endswith("/cheque/")


@pytest.mark.parametrize("javascript", [True, False])
def test_typed_by_hand(open_page: OpenPage, sponsor: Sponsor, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/")
    page.get_by_role("link", name="Mon chèque").click()
    page.get_by_label("Le code de votre chèque").press_sequentially(sponsor.codes[1][:-1].lower())
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("contient une erreur")).to_be_visible()
    field = page.get_by_label("Le code de votre chèque")
    field.fill(sponsor.codes[1])
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()


def test_signs_fall_into_groups(page: Page, sponsor: Sponsor) -> None:
    page.goto("/cheque/")
    page.get_by_label("Le code de votre chèque").press_sequentially(sponsor.codes[1])
    assert page.get_by_label("Le code de votre chèque").input_value() == printed(sponsor.codes[1])


def photo(text: str) -> dict[str, Any]:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=6)
    return {"name": "photo.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_a_photo_is_read_on_the_device(page: Page, sponsor: Sponsor) -> None:
    """By the reader this site serves: this browser has none of its own."""
    page.goto("/cheque/")
    assert not page.evaluate("'BarcodeDetector' in window")
    blank = {"name": "blanc.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    page.set_input_files("[data-photo]", blank)
    expect(page.get_by_text("Aucun carré lisible")).to_be_visible()
    page.set_input_files("[data-photo]", photo(f"https://example.org/cheque/#{sponsor.codes[2]}"))
    expect(page.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()
    expect(page.get_by_text(f"{sponsor.booklets[0].number}-03")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_for_axe(open_page: OpenPage, axe: Axe, sponsor: Sponsor, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto("/cheque/")
    assert axe(page) == []
    for code in (sponsor.codes[0], sponsor.codes_of(sponsor.booklets[1])[0], "ABCD"):
        page.goto("/cheque/")
        page.fill("#id_code", code)
        page.locator("[data-cheque] button").click()
        page.wait_for_load_state()
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
