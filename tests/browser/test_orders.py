"""The story of an order: a quote, its acceptance, the accountant's statement; every page for everybody."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.choices import OrderStatus
from coupons.models import Order
from coupons.orders import ordering
from directory.models import Membership, StaffRole, User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons import toy
from tests.coupons.orders import made
from tests.coupons.orders.camt import entry, statement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager() -> User:
    user = User.objects.create_user("manager@exemple.test", name="Camille")
    Membership.objects.create(user=user, organization=toy.a_sponsor(), role="sponsor-manager")
    return user


@pytest.fixture
def accountant() -> User:
    user = User.objects.create_user("accountant@exemple.test", name="Dominique")
    StaffRole.objects.create(user=user, role="accountant")
    return user


@pytest.fixture
def space(manager: User) -> str:
    organization = manager.memberships.get().organization
    campaign = toy.a_campaign(organization, name="Le numérique pour tous")
    for name in ("Mairie", "Médiathèque des Carrés"):
        made.a_point(campaign, name)
    return f"/espace/{organization.pk}/commandes/"


def fill_quote(page: Page, counts: dict[str, int]) -> None:
    for name, count in counts.items():
        page.get_by_label(name).fill(str(count))
    page.get_by_label("Facture au nom de").fill("Commune d'essai")
    page.get_by_label("Adresse de facturation").fill("1 place de la Mairie\n23000 Essai")
    page.get_by_label("SIRET").fill("212 300 966 00018")


def test_quote_accept_fund(
    page: Page, open_page: OpenPage, sign_in: SignIn, manager: User, accountant: User, space: str
) -> None:
    sign_in(page, manager)
    page.goto(space)
    page.get_by_role("link", name="Demander un devis").click()
    fill_quote(page, {"Mairie": 20, "Médiathèque": 5})
    expect(page.locator("[data-total-booklets]")).to_have_text("25")
    expect(page.locator("[data-total-due]")).to_have_text("2 525,00 €")
    page.get_by_role("button", name="Faire le devis").click()
    expect(page.get_by_text("Relisez ce devis")).to_be_visible()
    page.get_by_role("link", name="Relire et commander").click()
    page.get_by_label("Numéro d'engagement").fill("EJ-2026-17")
    page.get_by_label("J'ai lu les conditions").check()
    page.get_by_role("button", name="Commander pour 2 525 €").click()
    expect(page.get_by_role("heading", name="Votre virement")).to_be_visible()
    order = Order.objects.get()
    assert order.status == OrderStatus.ORDERED

    bank = open_page()
    sign_in(bank, accountant)
    bank.goto("/plateforme/banque/")
    bank.get_by_role("link", name="Importer un relevé").click()
    raw = statement(
        entry("2525.00", structured=order.transfer_reference, day=f"<Dt>{timezone.localdate()}</Dt>"), iban=""
    )
    bank.get_by_label("Fichier camt.053").set_input_files(
        {"name": "releve.xml", "mimeType": "application/xml", "buffer": raw}
    )
    bank.get_by_role("button", name="Importer").click()
    expect(bank.get_by_text(order.number)).to_be_visible()

    page.reload()
    expect(page.get_by_text("Votre virement est reçu")).to_be_visible()
    expect(page.get_by_role("link", name="Facture F")).to_be_visible()


def test_without_javascript_the_server_counts(
    open_page: OpenPage, sign_in: SignIn, manager: User, space: str
) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    sign_in(page, manager)
    page.goto(f"{space}nouvelle/")
    fill_quote(page, {"Mairie": 30})
    page.get_by_role("button", name="Recalculer").click()
    expect(page.get_by_text("3 030 €")).to_be_visible()
    expect(page.get_by_label("Mairie")).to_have_value("30")
    page.get_by_role("button", name="Faire le devis").click()
    expect(page.get_by_text("Relisez ce devis")).to_be_visible()


def furnished(manager: User, accountant: User) -> dict[str, list[str]]:
    """Addresses of every page, by who opens them, in states that show all they have."""
    organization = manager.memberships.get().organization
    campaign = organization.campaigns.get()
    space, now = f"/espace/{organization.pk}/commandes/", timezone.now()
    quote = made.a_quote(campaign, at=now)
    waiting = made.ordered(campaign, at=now)
    made.transferred(500, waiting.transfer_reference, by=accountant)
    paid = made.ordered(campaign, at=now)
    made.transferred(paid.due_cents + 700, paid.transfer_reference, reference="BNK-2", by=accountant)
    lost = made.transferred(waiting.due_cents, "subvention", reference="BNK-3", payer="ESSAI", by=accountant)
    for status in ("printed", "delivered"):
        Order.objects.filter(pk=paid.pk).update(status=status)
    return {
        "manager": [
            space,
            f"{space}nouvelle/",
            *(f"{space}{order.pk}/" for order in (quote, waiting, paid)),
            f"{space}{quote.pk}/accepter/",
            f"{space}{paid.pk}/clore/",
            f"/conditions-de-commande/{ordering.TERMS_VERSION}/",
        ],
        "accountant": [
            "/plateforme/commandes/",
            f"/plateforme/commandes/{paid.pk}/",
            "/plateforme/banque/",
            "/plateforme/banque/virement/",
            "/plateforme/banque/releve/",
            f"/plateforme/banque/virements/{lost.pk}/",
        ],
    }


@pytest.mark.usefixtures("space")
@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_for_everybody(
    open_page: OpenPage, sign_in: SignIn, axe: Axe, manager: User, accountant: User, width: int
) -> None:
    addresses = furnished(manager, accountant)
    for who, user in (("manager", manager), ("accountant", accountant)):
        page = open_page(viewport={"width": width, "height": 900})
        sign_in(page, user)
        for address in addresses[who]:
            answer: Any = page.goto(address)
            assert answer.status == 200, address
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
