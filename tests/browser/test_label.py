"""The label in Chromium: by keyboard, on the map, decided by two, downloaded."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from directory.label import deciding
from directory.models import (
    LabelApplication,
    Labelling,
    Membership,
    Organization,
    Place,
    StaffRole,
    User,
    Venue,
)
from tests.browser.conftest import SignIn
from tests.directory.label.conftest import application_at, private_files, venue_of

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.fixture
def manager() -> User:
    return User.objects.create_user("responsable@example.org", name="Camille Responsable")


@pytest.fixture
def reviewer() -> User:
    user = User.objects.create_user("instruction@example.org", name="Dominique Instruction")
    StaffRole.objects.create(user=user, role="reviewer")
    return user


@pytest.fixture
def applications(manager: User, reviewer: User) -> dict[str, LabelApplication]:
    """One at each step, each of its own venue; neighbours around."""
    organization = Organization.objects.create(name="Association des ateliers", is_provider=True)
    Membership.objects.create(user=manager, organization=organization, role="provider-manager")
    for n in range(12):
        neighbour = Venue.objects.create(name=f"Médiathèque {n}", slug="mediatheque")
        Place.objects.create(venue=neighbour, point=Point(2.45 + n / 100, 46.47 + n % 4 / 50))
        if n % 3 == 0:
            today = timezone.localdate()
            Labelling.objects.create(venue=neighbour, during=(today, today + timedelta(days=30)))
    steps = ("draft", "submitted", "in_review", "more_information", "accepted", "refused")
    return {
        step: application_at(
            step, venue_of(organization, f"Atelier du port {step}"), manager, by=reviewer, at=NOW
        )
        for step in steps
    }


def test_questions_are_answered_with_the_keyboard(
    page: Page, sign_in: SignIn, manager: User, applications: dict[str, LabelApplication]
) -> None:
    draft = applications["draft"]
    sign_in(page, manager)
    page.goto(reverse("label:application", args=[draft.organization_id, draft.pk]))
    page.get_by_role("link", name="Commencer").press("Enter")
    page.get_by_role("radio").first.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Question 2 sur 14").wait_for()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("alert").wait_for()
    page.get_by_role("link", name="Question précédente").click()
    assert page.get_by_role("radio").first.is_checked()
    page.get_by_role("link", name="Revenir plus tard").click()
    page.get_by_role("link", name="Reprendre").click()
    page.get_by_text("Question 2 sur 14").wait_for()


def test_the_applicant_stands_among_its_neighbours(
    page: Page, sign_in: SignIn, reviewer: User, applications: dict[str, LabelApplication]
) -> None:
    sign_in(page, reviewer)
    page.goto(reverse("label:desk_application", args=[applications["in_review"].pk]))
    page.locator(".leaflet-marker-icon.is-active").wait_for()
    assert page.locator(".leaflet-marker-icon").count() == page.locator(".neighbours li").count() + 1
    assert page.locator(".neighbours .mark-aptic").count() >= 4


def test_decided_meanwhile_by_a_colleague(
    page: Page, sign_in: SignIn, reviewer: User, applications: dict[str, LabelApplication]
) -> None:
    in_review = applications["in_review"]
    colleague = User.objects.create_user("relecture@example.org", name="Claude Relecture")
    StaffRole.objects.create(user=colleague, role="reviewer")
    sign_in(page, reviewer)
    page.goto(reverse("label:desk_application", args=[in_review.pk]))
    deciding.refuse(application=in_review, reason="Trop tôt.", by=colleague, at=timezone.now())
    page.get_by_text("Accepter", exact=True).click()
    page.get_by_role("button", name="Donner le label").click()
    page.get_by_text("Claude Relecture a déjà agi").wait_for()
    assert not Labelling.objects.filter(venue=in_review.venue).exists()


def test_kit_and_documents_are_downloaded(
    page: Page, sign_in: SignIn, manager: User, applications: dict[str, LabelApplication]
) -> None:
    accepted = applications["accepted"]
    sign_in(page, manager)
    page.goto(reverse("label:kit", args=[accepted.organization_id, accepted.venue_id]))
    with page.expect_download() as kit:
        page.get_by_role("link", name="Télécharger le PDF Tout le kit").click()
    assert kit.value.suggested_filename == f"aptic-kit-{accepted.venue_id}.pdf"
    page.goto(reverse("label:documents", args=[accepted.organization_id, accepted.pk]))
    with page.expect_download() as proof:
        page.get_by_role("link", name="Statuts").click()
    assert proof.value.suggested_filename == "preuve.pdf"
