"""What stories of cheques have in common: from a campaign to a booklet in somebody's hand, each at their own screen."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.booklet_numbers import printed_number
from coupons.models import Order, PrintJob
from coupons.printing import running
from directory.models import Membership, Organization, StaffRole, User
from tests.browser.conftest import OpenPage, SignIn, make_venue
from tests.browser.test_campaigns import drawn
from tests.browser.test_orders import fill_quote
from tests.coupons.orders import made
from tests.coupons.orders.camt import entry, statement
from tests.coupons.printing import paper

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


class Clock:
    """What the site takes for now, which a story moves on by days: nothing it does waits for them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        real = timezone.now

        def now() -> datetime:
            return real() + self.ahead

        monkeypatch.setattr(timezone, "now", now)

    def forward(self, *, days: int) -> None:
        self.ahead += timedelta(days=days)


def a_sponsor() -> Organization:
    organization = Organization.objects.create(name="Département d'essai", is_sponsor=True)
    for role in ("sponsor-manager", "sponsor-distributor"):
        user = User.objects.create_user(f"{role}@exemple.test")
        Membership.objects.create(user=user, organization=organization, role=role)
    return organization


def a_provider() -> Organization:
    """Labelled, in Guéret, with a service of 35 €."""
    organization = Organization.objects.create(name="Atelier du Bourg", is_provider=True)
    for role in ("provider-agent", "provider-manager"):
        user = User.objects.create_user(f"{role}@exemple.test")
        Membership.objects.create(user=user, organization=organization, role=role)
    services = [("Monter son dossier en ligne", 3500)]
    make_venue("Atelier du Bourg", 1.5, 46.5, services=services, organization=organization)
    return organization


def member(organization: Organization, role: str) -> User:
    return organization.memberships.get(role=role).user


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@exemple.test")
    StaffRole.objects.create(user=user, role=role)
    return user


def compose(page: Page, sponsor: Organization, *, venues: int = 3) -> None:
    page.goto(f"/espace/{sponsor.pk}/campagnes/nouvelle/")
    page.get_by_label("Nom de la campagne").fill("Le numérique pour tous")
    page.get_by_role("button", name="Créer et choisir la règle").click()
    page.wait_for_selector("[data-ready]")
    panel = page.locator("[data-coverage]")
    expect(panel).to_contain_text(f"{venues} lieux")
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


def funded(bank: Page, order: Order) -> None:
    """At the accountant's screen."""
    bank.goto("/plateforme/banque/releve/")
    day = f"<Dt>{timezone.localdate()}</Dt>"
    raw = statement(
        entry("202.00", structured=order.transfer_reference, day=day), iban=settings.SELLER["iban"]
    )
    bank.get_by_label("Fichier camt.053").set_input_files(
        {"name": "releve.xml", "mimeType": "application/xml", "buffer": raw}
    )
    bank.get_by_role("button", name="Importer").click()
    expect(bank.get_by_text(order.number)).to_be_visible()


def printed_and_sent(open_page: OpenPage, sign_in: SignIn, order: Order, folder: Path) -> list[str]:
    """The codes, read from the paper."""
    page = open_page(viewport=DESK, accept_downloads=True)
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
