"""The story of a payout: due, stated, approved by another, sent, confirmed by the bank; every page for everybody."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons import batches, holds
from coupons.models import BankDetails, Batch, Payout
from coupons.settlement import answering, banking
from directory.models import User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons.settlement import files
from tests.coupons.settlement.conftest import House, lines_of, member, seller, staff

__all__ = ["seller"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")
IBAN = "FR14 2004 1010 0505 0001 3M02 606"


@pytest.fixture
def house(transactional_db: None) -> House:
    return House(staff("accountant"), staff("accountant", "second"), staff("approver"))


def test_from_due_to_paid(page: Page, open_page: OpenPage, sign_in: SignIn, house: House) -> None:
    provider = house.provider("Atelier du Bourg", 3, bank=False)
    phone = open_page(viewport={"width": 390, "height": 800})
    sign_in(phone, member(provider, "provider-manager", "camille"))
    phone.goto(f"/espace/{provider.pk}/versements/")
    expect(phone.get_by_text("30 €")).to_be_visible()
    phone.get_by_role("link", name="Donner un compte bancaire").click()
    phone.get_by_label("IBAN").fill(IBAN)
    phone.get_by_role("button", name="Enregistrer ce compte").click()
    expect(phone.get_by_text("attend d'être vérifié par la plateforme")).to_be_visible()

    sign_in(page, house.accountant)
    page.goto("/plateforme/versements/")
    page.get_by_role("link", name="Comptes à vérifier").click()
    page.get_by_role("link", name="Atelier du Bourg").click()
    expect(page.get_by_text(IBAN)).to_be_visible()
    page.get_by_role("button", name="C'est le bon compte").click()
    page.goto("/plateforme/versements/")
    page.get_by_role("button", name="Établir les relevés").click()
    expect(page.get_by_text("2 relevés sont établis.")).to_be_visible()
    page.get_by_role("button", name="Préparer le lot").click()
    expect(page.get_by_text("une autre personne doit l'approuver")).to_be_visible()
    expect(page.get_by_role("button", name="Approuver")).to_have_count(0)
    batch = Batch.objects.get()

    other = open_page()
    sign_in(other, house.approver)
    other.goto("/plateforme/versements/")
    other.get_by_role("link", name=batch.number).click()
    other.get_by_role("button", name="Approuver 30 €").click()
    phone.goto(f"/espace/{provider.pk}/versements/")
    expect(phone.get_by_text("virement prévu le")).to_be_visible()
    with other.expect_download() as download:
        other.get_by_role("button", name="Télécharger le fichier SEPA").click()
    sent = Path(download.value.path()).read_text()
    [line] = lines_of(batch)
    assert f"<EndToEndId>{line.reference}</EndToEndId>" in sent

    page.goto("/plateforme/versements/")
    page.get_by_role("link", name="Importer la réponse").click()
    raw = files.statement(files.left(line, day=timezone.localdate().isoformat()))
    page.get_by_label("Fichier camt.053 ou pain.002").set_input_files(
        {"name": "releve.xml", "mimeType": "application/xml", "buffer": raw}
    )
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text(line.reference).first).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("payé le")).to_be_visible()


def furnished(house: House) -> dict[str, list[str]]:
    """Addresses of every page, by who opens them, in states that show all they have."""
    now = timezone.now()
    provider = house.provider("Espace public numérique intercommunal du Pays de Saint-Éloy-les-Mines", 3)
    others = [house.provider(f"Acteur {n}", n) for n in (1, 2, 3)]
    house.provider("Sans compte bancaire", 2, bank=False)
    closed = house.sent()
    first, second, *_rest = lines_of(closed)
    raw = files.statement(files.whole(closed, sum(line.payout.amount_cents for line in lines_of(closed))))
    answering.bring_in(raw=raw, name="releve-novembre.xml", by=house.accountant, at=now)
    mixed = files.statement(
        files.came_back(second), files.movement(500, files.detail("LOYER")), files.whole(closed, 12), name="2"
    )
    answer = answering.bring_in(raw=mixed, name="retour.xml", by=house.accountant, at=now)
    for counter in house.counters:
        house.pay(counter, 2)
    house.settle()
    holds.hold(
        organization=others[1], reason="Beaucoup de chèques le même jour.", by=house.accountant, at=now
    )
    draft = house.draft()
    aside = lines_of(draft)[-1]
    batches.put_aside(attempt=aside, reason="Vérifier la structure.", by=house.approver, at=now)
    changed = banking.enter(
        payee=provider, holder="Communauté de communes du Pays de Saint-Éloy", iban=IBAN, bic="",
        contact="tresor@exemple.test", by=member(provider, "provider-manager", "camille"), at=now,
    )  # fmt: skip
    fund = Payout.objects.filter(account__kind="fund_payable")[0]
    own, desk = f"/espace/{provider.pk}", "/plateforme/versements/"
    verified = BankDetails.objects.filter(verified_at__isnull=False)[0]
    states = ("a-payer", "sans-compte", "retenus", "en-cours", "payes")
    return {
        f"camille-{provider.pk}@exemple.test": [
            f"{own}/versements/",
            f"{own}/versements/{first.payout_id}/",
            f"{own}/coordonnees-bancaires/",
        ],
        "second@exemple.test": [
            *(f"{desk}?etat={state}" for state in states),
            f"{desk}releves/{first.payout_id}/",
            f"{desk}releves/{aside.payout_id}/",
            f"{desk}releves/{fund.pk}/",
            f"{desk}lots/{draft.pk}/",
            f"{desk}lots/{closed.pk}/",
            f"{desk}lots/{draft.pk}/lignes/{aside.pk}/",
            f"{desk}banque/",
            f"{desk}banque/{answer.pk}/",
            f"{desk}comptes/",
            f"{desk}comptes/{changed.pk}/",
            f"{desk}comptes/{verified.pk}/",
            f"{desk}fonds/{fund.account.fund_id}/",
        ],
    }


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_for_everybody(
    open_page: OpenPage, sign_in: SignIn, axe: Axe, house: House, width: int
) -> None:
    for email, addresses in furnished(house).items():
        page = open_page(viewport={"width": width, "height": 900})
        sign_in(page, User.objects.get(email=email))
        for n, address in enumerate(addresses):
            answer: Any = page.goto(address)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{email[:6]}-{n:02d}-{width}.png", full_page=True)
            assert answer.status == 200, address
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
