"""A booklet's number at the counter, then « Mon chèque » in its holder's hands: the story in Chromium."""

import io
from datetime import date
from typing import Any

import pytest
import segno
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from coupons.codes import printed
from coupons.distribution import bulk
from coupons.models import Booklet, BulkHandOver, HandOver
from coupons.validity import last_day
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons.distribution.conftest import NOON, Sponsor, a_point, build

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def sponsor(transactional_db: None) -> Sponsor:
    return build(30, booklet_size=3)


def at(name: str, sponsor: Sponsor, *args: Any) -> str:
    return reverse(f"distribution:{name}", args=[sponsor.organization.pk, *args])


def in_a_year() -> str:
    until: date = last_day(timezone.localdate(), 12)
    return date_format(until)


@pytest.mark.parametrize("javascript", [True, False])
def test_typed_handed_over_valid_for_a_year(
    open_page: OpenPage, sign_in: SignIn, sponsor: Sponsor, javascript: bool
) -> None:
    point, booklet = a_point(sponsor.organization), sponsor.booklets[0]
    page = open_page(viewport=PHONE, java_script_enabled=javascript)
    sign_in(page, sponsor.distributor)
    page.goto(reverse("accounts:organization", args=[sponsor.organization.pk]))
    page.get_by_role("link", name="Remettre un carnet").click()
    page.get_by_role("link", name="Choisir le lieu").click()
    page.get_by_label("Point de remise").select_option(label=point.name)
    page.get_by_role("button", name="C'est ici").click()
    expect(page.get_by_text("Ici : Maison des associations")).to_be_visible()
    # A scanner held in the hand is a keyboard that ends with Enter.
    page.get_by_label("Numéro du carnet").press_sequentially(booklet.number.replace(" ", ""))
    page.keyboard.press("Enter")
    page.get_by_label("Particuliers").check()
    page.get_by_label("60 à 74 ans").check()
    page.get_by_label("À la retraite").check()
    page.get_by_role("button", name="Remettre le carnet").click()
    expect(page.get_by_text("Remis.", exact=True)).to_be_visible()
    expect(page.get_by_text(f"utilisable jusqu'au {in_a_year()}")).to_be_visible()
    given = HandOver.objects.get()
    assert (given.by, given.delivery_point, given.age_band) == (sponsor.distributor, point, "60-74")

    holder = open_page(viewport=PHONE, java_script_enabled=javascript)
    holder.goto("/cheque/")
    holder.get_by_label("Le code de votre chèque").fill(printed(sponsor.codes[1]))
    holder.get_by_role("button", name="Vérifier").click()
    expect(holder.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()
    expect(holder.get_by_text(in_a_year())).to_be_visible()


def photo(text: str) -> dict[str, Any]:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=6)
    return {"name": "photo.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_a_cover_is_scanned_and_a_cheque_is_not(
    open_page: OpenPage, sign_in: SignIn, sponsor: Sponsor
) -> None:
    page, sent = open_page(viewport=PHONE), []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    sign_in(page, sponsor.distributor)
    page.goto(at("counter", sponsor))
    page.set_input_files("[data-photo]", photo(f"https://example.org/cheque/#{sponsor.codes[0]}"))
    expect(page.get_by_text("C'est le carré d'un chèque")).to_be_visible()
    assert not [text for text in sent if sponsor.codes[0] in text]
    page.set_input_files("[data-photo]", photo(sponsor.booklets[2].number.replace(" ", "")))
    expect(page.get_by_role("heading", name="Remettre ce carnet")).to_be_visible()
    expect(page.get_by_text(sponsor.booklets[2].number)).to_be_visible()


def test_many_are_followed_through_a_reload(
    open_page: OpenPage, sign_in: SignIn, sponsor: Sponsor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 10)
    monkeypatch.setattr(bulk, "CHUNK", 20)
    page = open_page(viewport=PHONE)
    sign_in(page, sponsor.distributor)
    page.goto(at("bulk_new", sponsor))
    page.get_by_label("Premier numéro").fill(sponsor.booklets[0].number)
    page.get_by_label("Dernier numéro").fill(sponsor.booklets[-1].number)
    page.get_by_role("button", name="Voir ce qui va être remis").click()
    page.get_by_role("button", name="Remettre 30 carnets").click()
    found = BulkHandOver.objects.get()
    bulk.apply_chunk(found.pk, timezone.now())
    expect(page.get_by_text("20 carnets faits sur 30")).to_be_visible()
    page.reload()
    expect(page.get_by_text("20 carnets faits sur 30")).to_be_visible()
    while bulk.apply_chunk(found.pk, timezone.now()):
        pass
    expect(page.get_by_text("C'est fait.")).to_be_visible()
    assert Booklet.objects.filter(order=sponsor.order, status="active").count() == 30


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_for_axe(
    open_page: OpenPage, axe: Axe, sign_in: SignIn, sponsor: Sponsor, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, sponsor.manager)
    point, first, second = a_point(sponsor.organization), sponsor.booklets[0], sponsor.booklets[1]
    Booklet.objects.filter(pk__in=[first.pk, second.pk]).update(delivery_point=point)
    sponsor.order.deliveries.create(delivery_point=point, booklets=30, sent_at=NOON, tracking="8R123")
    told = bulk.circumstances(None, "", "", timezone.now())
    planned = bulk.plan(
        organization=sponsor.organization,
        name="x",
        numbers=[first.pk, 10**6],
        unread=[],
        told=told,
        by=sponsor.manager,
    )
    addresses = [
        at("counter", sponsor),
        f"{at('counter', sponsor)}?carnet={first.pk}&carnet={second.pk}",
        at("place", sponsor),
        at("booklets", sponsor),
        at("booklet", sponsor, first.pk),
        at("lost", sponsor, first.pk),
        at("points", sponsor),
        at("point", sponsor, point.pk),
        at("point_edit", sponsor, point.pk),
        at("bulk_new", sponsor),
        at("bulk", sponsor, planned.pk),
    ]
    for address in addresses:
        page.goto(address)
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
