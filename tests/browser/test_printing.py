"""The operator prints an order, fetches its files and sends its parcels; the sponsor says they are there.

Every page on the way at two widths: axe finds nothing, nothing is cut off sideways. SHOTS names a folder for
pictures.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from coupons.choices import OrderStatus
from coupons.models import Delivery, DeliveryPoint, Order, PrintJob
from coupons.printing import running
from directory.models import Membership, User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons import toy
from tests.coupons.printing import paper
from tests.directory.label.conftest import private_files

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")
WIDTHS = (320, 1280)


@pytest.fixture
def operator() -> User:
    user = User.objects.create_user("operateur@exemple.test", name="Opératrice de démonstration")
    user.staff_roles.create(role="operator")
    return user


@pytest.fixture
def order(transactional_db: None) -> Order:
    campaign = toy.a_campaign(toy.a_sponsor("Commanditaire de démonstration"), name="Le numérique pour tous")
    order = toy.an_order(campaign, booklets=6, status=OrderStatus.FUNDED)
    for name, booklets in (("Maison France Services", 4), ("Médiathèque", 2)):
        point = DeliveryPoint.objects.create(
            organization=campaign.organization,
            name=name,
            address="1 place de la Mairie",
            postcode="19000",
            commune="Tulle",
            contact="Accueil",
            phone="0555000000",
        )
        Delivery.objects.create(order=order, delivery_point=point, booklets=booklets)
    return order


@pytest.fixture
def look(axe: Axe) -> Callable[[Page, str], None]:
    def looked_at(page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (
                name,
                width,
            )
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)

    return looked_at


def test_from_the_order_to_the_sponsors_stock(
    open_page: OpenPage,
    sign_in: SignIn,
    look: Callable[[Page, str], None],
    operator: User,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(running, "FILE_COUPONS", 40)
    page = open_page(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    sign_in(page, operator)
    page.goto(reverse("printing:desk"))
    look(page, "queue")
    page.get_by_role("button", name=f"Imprimer {order.number}").click()
    expect(page.get_by_text("0 chèques imprimés sur 60")).to_be_visible()
    look(page, "waiting")
    work_as_the_worker_does()
    expect(page.get_by_text("60 chèques imprimés sur 60")).to_be_visible()
    expect(page.get_by_role("heading", name="Les fichiers")).to_be_visible()
    look(page, "job")
    fetch_once(page, look, tmp_path)
    look(page, "fetched")
    deliver(page, look, order)
    distributor = User.objects.create_user("remise@exemple.test")
    sponsor = order.campaign.organization
    Membership.objects.create(user=distributor, organization=sponsor, role="sponsor-distributor")
    other = open_page(viewport={"width": 390, "height": 800})
    sign_in(other, distributor)
    other.goto(reverse("printing:own_deliveries", args=[sponsor.pk]))
    look(other, "own")
    for name in ("Maison France Services", "Médiathèque"):
        other.get_by_role("button", name=f"J'ai reçu ce colis {name}").click()
        expect(other.get_by_text(f"sont dans le stock de « {name} »")).to_be_visible()
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED


def work_as_the_worker_does() -> None:
    while running.take_turn(PrintJob.objects.latest("pk").pk):
        pass


def fetch_once(page: Page, look: Callable[[Page, str], None], folder: Path) -> None:
    page.get_by_role("link", name="Télécharger… fichier 1").click()
    page.wait_for_url("**/fichiers/**")
    look(page, "file")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Télécharger et détruire").click()
    kept = folder / fetched.value.suggested_filename
    fetched.value.save_as(kept)
    assert len(paper.cheques(kept)) == 40
    page.get_by_role("button", name="Télécharger et détruire").click()
    expect(page.get_by_role("alert")).to_contain_text("les chèques auront de nouveaux codes")
    expect(page.get_by_role("button", name="Réimprimer avec de nouveaux codes")).to_be_visible()


def deliver(page: Page, look: Callable[[Page, str], None], order: Order) -> None:
    page.goto(reverse("printing:deliveries"))
    look(page, "deliveries")
    page.get_by_role("link", name=order.number).click()
    page.wait_for_url("**/livraisons/commandes/**")
    look(page, "parcels")
    for name in ("Maison France Services", "Médiathèque"):
        panel = page.get_by_role("region", name=name)
        panel.get_by_label("Numéro de suivi").fill("1Z 999")
        panel.get_by_role("button", name="Noter l'envoi").click()
        expect(page.get_by_text(f"Envoi noté pour « {name} »")).to_be_visible()
    look(page, "sent")
