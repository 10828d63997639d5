"""One story from the empty form to the map and off it again, by three people in three browsers.

A manager asks for the label, a reviewer wants to know more, then accepts; the kit is printed, a service is
written and approved, the sheet is made public. Only then does a visitor find the venue near its place; and no
more once the label is withdrawn. Letters are read from the outbox.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst
import zxingcpp
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Page, expect

from directory.label.questionnaire import CURRENT
from directory.models import Membership, Organization, StaffRole, User, Venue
from tests.browser.conftest import OpenPage, make_commune
from tests.directory.label.conftest import private_files
from tests.matrix.world import account

__all__ = ["private_files"]  # a fixture of the test
pytestmark = pytest.mark.django_db(transaction=True)
TOWN_HALL = Point(4.8357, 45.7640, srid=4326)
NEAR = f"lon={TOWN_HALL.x}&lat={TOWN_HALL.y}&radius_km=5"
FAR = f"lon={TOWN_HALL.x}&lat={TOWN_HALL.y - 0.1}&radius_km=5"
NAME = "L'Atelier des Pentes"
QUESTION = "Votre grille des prix n'est pas jointe. Pouvez-vous l'ajouter ?"
REASON = "L'accueil est fermé depuis trois mois."


@dataclass
class Story:
    organization: Organization
    manager: Page
    reviewer: Page
    visitor: Page
    letters: int = 0

    @property
    def venue(self) -> Venue:
        return Venue.objects.get(name=NAME)

    def letter(self, subject: str, *words: str) -> None:
        """The one letter sent since the last was read: to the manager, with this subject and these words."""
        assert len(mail.outbox) == self.letters + 1, [found.subject for found in mail.outbox[self.letters :]]
        sent = mail.outbox[-1]
        self.letters += 1
        assert (sent.to, sent.subject) == (["responsable@example.org"], f"[#APTIC] {subject} : {NAME}")
        for word in words:
            assert word in sent.body


@pytest.fixture
def story(open_page: OpenPage, transactional_db: None) -> Story:
    """Of an organisation without any venue yet, in a square Lyon; everybody is signed in by the forms."""
    cache.clear()  # attempts to sign in, codes already used
    make_commune("69123", "Lyon", 4, 45, context="Rhône", hall=TOWN_HALL)
    organization = Organization.objects.create(name="Les ateliers des Pentes", is_provider=True)
    manager, reviewer = account("responsable"), account("instruction")
    Membership.objects.create(user=manager, organization=organization, role="provider-manager")
    StaffRole.objects.create(user=reviewer, role="reviewer")
    manager_page, reviewer_page = signed_in(open_page(), manager), signed_in(open_page(), reviewer)
    return Story(organization, manager_page, reviewer_page, open_page())


def signed_in(page: Page, user: User) -> Page:
    """By password, then by the code of an application."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    page.goto("/compte/login/")
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.get_by_label("Mot de passe").fill("mot-de-passe")
    page.get_by_role("button", name="Se connecter").click()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    page.get_by_role("textbox", name=re.compile("[Cc]ode")).fill(code)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Mon espace")).to_be_visible()
    return page


def test_a_venue_from_the_first_question_to_the_map_and_off_it(story: Story, tmp_path: Path) -> None:
    before: list[Callable[[Story], None]] = [
        write_the_sheet,
        place_it,
        answer_the_questions,
        attach_the_statutes,
        sign_the_charter,
        send_the_application,
        take_it_and_ask_for_more,
        answer_what_was_asked,
        accept,
        print_the_kit,
        write_a_service,
        approve_the_service,
    ]
    for step in before:
        step(story)
        assert_not_found(story, step.__name__)
    make_the_sheet_public(story)
    assert_found(story)
    withdraw_the_label(story)
    assert_withdrawn(story)


def write_the_sheet(story: Story) -> None:
    page = story.manager
    page.get_by_role("link", name="Les lieux Fiche").click()
    page.get_by_role("link", name="Ajouter un lieu").click()
    page.get_by_label("Nom du lieu").fill(NAME)
    page.get_by_label("Type de lieu").select_option("mediatheque")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Fiche cachée")).to_be_visible()


def place_it(story: Story) -> None:
    page = story.manager
    page.get_by_role("link", name="L'adresse").click()
    page.get_by_label("Numéro et rue").fill("1 place de la Comédie, Lyon")
    page.get_by_role("button", name="Trouver cette adresse").click()
    expect(page.get_by_text("Seule la commune est trouvée : Lyon")).to_be_visible()
    page.get_by_role("button", name="Repère du lieu").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le lieu est placé.")).to_be_visible()
    expect(page.get_by_role("button", name="Rendre la fiche publique")).to_have_count(0)


def answer_the_questions(story: Story) -> None:
    """The first answer of each question is the best one."""
    page = story.manager
    page.goto(f"/espace/{story.organization.pk}/label/")
    page.get_by_role("button", name="Demander le label").click()
    page.get_by_role("link", name="Commencer").click()
    for number, question in enumerate(CURRENT.questions, 1):
        page.get_by_text(f"Question {number} sur {len(CURRENT.questions)}").wait_for()
        page.get_by_role("checkbox" if question.several else "radio").first.check()
        page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Vos documents")).to_be_visible()


def attach_the_statutes(story: Story) -> None:
    attach(story.manager, "Nos statuts", "statuts.pdf")
    story.manager.get_by_role("link", name="Continuer").click()


def attach(page: Page, label: str, name: str) -> None:
    page.get_by_label("Que prouve ce document ?").fill(label)
    buffer = typst.compile(label.encode())
    page.set_input_files("[type=file]", {"name": name, "mimeType": "application/pdf", "buffer": buffer})
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("link", name=label)).to_be_visible()


def sign_the_charter(story: Story) -> None:
    page = story.manager
    page.get_by_label("J'ai lu la charte").check()
    page.get_by_label("Votre prénom et votre nom").fill("Camille Responsable")
    page.get_by_role("button", name="Signer").click()
    expect(page.get_by_role("heading", name="Vérifier et envoyer")).to_be_visible()


def send_the_application(story: Story) -> None:
    story.manager.get_by_role("button", name="Envoyer la candidature").click()
    expect(story.manager.get_by_text("Votre candidature est entre nos mains.")).to_be_visible()
    story.letter("Candidature reçue", "bien arrivée")


def take_it_and_ask_for_more(story: Story) -> None:
    page = story.reviewer
    page.goto("/plateforme/candidatures/")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="Prendre cette candidature").click()
    page.get_by_text("Demander un complément", exact=True).click()
    story.letter("Votre candidature est examinée")
    page.get_by_label("Que manque-t-il ?").fill(QUESTION)
    page.get_by_role("button", name="Demander", exact=True).click()
    expect(page.get_by_text("En attente d'un complément")).to_be_visible()
    story.letter("Il manque quelque chose", QUESTION)


def answer_what_was_asked(story: Story) -> None:
    page = story.manager
    page.goto(link_of_the_last_letter())
    expect(page.locator(".message").get_by_text(QUESTION)).to_be_visible()
    page.get_by_role("link", name="Documents").click()
    attach(page, "Grille des prix", "prix.pdf")
    page.get_by_role("link", name="Vérifier et envoyer").click()
    page.get_by_role("button", name="Envoyer la candidature").click()
    story.letter("Candidature reçue")


def link_of_the_last_letter() -> str:
    return re.search(rf"{re.escape(settings.PUBLIC_URL)}(/\S+)", mail.outbox[-1].body).group(1)


def accept(story: Story) -> None:
    page = story.reviewer
    page.reload()
    page.get_by_role("button", name="Prendre cette candidature").click()
    story.letter("Votre candidature est examinée")
    expect(page.get_by_role("link", name="Grille des prix")).to_be_visible()
    page.get_by_label("Les documents sont lisibles").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Accepter", exact=True).click()
    page.get_by_role("button", name="Donner le label").click()
    expect(page.get_by_text("Acceptée").first).to_be_visible()
    story.letter("Vous avez le label", "rendez maintenant sa fiche publique")


def print_the_kit(story: Story) -> None:
    """Its words are read back by pdfium, its code by zxing: both as the venue's own."""
    page = story.manager
    page.goto(link_of_the_last_letter())
    page.get_by_role("link", name="Label et kit").click()
    page.get_by_role("link", name="Votre kit à imprimer").click()
    expect(page.get_by_text("rendez-la publique avant d'afficher le kit")).to_be_visible()
    with page.expect_download() as kit:
        page.get_by_role("link", name="Télécharger le PDF Tout le kit").click()
    sticker = pypdfium2.PdfDocument(kit.value.path())[0]
    assert NAME in " ".join(sticker.get_textpage().get_text_bounded().replace("’", "'").split())
    assert codes(sticker) == [f"{settings.PUBLIC_URL}/L/{story.venue.pk}".upper()]
    # On the window already, while the sheet is still hidden: the page says so.
    answer = story.visitor.goto(f"/L/{story.venue.pk}")
    assert answer
    assert answer.status == 404
    expect(story.visitor.get_by_text("La fiche de ce lieu n'est pas en ligne")).to_be_visible()


def codes(sheet: Any) -> list[str]:
    drawn = sheet.render(scale=2, grayscale=True)
    picture = memoryview(drawn.buffer).cast("B").cast("B", (drawn.height, drawn.stride))
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def write_a_service(story: Story) -> None:
    page = story.manager
    page.goto(f"/espace/{story.organization.pk}/lieux/{story.venue.pk}/services/nouveau/")
    page.get_by_label("Nom du service").fill("Premiers pas avec une souris")
    page.get_by_label("Catégorie").select_option("utiliser")
    page.get_by_label("Prix en euros").fill("12,50")
    page.get_by_role("button", name="Enregistrer et envoyer à la relecture").click()
    expect(page.get_by_text("En relecture")).to_be_visible()


def approve_the_service(story: Story) -> None:
    page = story.reviewer
    page.goto("/plateforme/services/")
    page.get_by_role("link", name="Premiers pas avec une souris").click()
    page.get_by_role("button", name="Approuver").click()
    page.goto("/plateforme/services/")
    expect(page.get_by_text("Rien à relire.")).to_be_visible()


def make_the_sheet_public(story: Story) -> None:
    page = story.manager
    page.goto(f"/espace/{story.organization.pk}/lieux/{story.venue.pk}/")
    page.get_by_role("button", name="Rendre la fiche publique").click()
    expect(page.get_by_text("Fiche publique")).to_be_visible()


def withdraw_the_label(story: Story) -> None:
    page = story.reviewer
    page.goto("/plateforme/labels/")
    page.get_by_role("link", name=f"Voir {NAME}").click()
    page.get_by_label("Pourquoi retirez-vous le label ?").fill(REASON)
    page.get_by_role("button", name="Retirer le label").click()
    expect(page.get_by_text(REASON)).to_be_visible()
    story.letter("Label retiré", REASON)


def names_in_the_api(story: Story, where: str = NEAR, **more: str) -> dict[str, Any]:
    """Properties of what the API finds within 5 km of the town hall, by name."""
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    answer = story.visitor.request.get(f"/api/v1/venues/?{where}{asked}")
    assert answer.ok
    return {one["properties"]["name"]: one["properties"] for one in answer.json()["features"]}


def on_the_map(story: Story) -> int:
    """How many points and groups of labelled venues the map shows around the town hall."""
    box = ",".join(f"{side:.3f}" for side in TOWN_HALL.buffer(0.05).extent)
    answer = story.visitor.request.get(f"/api/v1/map/?bbox={box}&zoom=13")
    assert answer.ok
    return len(answer.json()["features"])


def assert_not_found(story: Story, step: str) -> None:
    """Neither by the API, labelled or not, nor on the page of results, nor at its own address."""
    assert names_in_the_api(story) == names_in_the_api(story, labelled="all") == {}, step
    assert on_the_map(story) == 0, step
    story.visitor.goto("/lieux/?place=Lyon")
    expect(story.visitor.locator("[data-found]")).not_to_contain_text(NAME)
    assert story.visitor.request.get(story.venue.get_absolute_url()).status == 404, step


def assert_found(story: Story) -> None:
    """Near its place, with the service and its price; the code of the kit leads to its sheet."""
    found = names_in_the_api(story)[NAME]
    assert found["labelled"] is True
    assert found["distance_m"] < 1000
    assert names_in_the_api(story, FAR) == {}
    assert on_the_map(story) == 1
    page = story.visitor
    page.goto("/lieux/?place=Lyon")
    card = page.locator("[data-cards] > li", has_text=NAME)
    expect(card).to_contain_text("Premiers pas avec une souris")
    expect(card).to_contain_text("12,50")
    page.goto("/lieux/?place=Lyon&category=utiliser&price_max=13")
    expect(page.locator("[data-cards]")).to_contain_text(NAME)
    page.goto(f"/L/{story.venue.pk}")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()


def assert_withdrawn(story: Story) -> None:
    """Of the search and the map nothing is left; the sheet stays, and no longer says that cheques are taken."""
    assert names_in_the_api(story) == {}
    assert on_the_map(story) == 0
    assert names_in_the_api(story, labelled="all")[NAME]["labelled"] is False
    page = story.visitor
    page.goto("/lieux/?place=Lyon")
    expect(page.locator("[data-found]")).not_to_contain_text(NAME)
    page.goto(story.venue.get_absolute_url())
    expect(page.locator(".mark-aptic")).to_have_count(0)
    assert (
        story.manager.request.get(f"/espace/{story.organization.pk}/label/{story.venue.pk}/kit/").status
        == 404
    )
