"""One story of somebody with cheques: from the square of a leaflet to what the sheet of a venue says of their visit."""

import re
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.core.cache import caches
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.models import Campaign
from directory.models import Organization, Service, Venue
from geodata.models import Area
from tests.browser import road
from tests.browser.conftest import OpenPage, SignIn
from tests.browser.test_counter import confirm, ready, scan
from tests.browser.test_ratings import answer_all
from tests.coupons import toy
from tests.coupons.counter.conftest import coupons
from tests.coupons.orders import made
from tests.coupons.ratings.conftest import a_moderator, paid, rated

pytestmark = pytest.mark.django_db(transaction=True)
COMMENT = "On a pris le temps de m'expliquer."


@pytest.fixture
def provider(creuse: list[Venue]) -> Organization:
    caches["process"].clear()
    return road.a_provider()


@pytest.fixture
def campaign(provider: Organization) -> Campaign:
    """For the commune of Guéret."""
    found = toy.a_campaign(road.a_sponsor(), name="Le numérique en Creuse", slug="creuse", booklet_size=5)
    found.areas.add(Area.objects.get(code="23096"))
    made.a_point(found)
    return found


def test_from_the_leaflet_to_the_mean(
    open_page: OpenPage,
    sign_in: SignIn,
    campaign: Campaign,
    provider: Organization,
    live_server: Any,
    settings: Any,
) -> None:
    settings.PUBLIC_URL = live_server.url
    codes = coupons(5, campaign)
    four_others_rated(provider)
    sponsor = open_page(viewport=road.DESK)
    sign_in(sponsor, road.member(campaign.organization, "sponsor-manager"))
    holder = open_page(viewport=road.PHONE)
    holder.goto(scanned(leaflet(sponsor, campaign)))
    found_in_gueret(holder)
    road.check(holder, codes[0])
    expect(holder.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()

    till = open_page(viewport=road.PHONE)
    sign_in(till, road.member(provider, "provider-agent"))
    invitation = receipt_of(till, provider, codes[:3])
    road.check(holder, codes[0])
    expect(holder.get_by_role("heading", name="Il est déjà utilisé")).to_be_visible()
    give_a_rating(holder, invitation)
    holder.goto(invitation)
    expect(holder.get_by_role("heading", name="Un avis est déjà donné pour ce passage")).to_be_visible()

    sheet = provider.venues.get().get_absolute_url()
    holder.goto(sheet)
    expect(holder.get_by_text("Vérifié par un usage aujourd'hui")).to_be_visible()
    expect(holder.get_by_text(COMMENT)).to_have_count(0)
    desk = open_page(viewport=road.DESK)
    sign_in(desk, a_moderator())
    published(desk)
    holder.reload()
    expect(holder.get_by_text(COMMENT)).to_be_visible()
    expect(holder.get_by_text("Moyennes de 5 réponses")).to_be_visible()


def four_others_rated(provider: Organization) -> None:
    service = Service.objects.get(venue__organization=provider)
    place = service.venue.places.get()
    counter = toy.Counter(service, place, road.member(provider, "provider-agent"))
    now = timezone.now()
    for payment in paid(counter, at=now, n=4):
        rated(payment, at=now)


def leaflet(page: Page, campaign: Campaign) -> pypdfium2.PdfDocument:
    """As its sponsor takes it, around the point where booklets are given."""
    page.goto(f"/espace/{campaign.organization_id}/campagnes/{campaign.pk}/depliant/")
    address = page.get_by_role("link", name="Mairie").get_attribute("href") or ""
    return pypdfium2.PdfDocument(BytesIO(page.request.get(address).body()))


def scanned(pdf: pypdfium2.PdfDocument) -> str:
    """What a camera reads from its first page."""
    [code] = zxingcpp.read_barcodes(pdf[0].render(scale=3).to_pil())
    return code.text


def found_in_gueret(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Le numérique en Creuse")
    page.get_by_label("Où êtes-vous").press_sequentially("guer")
    page.get_by_role("option", name="Guéret").click()
    page.get_by_role("button", name="Où les utiliser").click()
    card = page.locator("[data-cards] li.coupon", has_text="Atelier du Bourg")
    expect(card.get_by_text("Reste à payer 25 €")).to_be_visible()
    expect(card.get_by_text("10 € en chèque + 25 € à payer.")).to_be_visible()


def receipt_of(page: Page, provider: Organization, codes: list[str]) -> str:
    """Where its square leads to."""
    page.goto(f"/espace/{provider.pk}/caisse/")
    ready(page)
    scan(page, *codes)
    expect(page.locator("[data-sum-cash]")).to_have_text("5 €")
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    return page.get_by_role("link", name="Donner mon avis").get_attribute("href") or ""


def give_a_rating(page: Page, invitation: str) -> None:
    page.goto(invitation)
    expect(page.get_by_text("Atelier du Bourg")).to_be_visible()
    answer_all(page)
    page.get_by_label(re.compile("ajouter un mot")).fill(COMMENT)
    page.get_by_role("button", name="Envoyer mon avis").click()
    expect(page.get_by_role("heading", name="Merci !")).to_be_visible()


def published(page: Page) -> None:
    page.goto("/plateforme/avis/")
    page.get_by_role("link", name=re.compile("Décider")).click()
    expect(page.get_by_text(COMMENT)).to_be_visible()
    page.get_by_role("button", name="Publier le commentaire").click()
    expect(page.get_by_text("C'est publié.")).to_be_visible()
