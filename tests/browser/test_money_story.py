"""One story of money: paper cheques pay a provider, whose bank confirms; what was not used goes back to its sponsor.

After every step enough is held at the bank for everybody at once, the books owe what they should, and the cheques
counted one by one are worth what the books say. The story's clock is moved on where people wait for days.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pypdfium2
import pytest
import sepaxml
import xmlschema
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons import payees
from coupons.books import funds, proving, tasks
from coupons.distribution.handing import hand_over
from coupons.models import Batch, Campaign, CooperationFund
from directory.models import Organization, User, Venue
from geodata.models import Area
from tests.browser import road
from tests.browser.conftest import OpenPage, SignIn
from tests.browser.test_counter import confirm, ready, scan
from tests.coupons import toy
from tests.coupons.books import made as books
from tests.coupons.orders import made
from tests.coupons.settlement import files
from tests.coupons.settlement.conftest import IBANS, seller
from tests.directory.label.conftest import private_files

__all__ = ["private_files", "seller"]  # fixtures of every test
pytestmark = pytest.mark.django_db(transaction=True)
NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
SCHEMA = xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd")
Screen = Callable[[User, dict[str, int]], Page]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> road.Clock:
    return road.Clock(monkeypatch)


@pytest.fixture
def provider(creuse: list[Venue]) -> Organization:
    caches["process"].clear()
    return road.a_provider()


@pytest.fixture
def fund(provider: Organization) -> CooperationFund:
    area = Area.objects.get(code="23096")
    return funds.create(
        name="Fonds de Guéret", area=area, by=made.somebody("fonds@exemple.test"), at=timezone.now()
    )


@pytest.fixture
def screen(open_page: OpenPage, sign_in: SignIn) -> Screen:
    def opened(user: User, viewport: dict[str, int]) -> Page:
        page = open_page(viewport=viewport, accept_downloads=True)
        sign_in(page, user)
        return page

    return opened


def assert_balanced(bank: int, **owed: int) -> None:
    """Cents at the bank, and to whom they are owed: to nobody else."""
    standing = proving.standing()
    assert {name: cents for name, cents in standing.owed.items() if cents} == owed
    assert standing.bank == bank == standing.owed_in_all
    assert (standing.revenue, standing.to_recover) == (0, 0)
    assert standing.covered
    assert standing.counted


def bank_account(payee: payees.Payee, iban: str) -> None:
    """Entered by one, verified by another."""
    by, now = made.somebody("saisie@exemple.test"), timezone.now()
    entered = payees.enter(payee=payee, holder="Titulaire d'essai", iban=iban, by=by, at=now)
    payees.verify(details=entered, by=made.somebody("verification@exemple.test"), at=now)


def test_every_cent_from_the_cheque_to_the_bank(
    open_page: OpenPage,
    sign_in: SignIn,
    screen: Screen,
    clock: road.Clock,
    provider: Organization,
    fund: CooperationFund,
    tmp_path: Path,
) -> None:
    sponsor = road.a_sponsor()
    payee_ibans: list[payees.Payee] = [provider, sponsor, fund]
    for payee, iban in zip(payee_ibans, IBANS, strict=True):
        bank_account(payee, iban)
    accountant, approver = road.staff("accountant"), road.staff("approver")

    codes = from_order_to_hand(open_page, sign_in, screen, sponsor, accountant, tmp_path)
    assert_balanced(202_00, coupons=100_00, contribution=1_00, deposits=101_00)

    till = screen(road.member(provider, "provider-agent"), road.PHONE)
    paid_at_the_counter(till, provider, codes[:3])
    spent = {"coupons": 70_00, "contribution": 70, "deposits": 101_00}
    assert_balanced(202_00, **spent, providers=30_00, funds=30)
    space = screen(road.member(provider, "provider-manager"), road.PHONE)
    space.goto(f"/espace/{provider.pk}/versements/")
    expect(space.get_by_role("region", name="Chèques acceptés, à venir")).to_contain_text("30 €")

    clock.forward(days=1)
    batch = prepared(screen(accountant, road.DESK), statements=2)
    assert_balanced(202_00, **spent, providers=30_00, funds=30)
    sent = approved(screen(approver, road.DESK), batch, "30,30 €")
    space.reload()
    expect(space.get_by_text("virement prévu le")).to_be_visible()
    assert_balanced(202_00, **spent, providers=30_00, funds=30)
    confirmed(screen(accountant, road.DESK), sent)
    assert_balanced(171_70, **spent)
    space.reload()
    expect(space.get_by_text("payé le")).to_be_visible()
    read_by_anybody(screen(accountant, road.PHONE), "171,70")

    second = second_campaign(sponsor)
    assert_balanced(272_70, coupons=170_00, contribution=1_70, deposits=101_00)
    clock.forward(days=70)
    assert tasks.expire_coupons(timestamp=0) == 1
    assert_balanced(272_70, **spent, sponsors=101_00)
    clock.forward(days=1)
    batch = prepared(screen(accountant, road.DESK), statements=1)
    sent = approved(screen(approver, road.DESK), batch, "101 €")
    manager = screen(road.member(sponsor, "sponsor-manager"), road.DESK)
    credit_note_read(manager, sponsor, second)
    assert_balanced(272_70, **spent, sponsors=101_00)
    confirmed(screen(accountant, road.DESK), sent)
    assert_balanced(171_70, **spent)
    manager.reload()
    expect(manager.get_by_text("versé le")).to_be_visible()
    read_by_anybody(screen(accountant, road.PHONE), "171,70")


def from_order_to_hand(
    open_page: OpenPage,
    sign_in: SignIn,
    screen: Screen,
    sponsor: Organization,
    accountant: User,
    folder: Path,
) -> list[str]:
    """The codes of the booklet that was handed over, read from its paper."""
    page = screen(road.member(sponsor, "sponsor-manager"), road.DESK)
    road.compose(page, sponsor, venues=4)
    order = road.ordered(page, sponsor)
    assert_balanced(0)
    road.funded(screen(accountant, road.DESK), order)
    assert_balanced(202_00, deposits=202_00)
    codes = road.printed_and_sent(open_page, sign_in, order, folder)
    assert_balanced(202_00, deposits=202_00)
    road.handed_over(screen(road.member(sponsor, "sponsor-distributor"), road.PHONE), sponsor, order)
    return codes[: order.booklet_size]


def paid_at_the_counter(page: Page, provider: Organization, codes: list[str]) -> None:
    page.goto(f"/espace/{provider.pk}/caisse/")
    ready(page)
    scan(page, *codes)
    expect(page.locator(".till-line.is-accepted")).to_have_count(len(codes))
    expect(page.locator("[data-sum-cash]")).to_have_text("5 €")
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    expect(page.get_by_text("À encaisser autrement : 5 €")).to_be_visible()


def prepared(page: Page, *, statements: int) -> Batch:
    """Up to yesterday, as the page proposes."""
    page.goto("/plateforme/versements/")
    page.get_by_role("button", name="Établir les relevés").click()
    said = f"{statements} relevés sont établis." if statements > 1 else "1 relevé est établi."
    expect(page.get_by_text(said)).to_be_visible()
    page.get_by_role("button", name="Préparer le lot").click()
    expect(page.get_by_text("une autre personne doit l'approuver")).to_be_visible()
    expect(page.get_by_role("button", name="Approuver")).to_have_count(0)
    return Batch.objects.latest("pk")


def approved(page: Page, batch: Batch, total: str) -> bytes:
    """The file for the bank, twice the same."""
    page.goto("/plateforme/versements/")
    page.get_by_role("link", name=batch.number).click()
    page.get_by_role("button", name=f"Approuver {total}").click()
    taken = []
    for _again in range(2):
        with page.expect_download() as download:
            page.get_by_role("button", name="Télécharger le fichier SEPA").click()
        taken.append(Path(download.value.path()).read_bytes())
    assert taken[0] == taken[1]
    SCHEMA.validate(taken[0].decode())
    return taken[0]


def confirmed(page: Page, sent: bytes) -> None:
    """The bank answers to the file itself: every transfer in it left, today."""
    today = timezone.localdate().isoformat()
    transfers = list(fromstring(sent).iter(f"{NAMESPACE}CdtTrfTxInf"))
    assert transfers
    left = [files.movement(cents, files.detail(name), day=today) for name, cents in map(told, transfers)]
    raw = files.statement(*left, iban=settings.SELLER["iban"], name=f"STMT-{today}")
    page.goto("/plateforme/versements/banque/")
    page.get_by_label("Fichier camt.053 ou pain.002").set_input_files(
        {"name": "releve.xml", "mimeType": "application/xml", "buffer": raw}
    )
    page.get_by_role("button", name="Importer").click()
    for name, _cents in map(told, transfers):
        expect(page.get_by_text(name).first).to_be_visible()


def told(transfer: Element) -> tuple[str, int]:
    """Its end-to-end reference, its cents."""
    euros, cents = transfer.findtext(f".//{NAMESPACE}InstdAmt", "").split(".")
    return transfer.findtext(f".//{NAMESPACE}EndToEndId", ""), int(euros) * 100 + int(cents)


def read_by_anybody(page: Page, held: str) -> None:
    """The day's proof, made by the daily job; and what the fund of Guéret got from 30 €."""
    tasks.publish_proof(timestamp=0)
    page.goto("/preuve-de-reserve/")
    expect(page.get_by_text("Oui, l'argent est là.")).to_be_visible()
    expect(page.locator(".proof-scale")).to_contain_text(held)
    expect(page.get_by_text("C'est bien ce que dit le grand livre.")).to_be_visible()
    page.goto("/fonds/")
    row = page.get_by_role("row", name="Fonds de Guéret")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("0,30")
    expect(row.get_by_role("cell").nth(2)).to_contain_text("0,30")
    expect(row.get_by_role("cell").nth(3)).to_contain_text("0,00")


def second_campaign(sponsor: Organization) -> Campaign:
    """One booklet, paid for and handed over, for one month."""
    now = timezone.now()
    campaign = toy.a_campaign(sponsor, name="Un mois pour essayer", validity_months=1)
    order = made.ordered(campaign, booklets=1, at=now)
    made.transferred(
        order.due_cents, order.transfer_reference, at=now, booked_on=timezone.localdate() - timedelta(days=1)
    )
    order.refresh_from_db()
    books.printed(order, at=now)
    hand_over(booklets=list(order.booklet_set.all()), by=made.somebody(), at=now)
    return campaign


def credit_note_read(page: Page, sponsor: Organization, campaign: Campaign) -> None:
    page.goto("/espace/")
    page.get_by_role("link", name="Les remboursements").click()
    page.get_by_role("link", name=campaign.name).click()
    expect(page.get_by_role("row", name="Total remboursé")).to_contain_text("101,00")
    answer: Any = page.request.get(page.get_by_role("link", name="Avoir").get_attribute("href") or "")
    words = pypdfium2.PdfDocument(answer.body())[0].get_textpage().get_text_range()
    assert campaign.name in words
    assert "101,00" in words
