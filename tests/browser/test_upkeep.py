"""Upkeep in Chromium: every page at two widths, a report without JavaScript, two venues made one."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from directory.audit import acting
from directory.models import ErrorReport, Membership, Organization, User, Venue
from directory.upkeep import claiming, duplicates, reporting
from tests.directory.upkeep import conftest as upkeep
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (320, 1280)
NOON = upkeep.NOON
# Degrees of longitude that make a hundred metres at 46.5° north.
HUNDRED_M = 100 / 76_700


def sign_in(page: Page, user: User, live_server: Any) -> None:
    client = SignedInClient()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])


def check(page: Page, axe: Any, address: str, name: str) -> None:
    """At each width: axe finds nothing, nobody scrolls sideways. UPKEEP_PICTURES keeps a picture."""
    page.goto(address)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if folder := os.environ.get("UPKEEP_PICTURES"):
            page.wait_for_timeout(400)
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} at {width}"
        assert axe(page) == [], f"{address} at {width}"


@pytest.fixture
def organization(transactional_db: None) -> Organization:
    return Organization.objects.create(
        name="Association des ateliers", is_provider=True, siret="55210055400013"
    )


@pytest.fixture
def people(organization: Organization) -> tuple[User, User]:
    """A manager, long there, and a reviewer."""
    manager, reviewer = upkeep.person("responsable", organization), upkeep.person("relecture")
    Membership.objects.update(since="2020-01-01T00:00Z")
    reviewer.staff_roles.create(role="reviewer")
    return manager, reviewer


@pytest.fixture
def venues(organization: Organization, people: tuple[User, User]) -> tuple[Venue, Venue, Venue]:
    """One of theirs, long not confirmed; an imported one beside it, of a name alike; another import."""
    with acting(people[0]):
        own = upkeep.venue_of(organization, "Atelier du port", slug="atelier", verified_on="2025-01-01")
        alike = upkeep.venue_of(None, "L'atelier du Port", 2.5 + HUNDRED_M, source="import", source_id="7")
        other = upkeep.venue_of(None, "Médiathèque de la gare", 2.6, slug="mediatheque")
    return own, alike, other


def test_every_page(
    page: Page, axe: Any, live_server: Any, organization: Organization, people: tuple[User, User], venues: Any
) -> None:
    manager, reviewer = people
    own, alike, other = venues
    report = reporting.report(venue=own, kind="hours", message="C'est fermé le lundi.", email="", at=NOON)
    claim = claiming.claim(venue=other, organization=organization, proof="Notre site.", by=manager, at=NOON)
    duplicates.find(NOON)
    check(page, axe, own.get_absolute_url(), "sheet")
    check(page, axe, other.get_absolute_url(), "sheet-free")
    check(page, axe, reverse("upkeep:report", args=[own.pk]), "report")
    check(page, axe, reverse("upkeep:report_thanks", args=[own.pk]), "thanks")
    sign_in(page, manager, live_server)
    for name in ("venues", "reports", "claims", "journal"):
        check(page, axe, reverse(f"upkeep:{name}", args=[organization.pk]), name)
    check(page, axe, reverse("upkeep:claims", args=[organization.pk]) + "?q=gare", "claims-found")
    check(page, axe, reverse("upkeep:report_answer", args=[organization.pk, report.pk]), "report-answer")
    check(page, axe, reverse("upkeep:claim", args=[organization.pk, alike.pk]), "claim")
    sign_in(page, reviewer, live_server)
    for name in ("desk", "desk_stale", "desk_reports", "desk_claims", "desk_duplicates", "desk_journal"):
        check(page, axe, reverse(f"upkeep:{name}"), name)
    check(page, axe, reverse("upkeep:claim_which", args=[alike.pk]), "claim-which")
    check(page, axe, reverse("upkeep:desk_report", args=[report.pk]), "desk-report")
    check(page, axe, reverse("upkeep:desk_claim", args=[claim.pk]), "desk-claim")
    check(page, axe, reverse("upkeep:desk_pair", args=[own.pk, alike.pk]), "desk-pair")


def test_an_error_is_reported_without_javascript(open_page: Any, venues: tuple[Venue, Venue, Venue]) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(venues[0].get_absolute_url())
    page.get_by_role("link", name="Signaler une erreur").click()
    page.get_by_label("Les horaires sont faux").check()
    page.get_by_label("Expliquez en quelques mots").fill("C'est fermé le lundi.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    assert ErrorReport.objects.get().message == "C'est fermé le lundi."


def test_two_made_one_and_the_old_link_leads_on(
    page: Page, live_server: Any, people: tuple[User, User], venues: tuple[Venue, Venue, Venue]
) -> None:
    own, alike, _other = venues
    duplicates.find(NOON)
    sign_in(page, people[1], live_server)
    page.goto(reverse("upkeep:desk"))
    page.get_by_role("link", name="Doublons possibles").click()
    page.get_by_role("link", name="Comparer").click()
    expect(page.locator(".leaflet-marker-icon")).to_have_count(2)
    page.get_by_role("button", name="C'est le même lieu").click()
    expect(page.get_by_text("Les deux fiches n'en font plus qu'une")).to_be_visible()
    page.goto(alike.get_absolute_url())
    assert page.url.endswith(own.get_absolute_url())
