"""The counter in Chromium: on a phone, with a scanner, without script, without network, with answers that get lost."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect

from coupons.codes import new_codes, printed
from coupons.models import Payment
from coupons.taking import take
from directory.models import StaffRole, User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.browser.test_cheque import photo
from tests.coupons import toy
from tests.coupons.counter.conftest import Provider, build, coupons

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")
PHONE = {"width": 390, "height": 844}
Counter = Callable[..., Page]


@pytest.fixture
def provider(transactional_db: None) -> Provider:
    return build()


def at(name: str, provider: Provider, *args: Any) -> str:
    return reverse(f"counter:{name}", args=[provider.organization.pk, *args])


@pytest.fixture
def counter(open_page: OpenPage, sign_in: SignIn, provider: Provider) -> Counter:
    """The counter, open on a phone by the agent, ready for cheques."""

    def opened(**options: Any) -> Page:
        page = open_page(**{"viewport": PHONE, **options})
        sign_in(page, provider.agent)
        page.goto(at("counter", provider))
        if options.get("java_script_enabled", True):
            ready(page)
        return page

    return opened


def ready(page: Page) -> None:
    expect(page.locator("html[data-till=ready]")).to_be_attached()


def scan(page: Page, *codes: str) -> None:
    """As a scanner held in the hand does: a keyboard that ends with Enter."""
    for code in codes:
        page.get_by_label("Le code d'un chèque").press_sequentially(code)
        page.keyboard.press("Enter")


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Confirmer le paiement").click()


def test_thirty_five_euros_with_three_cheques_and_five_in_cash(
    open_page: OpenPage, sign_in: SignIn, provider: Provider
) -> None:
    page, codes = open_page(viewport=PHONE), coupons(3)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, provider.agent)
    page.goto(reverse("accounts:organization", args=[provider.organization.pk]))
    page.get_by_role("link", name="Encaisser des chèques").click()
    ready(page)
    scan(page, printed(codes[0]), f"https://aptic.example/cheque/#{codes[1]}")
    expect(page.locator(".till-line.is-accepted")).to_have_count(2)
    expect(page.locator("[data-sum-cash]")).to_have_text("15 €")
    page.set_input_files("[data-photo]", photo(f"https://aptic.example/cheque/#{codes[2]}"))
    expect(page.locator("[data-sum-cash]")).to_have_text("5 €")
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    expect(page.get_by_text("À encaisser autrement : 5 €")).to_be_visible()
    found = Payment.objects.get()
    assert (found.price_cents, found.covered_cents, found.cash_cents) == (3500, 3000, 500)
    assert not [address for address in asked for code in codes if code in address]
    assert not [code for code in codes if code in page.content() + page.title()]
    page.get_by_text("Annuler ce paiement", exact=True).click()
    page.get_by_role("button", name="Oui, annuler").click()
    expect(page.get_by_role("heading", name="Paiement annulé")).to_be_visible()


def test_a_receipt_is_one_small_ticket(counter: Counter) -> None:
    """On paper: a quarter of a sheet, with all that its holder needs, and nothing of the screen."""
    page = counter()
    scan(page, *coupons(3))
    expect(page.locator(".is-accepted")).to_have_count(3)
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    raw = page.pdf(prefer_css_page_size=True)
    if SHOTS:
        Path(SHOTS, "receipt.pdf").write_bytes(raw)
    document = pypdfium2.PdfDocument(raw)
    assert len(document) == 1
    paper = document[0]
    assert [round(side * 25.4 / 72) for side in paper.get_size()] == [105, 148]
    words = " ".join(paper.get_textpage().get_text_range().split())
    for said in ("Reçu", "30 €", "5 €", "Votre avis compte", "/avis/ et écrivez ce code"):
        assert said in words
    for unsaid in ("Paiement suivant", "Annuler", "Accessibilité"):
        assert unsaid not in words


def test_without_script(counter: Counter, provider: Provider) -> None:
    page, codes = counter(java_script_enabled=False), coupons(3)
    page.get_by_label("Les codes des chèques").fill("\n".join([*map(printed, codes), "ABCD"]))
    page.get_by_role("button", name="Vérifier les chèques").click()
    expect(page.get_by_text("vérifiez chaque signe")).to_be_visible()
    expect(page.get_by_role("button", name="Confirmer le paiement")).to_have_count(0)
    page.get_by_label("Les codes des chèques").fill("\n".join(codes))
    page.get_by_role("button", name="Vérifier les chèques").click()
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    assert Payment.objects.get().cash_cents == 500


def test_refused_with_the_reason_and_what_to_do(counter: Counter, provider: Provider) -> None:
    page, codes = counter(), coupons(2)
    scan(page, codes[0])
    expect(page.locator(".is-accepted")).to_have_count(1)
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    page.get_by_role("link", name="Paiement suivant").click()
    ready(page)
    scan(page, codes[0], new_codes(1)[0], codes[1])
    refused = page.locator(".till-line.is-refused")
    expect(refused).to_have_count(2)
    expect(refused.nth(0)).to_contain_text("déjà été utilisé ici, le")
    expect(refused.nth(1)).to_contain_text("vérifiez chaque signe")
    confirm(page)
    expect(page.get_by_text("retirez-les, puis confirmez")).to_be_visible()
    for _number in range(2):
        page.get_by_role("button", name="Retirer").first.click()
        page.wait_for_load_state("networkidle")
    expect(refused).to_have_count(0)
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    assert Payment.objects.count() == 2


def test_more_than_the_price_is_said_before(counter: Counter) -> None:
    page, codes = counter(), coupons(2)
    page.get_by_label("Prix demandé, en euros").fill("12,50")
    scan(page, *codes)
    expect(page.get_by_text("On ne rend pas la monnaie")).to_be_visible()
    expect(page.locator("[data-sum-returned]")).to_have_text("7,50 €")
    confirm(page)
    expect(page.get_by_text("Retourne à qui a offert les chèques : 7,50 €.")).to_be_visible()


def test_twice_pressed_is_once_paid(counter: Counter) -> None:
    page = counter()
    scan(page, *coupons(2))
    expect(page.locator(".is-accepted")).to_have_count(2)
    page.evaluate("() => { const one = document.querySelector('[data-confirm]'); one.click(); one.click(); }")
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    assert Payment.objects.count() == 1


def test_a_lost_answer_is_asked_again_with_the_same_key(counter: Counter) -> None:
    page, keys = counter(), []

    def lose_the_first(route: Route) -> None:
        keys.append(UUID(route.request.headers["idempotency-key"]))
        if len(keys) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/api/v1/payments/", lose_the_first)
    scan(page, *coupons(2))
    expect(page.locator(".is-accepted")).to_have_count(2)
    confirm(page)
    expect(page.get_by_text("Il n'est pas validé")).to_be_visible()
    expect(page.locator("[data-queue-rows] .is-waiting")).to_have_count(1)
    assert Payment.objects.count() == 1
    expect(page.locator("[data-queue-rows] .is-accepted")).to_have_count(1)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert Payment.objects.get().key == keys[0]
    page.get_by_role("link", name="Voir le reçu").click()
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()


def stored(page: Page, provider: Provider) -> str:
    """All that this origin keeps in its database, as text; bytes in hexadecimal."""
    return str(
        page.evaluate(
            """name => new Promise((done) => {
              const opened = indexedDB.open(name);
              opened.onsuccess = () => {
                const rows = opened.result.transaction("payments").objectStore("payments").getAll();
                rows.onsuccess = () => done(JSON.stringify(rows.result, (_key, value) =>
                  value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value));
              };
            })""",
            f"aptic-counter-{provider.organization.pk}",
        )
    )


def worker_is_there(page: Page) -> None:
    page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def offline(context: BrowserContext, there: bool) -> None:
    context.set_offline(there)


def test_without_network_payments_wait_and_are_sent_once(counter: Counter, provider: Provider) -> None:
    page, good, spent = counter(), coupons(3), coupons(1)
    scan(page, *spent)
    expect(page.locator(".is-accepted")).to_have_count(1)
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    page.goto(at("counter", provider))
    ready(page)
    worker_is_there(page)
    offline(page.context, True)
    for codes in (good, spent):
        scan(page, *codes)
        expect(page.locator(".is-unchecked")).to_have_count(len(codes))
        expect(page.get_by_text("Pas de réseau. Les chèques ne sont pas vérifiés")).to_be_visible()
        page.get_by_role("button", name="Mettre en attente").click()
        expect(page.get_by_text("Gardez les chèques")).to_be_visible()
        expect(page.locator("[data-lines] li")).to_have_count(0)
    page.reload()
    ready(page)
    expect(page.locator("[data-queue-rows] .is-waiting")).to_have_count(2)
    expect(page.locator("[data-queue-rows]").get_by_text("Validé")).to_have_count(0)
    expect(page.get_by_label("Service")).to_contain_text("35 €")
    assert not [code for code in [*good, *spent] if code in stored(page, provider)]
    assert Payment.objects.count() == 1
    offline(page.context, False)
    rows = page.locator("[data-queue-rows]")
    expect(rows.locator(".is-accepted")).to_have_count(1)
    expect(rows.locator(".is-refused")).to_have_count(1)
    expect(rows.locator(".is-refused")).to_contain_text("Chèque 1 : Ce chèque a déjà été utilisé ici")
    assert Payment.objects.count() == 2
    assert "sealed" not in stored(page, provider)
    page.reload()
    ready(page)
    expect(rows.locator(".is-refused")).to_have_count(1)
    rows.get_by_role("button", name="J'ai vu").first.click()
    rows.get_by_role("button", name="J'ai vu").click()
    expect(page.locator("[data-queue]")).to_be_hidden()
    assert Payment.objects.count() == 2


def test_signed_out_payments_wait(counter: Counter, sign_in: SignIn, provider: Provider) -> None:
    page = counter()
    scan(page, *coupons(1))
    expect(page.locator(".is-accepted")).to_have_count(1)
    page.context.clear_cookies(name="sessionid")
    confirm(page)
    expect(page.get_by_text("Reconnectez-vous").first).to_be_visible()
    assert not Payment.objects.exists()
    sign_in(page, provider.agent)
    page.goto(at("counter", provider))
    expect(page.locator("[data-queue-rows] .is-accepted")).to_have_count(1)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_for_axe(counter: Counter, axe: Axe, provider: Provider, width: int) -> None:
    page = counter(viewport={"width": width, "height": 900})
    good = coupons(4)

    def assert_good() -> None:
        assert axe(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url

    assert_good()
    scan(page, *good, "ABCD")
    expect(page.locator(".is-refused")).to_have_count(1)
    assert_good()
    page.get_by_role("button", name="Retirer").last.click()
    expect(page.locator(".is-refused")).to_have_count(0)
    confirm(page)
    expect(page.get_by_role("heading", name="Paiement validé")).to_be_visible()
    assert_good()
    for name in ("payments", "place"):
        page.goto(at(name, provider))
        assert_good()
    page.goto(at("counter", provider))
    ready(page)
    offline(page.context, True)
    scan(page, *new_codes(1))
    page.get_by_role("button", name="Mettre en attente").click()
    expect(page.locator("[data-queue-rows] .is-waiting")).to_have_count(1)
    assert_good()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_for_axe_at_the_desk(
    open_page: OpenPage, sign_in: SignIn, axe: Axe, provider: Provider, width: int
) -> None:
    where = toy.Counter(provider.service, provider.place, provider.agent)
    found, _replayed = take(where.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    operator = User.objects.create_user("operator@exemple.test", "mot-de-passe")
    StaffRole.objects.create(user=operator, role="operator")
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, operator)
    desk = reverse("counter:desk")
    for address in (desk, f"{desk}?numero=999999", reverse("counter:desk_payment", args=[found.pk])):
        page.goto(address)
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    page.get_by_label("Motif de l'annulation").fill("Erreur de prix")
    page.get_by_role("button", name="Annuler ce paiement").click()
    expect(page.get_by_text("Le paiement est annulé.")).to_be_visible()
    found.refresh_from_db()
    assert found.cancelled_by == operator
