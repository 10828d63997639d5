"""« Où dépenser ce chèque ? » in Chromium: from the leaflet of a sponsor to what is left to pay."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from django.core.cache import caches
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.models import Campaign
from coupons.showcase import leaflet
from directory.models import Membership, Organization, User, Venue
from geodata.models import Area
from tests.browser.conftest import Axe, OpenPage, SignIn, make_venue

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = pytest.mark.parametrize("width", [320, 1280])
DEAR = "Atelier de la Tour"


@pytest.fixture
def campaign(creuse: list[Venue]) -> Campaign:
    """For the commune of Guéret: beside its venues there is one in Aubusson, outside, and a dear course inside."""
    caches["process"].clear()
    make_venue(DEAR, 1.5, 46.52, services=[("Monter un film", 1500), ("Tout apprendre", 3500)])
    make_venue("Fabrique d'Aubusson", 2.1, 46.5, services=[("Souder", 500)])
    found = Campaign.objects.create(
        organization=Organization.objects.create(name="Conseil départemental", is_sponsor=True),
        name="Le numérique en Creuse",
        slug="creuse",
        summary="Pour apprendre près de chez vous.",
    )
    found.areas.add(Area.objects.get(code="23096"))
    Campaign.objects.filter(pk=found.pk).update(frozen_at=timezone.now())
    return found


def at(width: int, **more: Any) -> dict[str, Any]:
    return {"viewport": {"width": width, "height": 800}, **more}


def cards(page: Page) -> list[str]:
    page.wait_for_load_state()
    return page.locator("[data-cards] .card-name").all_inner_texts()


def scanned(campaign: Campaign, root: str, settings: Any) -> str:
    """The address in the QR code of the leaflet, as a camera reads it from the first page."""
    settings.PUBLIC_URL = root
    area = Area.objects.get(code="23096")
    pdf = leaflet.pdf(campaign, where="Guéret", origin=area.point, at=timezone.now())
    [code] = zxingcpp.read_barcodes(pypdfium2.PdfDocument(BytesIO(pdf))[0].render(scale=3).to_pil())
    return code.text


def test_from_the_leaflet_to_what_is_left_to_pay(
    page: Page, campaign: Campaign, live_server: Any, settings: Any
) -> None:
    page.goto(scanned(campaign, live_server.url, settings))
    expect(page.get_by_role("heading", level=1)).to_have_text("Le numérique en Creuse")
    expect(page.get_by_text("Dans ce territoire : Guéret.")).to_be_visible()
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(1)
    page.get_by_label("Où êtes-vous").press_sequentially("guer")
    page.get_by_role("option", name="Guéret").click()
    page.get_by_role("button", name="Où les utiliser").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 lieux")
    assert "Fabrique d'Aubusson" not in cards(page)
    card = page.locator("[data-cards] li.coupon", has_text=DEAR)
    expect(card.get_by_text("Reste à payer 5 €")).to_be_visible()
    expect(card.get_by_text("10 € en chèque + 5 € à payer. 2 chèques paient tout.")).to_be_visible()
    expect(page.get_by_text("Payé entièrement par le chèque")).to_be_visible()
    expect(page.get_by_text("Gratuit : gardez votre chèque")).to_be_visible()
    expect(page.get_by_text("Un chèque paie jusqu'à 10 €.")).to_be_visible()


def test_outside_the_rule_is_grey_with_its_reason_in_the_list_and_on_the_map(
    page: Page, campaign: Campaign
) -> None:
    page.goto("/lieux/?lon=2.05&lat=46.5&campaign=creuse")
    page.get_by_text("Affiner la recherche").click()
    page.get_by_label("Montrer aussi, en gris").check()
    card = page.locator("[data-cards] li.is-refused").first
    expect(card).to_contain_text("est en dehors")
    assert "payable=all" in page.url
    pin = page.locator(".pin-refused").first
    expect(pin).to_be_visible()
    pin.click()
    expect(page.locator(".leaflet-popup-content p")).to_contain_text("est en dehors")
    page.get_by_role("link", name="Chercher sans ces chèques").click()
    expect(page.locator(".scheme")).to_have_count(0)
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(0)


@WIDTHS
def test_without_javascript(open_page: OpenPage, campaign: Campaign, width: int) -> None:
    page = open_page(java_script_enabled=False, **at(width))
    page.goto("/campagnes/creuse/")
    page.get_by_label("Où êtes-vous").fill("Guéret")
    page.get_by_role("button", name="Où les utiliser").click()
    assert cards(page)[0] == "Médiathèque des Carrés"
    expect(page.get_by_text("Reste à payer 5 €")).to_be_visible()
    page.get_by_text("Affiner la recherche").click()
    page.get_by_label("Prix").select_option(label="Gratuit")
    page.get_by_role("button", name="Appliquer").click()
    assert cards(page) == ["Atelier <b>& Cie"]
    page.goto("/campagnes/creuse/liste/")
    page.get_by_label("Autour de quel endroit").fill("Guéret")
    page.get_by_role("button", name="Faire la liste").click()
    expect(page.locator(".near-list li")).to_have_count(4)


@contextmanager
def somebody_elses_site(body: str) -> Iterator[str]:
    """A site of another host than ours (which is `localhost`), with one page; yields its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *unused: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    serving.join()
    server.server_close()


def test_in_a_page_of_somebody_else_without_a_cookie(
    open_page: OpenPage, campaign: Campaign, live_server: Any
) -> None:
    home = open_page(**at(1280))
    home.goto("/lieux/?lon=1.5&lat=46.5&campaign=creuse")
    home.get_by_text("Mettre cette carte sur votre site").click()
    code = home.get_by_label("Copiez ce code").input_value()
    body = f"<!doctype html><html lang=fr><title>Mairie</title><h1>Notre commune</h1>{code}</html>"
    page = open_page(**at(1280))
    with somebody_elses_site(body) as foreign:
        page.route(f"{foreign}**", lambda route: route.continue_())
        page.goto(foreign)
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text(DEAR)).to_be_visible()
        expect(frame.locator(".pin").first).to_be_visible()
        frame.get_by_text("Affiner la recherche").click()
        frame.get_by_label("Accessible en fauteuil roulant").check()
        expect(frame.locator("[data-cards] .card-name")).to_have_count(1)
        assert page.frames[1].url.startswith(live_server.url + "/integrer/lieux/?")
        assert "campaign=creuse" in page.frames[1].url
        assert not page.context.cookies()
        with page.context.expect_page() as opened:
            frame.locator("[data-cards] .card-name a").click()
        assert urlsplit(opened.value.url).path.startswith("/lieux/")


@pytest.fixture
def manager(campaign: Campaign) -> User:
    user = User.objects.create_user("responsable@exemple.test", name="R")
    Membership.objects.create(user=user, organization=campaign.organization, role="sponsor-manager")
    return user


@WIDTHS
def test_anybody_can_read_them(
    open_page: OpenPage, axe: Axe, sign_in: SignIn, campaign: Campaign, manager: User, width: int
) -> None:
    page = open_page(**at(width))
    sign_in(page, manager)
    own = f"/espace/{campaign.organization_id}/campagnes/{campaign.pk}/"
    addresses = [
        "/campagnes/creuse/",
        "/lieux/?lon=2.05&lat=46.5&campaign=creuse&payable=all",
        "/lieux/?campaign=creuse",
        "/campagnes/creuse/liste/?lon=1.5&lat=46.5",
        "/integrer/lieux/?lon=1.5&lat=46.5&campaign=creuse",
        own + "depliant/",
        own,
    ]
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert not axe(page), address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
