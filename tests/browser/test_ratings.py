"""From the receipt to the sheet, in Chromium: a rating by the square or by hand, its moderation, its answer."""

import os
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from coupons.invitations import invitation
from coupons.taking import give_back
from directory.models import Membership, Place, Review, User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons import toy
from tests.coupons.ratings.conftest import Receipt, a_moderator, paid, rated

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (320, 1280)
TOO_WIDE = """() => [...document.querySelectorAll("main *")]
  .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 60)).slice(0, 5)"""
SHOTS = os.environ.get("SHOTS")
QUESTIONS = {
    "Avez-vous été bien reçu ?": "5 Très bien",
    "Est-ce que cela vous a été utile ?": "4 Oui",
    "Avez-vous progressé ?": "3 Un peu",
}


@pytest.fixture
def receipt(transactional_db: None) -> Receipt:
    counter = toy.a_counter("Médiathèque de la gare")
    Place.objects.filter(pk=counter.place.pk).update(
        address="2 rue de la Gare", postcode="23000", commune="Guéret", hours="Mo-Fr 09:00-18:00"
    )
    return Receipt(counter, paid(counter, at=timezone.now())[0])


def answer_all(page: Page) -> None:
    for question, words in QUESTIONS.items():
        page.get_by_role("group", name=question).get_by_role("radio", name=words, exact=True).check()


def test_by_the_square_of_the_receipt(page: Page, receipt: Receipt) -> None:
    """The code leaves the address at once, and is in no request but in the body of two."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto("/avis/#" + receipt.code)
    expect(page.get_by_text("Médiathèque de la gare")).to_be_visible()
    assert receipt.code not in page.url
    assert "#" not in page.url
    answer_all(page)
    page.get_by_label(re.compile("ajouter un mot")).fill("On m'a bien expliqué.")
    page.get_by_role("button", name="Envoyer mon avis").click()
    expect(page.get_by_role("heading", name="Merci !")).to_be_visible()
    secret = receipt.code.split("-", 1)[1]
    assert not [one for one in asked if secret in one.url.split("#")[0] + str(one.all_headers())]
    assert [one.method for one in asked if secret in (one.post_data or "")] == ["POST", "POST"]
    review = Review.objects.get()
    assert (review.reception, review.usefulness, review.progress) == (5, 4, 3)
    page.goto("/avis/#" + receipt.code)
    expect(page.get_by_role("heading", name="Un avis est déjà donné pour ce passage")).to_be_visible()


def test_without_javascript_by_the_keyboard(open_page: OpenPage, receipt: Receipt) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto("/avis/")
    page.get_by_label("Le code de votre reçu").press_sequentially(receipt.code.replace("-", " ").lower())
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="1 Très mal").focus()
    for _ in range(3):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Envoyer mon avis").press("Enter")
    expect(page.get_by_role("heading", name="Merci !")).to_be_visible()
    assert Review.objects.count() == 1


def test_from_a_comment_to_its_answer(
    page: Page, open_page: OpenPage, sign_in: SignIn, receipt: Receipt
) -> None:
    rated(receipt.payment, "Un accueil en or.", at=timezone.now())
    agent = receipt.counter.agent
    organization = receipt.counter.service.venue.organization
    Membership.objects.create(user=agent, organization=organization, role="provider-agent")
    sign_in(page, a_moderator())
    page.goto("/plateforme/avis/")
    page.get_by_role("link", name=re.compile("Décider")).click()
    page.get_by_role("button", name="Publier le commentaire").click()
    expect(page.get_by_text("C'est publié.")).to_be_visible()
    house = open_page()
    sign_in(house, agent)
    house.goto(reverse("ratings:own", args=[organization.pk]))
    house.get_by_role("link", name=re.compile("Répondre")).click()
    house.get_by_label("Votre réponse").fill("Merci à vous.")
    house.get_by_role("button", name="Répondre").click()
    expect(house.get_by_text("à relire")).to_be_visible()
    page.goto("/plateforme/avis/")
    page.get_by_role("link", name=re.compile("Décider")).click()
    page.get_by_role("button", name="Publier la réponse").click()
    page.goto(receipt.counter.service.venue.get_absolute_url())
    expect(page.get_by_text("Un accueil en or.")).to_be_visible()
    expect(page.get_by_text("Merci à vous.")).to_be_visible()


def every_page(receipt: Receipt) -> dict[str, tuple[str, dict[str, Any] | None]]:
    """Name: address, and what is posted into its form of the code."""
    now = timezone.now()
    payments = paid(receipt.counter, n=8, at=now)
    for payment in payments[:6]:
        rated(payment, at=now, comment="Très bien reçu, merci.", reception=4)
    give_back(payments[6], by=receipt.counter.agent, reason="Erreur", at=now)
    codes = {
        "rate": receipt.code,
        "used": invitation(payments[0].pk).code,
        "cancelled": invitation(payments[6].pk).code,
        "unknown": "12-ABCDE-FGHJK",
    }
    return {
        "code": ("/avis/", None),
        "thanks": ("/avis/merci/", None),
        **{name: ("/avis/", {"code": code}) for name, code in codes.items()},
    }


def look(page: Page, axe: Axe, name: str) -> list[Any]:
    """What is wrong at each width; a picture of each when SHOTS names a folder."""
    wrong: list[Any] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        wrong += [(name, width, one) for one in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append((name, width, "too wide", page.evaluate(TOO_WIDE)))
        if SHOTS and width != WIDTHS[0]:
            page.screenshot(path=f"{SHOTS}/ratings-{name}-{width}.png", full_page=True)
    return wrong


def test_nothing_for_axe_with_a_receipt(page: Page, axe: Axe, receipt: Receipt) -> None:
    wrong = []
    for name, (address, posted) in every_page(receipt).items():
        page.goto(address)
        if posted:
            page.get_by_label("Le code de votre reçu").fill(posted["code"])
            page.get_by_role("button", name="Continuer").click()
            page.wait_for_load_state()
        wrong += look(page, axe, name)
    page.goto(receipt.counter.service.venue.get_absolute_url())
    wrong += look(page, axe, "sheet")
    page.goto("/lieux/?lon=1.5&lat=1.5")
    wrong += look(page, axe, "results")
    assert wrong == []


def test_nothing_for_axe_at_the_desks(page: Page, axe: Axe, sign_in: SignIn, receipt: Receipt) -> None:
    every_page(receipt)
    low = toy.a_counter("Espace numérique du Bourg")
    for payment in paid(low, n=5, at=timezone.now()):
        rated(payment, at=timezone.now(), reception=1, usefulness=2, progress=2)
    published, waiting = Review.objects.exclude(comment="")[:2]
    Review.objects.filter(pk=published.pk).update(
        comment_state="published", answer="Merci.", answer_state="refused", answer_reason="Trop court"
    )
    user = User.objects.create_user("gerant@example.org", name="Gérant")
    Membership.objects.create(user=user, organization=published.organization, role="provider-manager")
    moderator = a_moderator()
    own = [published.organization_id]
    wrong = []
    for who, name, address in (
        (moderator, "desk", reverse("ratings:desk")),
        (moderator, "desk-review", reverse("ratings:desk_review", args=[waiting.pk])),
        (user, "own", reverse("ratings:own", args=own)),
        (user, "own-review", reverse("ratings:own_review", args=[*own, published.pk])),
    ):
        page.context.clear_cookies()
        sign_in(page, who)
        page.goto(address)
        wrong += look(page, axe, name)
    assert wrong == []


def test_the_invitation_of_a_receipt(page: Page, axe: Axe, receipt: Receipt) -> None:
    """In a page of ours: the room of the counter includes it at the end of its receipt."""
    page.goto("/avis/merci/")
    part = render_to_string("ratings/parts/invitation.html", {"invitation": invitation(receipt.payment.pk)})
    page.evaluate("html => { document.querySelector('main').innerHTML = '<h1>Reçu</h1>' + html }", part)
    assert look(page, axe, "invitation") == []
