"""The label's pages in Chromium: axe finds nothing at any width, nothing is wider than the screen."""

from datetime import timedelta
from typing import Any

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
from tests.directory.label.conftest import application_at, private_files, venue_of
from tests.signing_in import SignedInClient

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (320, 390, 1280)
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


def sign_in(page: Page, user: User, live_server: Any) -> None:
    client = SignedInClient()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])


def check(page: Page, axe: Any, address: str) -> None:
    """At each width: axe finds nothing, and nobody scrolls sideways."""
    page.goto(address)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} at {width}"
        assert axe(page) == [], f"{address} at {width}"


def test_applicants_pages(
    page: Page, axe: Any, live_server: Any, manager: User, applications: dict[str, LabelApplication]
) -> None:
    draft, accepted = applications["draft"], applications["accepted"]
    sign_in(page, manager, live_server)
    own = [draft.organization_id, draft.pk]
    check(page, axe, "/label/")
    check(page, axe, reverse("label:labels", args=own[:1]))
    check(page, axe, reverse("label:kit", args=[accepted.organization_id, accepted.venue_id]))
    for application in applications.values():
        check(page, axe, reverse("label:application", args=[application.organization_id, application.pk]))
    for number in (1, 11):
        check(page, axe, reverse("label:question", args=[*own, number]))
    for name in ("documents", "charter", "review", "withdraw"):
        check(page, axe, reverse(f"label:{name}", args=own))


def test_reviewers_pages(
    page: Page, axe: Any, live_server: Any, reviewer: User, applications: dict[str, LabelApplication]
) -> None:
    sign_in(page, reviewer, live_server)
    check(page, axe, "/plateforme/candidatures/")
    for step in ("submitted", "in_review", "accepted"):
        check(page, axe, reverse("label:desk_application", args=[applications[step].pk]))
    check(page, axe, "/plateforme/labels/")
    check(page, axe, reverse("label:desk_label", args=[applications["accepted"].venue_id]))


def test_questions_are_answered_with_the_keyboard(
    page: Page, live_server: Any, manager: User, applications: dict[str, LabelApplication]
) -> None:
    draft = applications["draft"]
    sign_in(page, manager, live_server)
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
    page: Page, live_server: Any, reviewer: User, applications: dict[str, LabelApplication]
) -> None:
    sign_in(page, reviewer, live_server)
    page.goto(reverse("label:desk_application", args=[applications["in_review"].pk]))
    page.locator(".leaflet-marker-icon.is-active").wait_for()
    assert page.locator(".leaflet-marker-icon").count() == page.locator(".neighbours li").count() + 1
    assert page.locator(".neighbours .mark-aptic").count() >= 4


def test_decided_meanwhile_by_a_colleague(
    page: Page, live_server: Any, reviewer: User, applications: dict[str, LabelApplication]
) -> None:
    in_review = applications["in_review"]
    colleague = User.objects.create_user("relecture@example.org", name="Claude Relecture")
    StaffRole.objects.create(user=colleague, role="reviewer")
    sign_in(page, reviewer, live_server)
    page.goto(reverse("label:desk_application", args=[in_review.pk]))
    deciding.refuse(application=in_review, reason="Trop tôt.", by=colleague, at=timezone.now())
    page.get_by_text("Accepter", exact=True).click()
    page.get_by_role("button", name="Donner le label").click()
    page.get_by_text("Claude Relecture a déjà agi").wait_for()
    assert not Labelling.objects.filter(venue=in_review.venue).exists()


def test_kit_and_documents_are_downloaded(
    page: Page, live_server: Any, manager: User, applications: dict[str, LabelApplication]
) -> None:
    accepted = applications["accepted"]
    sign_in(page, manager, live_server)
    page.goto(reverse("label:kit", args=[accepted.organization_id, accepted.venue_id]))
    with page.expect_download() as kit:
        page.get_by_role("link", name="Télécharger le PDF Tout le kit").click()
    assert kit.value.suggested_filename == f"aptic-kit-{accepted.venue_id}.pdf"
    page.goto(reverse("label:documents", args=[accepted.organization_id, accepted.pk]))
    with page.expect_download() as proof:
        page.get_by_role("link", name="Statuts").click()
    assert proof.value.suggested_filename == "preuve.pdf"
