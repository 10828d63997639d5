"""The dashboards in Chromium: a sponsor from its figures to the report, the framed map, axe at two widths.

SHOTS names a folder to keep pictures in.
"""

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from directory.models import StaffRole
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons import toy
from tests.coupons.dashboards.life import Life, build

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")
WIDTHS = (320, 1280)


@pytest.fixture
def life(transactional_db: None) -> Life:
    cache.clear()
    return build()


def keep(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def looked_at(page: Page, axe: Axe, address: str, name: str) -> None:
    answer = page.goto(address)
    assert answer
    assert answer.status == 200
    for one in page.locator("details").all():
        one.evaluate("details => { details.open = true }")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == [], (name, width)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        keep(page, f"{name}-{width}")


def test_a_sponsor_from_figures_to_report(open_page: OpenPage, sign_in: SignIn, axe: Axe, life: Life) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    sign_in(page, life.viewer)
    of = [life.organization.pk, life.campaign.pk]
    for name, arguments in (
        ("overview", of[:1]),
        ("campaign", of),
        ("white_zones", of),
        ("what_if", of),
        ("lines", [*of, "flux"]),
    ):
        looked_at(page, axe, reverse(f"dashboards:{name}", args=arguments), name)
    page.goto(reverse("dashboards:overview", args=of[:1]))
    page.get_by_role("link", name=life.campaign.name).click()
    frame = page.frame_locator("iframe.area-frame")
    page.locator("iframe.area-frame").scroll_into_view_if_needed()
    expect(frame.locator("path.leaflet-interactive").first).to_be_visible()
    report = page.request.get(reverse("dashboards:report", args=of))
    assert report.body().startswith(b"%PDF")
    if SHOTS:
        Path(SHOTS, "report.pdf").write_bytes(report.body())


def test_the_map_by_itself(open_page: OpenPage, sign_in: SignIn, axe: Axe, life: Life) -> None:
    """Circles, arrows and rings; all it needs comes from here and weighs 500 kB at most."""
    page = open_page(viewport={"width": 900, "height": 600})
    sign_in(page, life.viewer)
    weights: list[int] = []
    page.on("response", lambda answer: weights.append(len(answer.body())))
    address = reverse("dashboards:map", args=[life.organization.pk, life.campaign.pk])
    page.goto(address, wait_until="networkidle")
    drawn = page.locator("path.leaflet-interactive")
    # Two communes of use, one arrow that is told, one white zone.
    assert drawn.count() >= 3
    assert 100_000 < sum(weights) <= 500_000
    keep(page, "map")
    page.goto(f"{address}?niveau=epci", wait_until="networkidle")
    assert drawn.count() >= 1
    keep(page, "map-epci")


def test_a_provider_and_the_platform(open_page: OpenPage, sign_in: SignIn, axe: Axe, life: Life) -> None:
    manager = toy.User.objects.create_user("gerante@exemple.test")
    life.provider.memberships.create(user=manager, role="provider-manager")
    page = open_page(viewport={"width": 1280, "height": 900})
    sign_in(page, manager)
    looked_at(page, axe, reverse("dashboards:activity", args=[life.provider.pk]), "activity")
    staff = toy.User.objects.create_user("plateforme@exemple.test")
    for role in ("administrator", "accountant", "operator"):
        StaffRole.objects.create(user=staff, role=role)
    other = open_page(viewport={"width": 1280, "height": 900})
    sign_in(other, staff)
    looked_at(other, axe, reverse("dashboards:platform"), "platform")
    expect(other.get_by_text("Les écritures sont équilibrées.")).to_be_visible()
    assert other.get_by_text("Faux").count() == 0


def test_without_javascript(open_page: OpenPage, sign_in: SignIn, life: Life) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, life.viewer)
    page.goto(reverse("dashboards:campaign", args=[life.organization.pk, life.campaign.pk]))
    page.get_by_role("link", name="Et si la règle changeait ?").click()
    page.get_by_role("button", name="Calculer").click()
    expect(page.get_by_role("heading", name="Avec cette règle")).to_be_visible()
