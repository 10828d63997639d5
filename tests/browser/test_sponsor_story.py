"""One story from the first line on the map to a cheque in somebody's hand, each person at their own screen.

A sponsor draws a territory and orders; the accountant sees the money come in; the operator prints and sends; the
sponsor hands a booklet over; whoever holds a cheque of that very paper sees what it is worth for a year.
"""

from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from coupons.booklet_numbers import printed_number
from coupons.models import Order, PrintJob
from coupons.printing import running
from coupons.validity import last_day
from directory.models import Membership, Organization, StaffRole, User, Venue
from tests.browser.conftest import OpenPage, SignIn
from tests.browser.test_campaigns import drawn
from tests.browser.test_orders import fill_quote
from tests.coupons.orders import made
from tests.coupons.orders.camt import entry, statement
from tests.coupons.printing import paper
from tests.directory.label.conftest import private_files

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def sponsor(creuse: list[Venue]) -> Organization:
    organization = Organization.objects.create(name="Département d'essai", is_sponsor=True)
    for role in ("sponsor-manager", "sponsor-distributor"):
        user = User.objects.create_user(f"{role}@exemple.test")
        Membership.objects.create(user=user, organization=organization, role=role)
    return organization


def member(organization: Organization, role: str) -> User:
    return organization.memberships.get(role=role).user


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@exemple.test")
    StaffRole.objects.create(user=user, role=role)
    return user


def test_from_the_map_to_my_cheque(
    open_page: OpenPage, sign_in: SignIn, sponsor: Organization, tmp_path: Path
) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    sign_in(page, member(sponsor, "sponsor-manager"))
    compose(page, sponsor)
    order = ordered(page, sponsor)
    funded(open_page, sign_in, order)
    page.reload()
    expect(page.get_by_text("Votre virement est reçu")).to_be_visible()
    codes = printed_and_sent(open_page, sign_in, order, tmp_path)
    phone = open_page(viewport=PHONE)
    sign_in(phone, member(sponsor, "sponsor-distributor"))
    holder = open_page(viewport=PHONE)
    check(holder, codes[0])
    expect(holder.get_by_role("heading", name="Vous pouvez l'utiliser")).to_have_count(0)
    handed_over(phone, sponsor, order)
    check(holder, codes[0])
    expect(holder.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()
    expect(holder.get_by_text(date_format(last_day(timezone.localdate(), 12)))).to_be_visible()
    expect(holder.get_by_text("Dans ce territoire : Autour de Guéret.")).to_be_visible()
    assert codes[0].replace(" ", "") not in holder.url


def compose(page: Page, sponsor: Organization) -> None:
    page.goto(f"/espace/{sponsor.pk}/campagnes/nouvelle/")
    page.get_by_label("Nom de la campagne").fill("Le numérique pour tous")
    page.get_by_role("button", name="Créer et choisir la règle").click()
    page.wait_for_selector("[data-ready]")
    panel = page.locator("[data-coverage]")
    expect(panel).to_contain_text("3 lieux")
    drawn(page, [(0.9, 45.9), (2.2, 45.9), (2.2, 47.1), (0.9, 47.1)])
    expect(panel).to_contain_text("10\xa0000 habitants")
    page.locator("[name=zone_name]").fill("Autour de Guéret")
    page.get_by_role("button", name="Enregistrer la règle").click()
    expect(page.get_by_text("Dans ce territoire : Autour de Guéret.")).to_be_visible()


def ordered(page: Page, sponsor: Organization) -> Order:
    made.a_point(sponsor.campaigns.get(), "Mairie")
    page.get_by_role("link", name="Commander des chèques").click()
    fill_quote(page, {"Mairie": 2})
    page.get_by_role("button", name="Faire le devis").click()
    page.get_by_role("link", name="Relire et commander").click()
    page.get_by_label("J'ai lu les conditions").check()
    page.get_by_role("button", name="Commander pour 202 €").click()
    expect(page.get_by_role("heading", name="Votre virement")).to_be_visible()
    return Order.objects.get()


def funded(open_page: OpenPage, sign_in: SignIn, order: Order) -> None:
    bank = open_page()
    sign_in(bank, staff("accountant"))
    bank.goto("/plateforme/banque/releve/")
    day = f"<Dt>{timezone.localdate()}</Dt>"
    raw = statement(entry("202.00", structured=order.transfer_reference, day=day), iban="")
    bank.get_by_label("Fichier camt.053").set_input_files(
        {"name": "releve.xml", "mimeType": "application/xml", "buffer": raw}
    )
    bank.get_by_role("button", name="Importer").click()
    expect(bank.get_by_text(order.number)).to_be_visible()


def printed_and_sent(open_page: OpenPage, sign_in: SignIn, order: Order, folder: Path) -> list[str]:
    """The codes, read from the paper."""
    page = open_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    sign_in(page, staff("operator"))
    page.goto("/plateforme/impressions/")
    page.get_by_role("button", name=f"Imprimer {order.number}").click()
    expect(page.get_by_text("0 chèques imprimés sur 20")).to_be_visible()
    while running.take_turn(PrintJob.objects.get().pk):
        pass
    page.get_by_role("link", name="Télécharger… fichier 1").click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Télécharger et détruire").click()
    sheets = folder / "sheets.pdf"
    fetched.value.save_as(sheets)
    page.goto("/plateforme/livraisons/")
    page.get_by_role("link", name=order.number).click()
    panel = page.get_by_role("region", name="Mairie")
    panel.get_by_role("button", name="Noter l'envoi").click()
    expect(page.get_by_text("Envoi noté pour « Mairie »")).to_be_visible()
    return [code for _serial, code in paper.cheques(sheets)]


def handed_over(page: Page, sponsor: Organization, order: Order) -> None:
    page.goto(f"/espace/{sponsor.pk}/livraisons/")
    page.get_by_role("button", name="J'ai reçu ce colis Mairie").click()
    expect(page.get_by_text("sont dans le stock de « Mairie »")).to_be_visible()
    page.goto(f"/espace/{sponsor.pk}/carnets/remettre/")
    first = order.booklet_set.order_by("pk")[0]
    page.get_by_label("Numéro du carnet").press_sequentially(printed_number(first.pk).replace(" ", ""))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remettre le carnet").click()
    expect(page.get_by_text("Remis.", exact=True)).to_be_visible()


def check(page: Page, code: str) -> None:
    page.goto("/cheque/")
    page.get_by_label("Le code de votre chèque").fill(code)
    page.get_by_role("button", name="Vérifier").click()
