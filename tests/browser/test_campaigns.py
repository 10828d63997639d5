"""A sponsor composes a rule on the map, with the keyboard alone, and without JavaScript."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.campaigns import composing
from coupons.models import Campaign, DeliveryPoint
from directory.models import Membership, Organization, User, Venue
from tests.browser.conftest import Axe, OpenPage, SignIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(creuse: list[Venue]) -> Campaign:
    sponsor = Organization.objects.create(name="Département d'essai", is_sponsor=True)
    manager = User.objects.create_user("commande@example.org")
    Membership.objects.create(user=manager, organization=sponsor, role="sponsor-manager")
    DeliveryPoint.objects.create(organization=sponsor, name="Mairie", address="1", postcode="1", commune="x")
    return composing.create_campaign(
        organization=sponsor, name="Chèque d'essai", by=manager, at=timezone.now()
    )


def entered(page: Page, campaign: Campaign, sign_in: SignIn) -> Page:
    sign_in(page, campaign.organization.memberships.get().user)
    page.goto(f"/espace/{campaign.organization_id}/campagnes/{campaign.pk}/regle/")
    return page


def drawn(page: Page, corners: list[tuple[float, float]]) -> None:
    """The polygon tool, a click at each corner (lon, lat), and one more on the first."""
    page.evaluate("document.querySelector('[data-compose-map]').scrollIntoView({block: 'center'})")
    page.locator(".leaflet-pm-icon-polygon").click()
    where = (
        "([lon, lat]) => { const map = document.querySelector('[data-compose-map]');"
        " const {x, y} = map.leaflet.latLngToContainerPoint([lat, lon]);"
        " const {left, top} = map.getBoundingClientRect(); return [left + x, top + y]; }"
    )
    for corner in [*corners, corners[0]]:
        x, y = page.evaluate(where, list(corner))
        page.mouse.move(x, y)
        page.mouse.click(x, y)


def test_what_is_drawn_is_counted_undone_and_kept(page: Page, campaign: Campaign, sign_in: SignIn) -> None:
    entered(page, campaign, sign_in)
    panel = page.locator("[data-coverage]")
    expect(panel).to_contain_text("3 lieux accepteraient ces chèques")
    page.wait_for_selector("[data-ready]")
    drawn(page, [(0.9, 45.9), (3.1, 45.9), (3.1, 47.1), (0.9, 47.1)])
    expect(panel).to_contain_text("20\xa0000 habitants")
    expect(panel).to_contain_text("1 commune sans lieu à moins de 20 km")
    expect(panel.locator(".left-out")).to_contain_text("Aubusson")
    page.get_by_role("button", name="Annuler", exact=True).first.click()
    expect(page.locator("[data-zone]")).to_have_value("")
    page.get_by_role("button", name="Rétablir").click()
    expect(panel).to_contain_text("1 commune sans lieu")
    page.locator("[name=zone_name]").fill("Autour de Guéret")
    page.get_by_role("button", name="Enregistrer la règle").click()
    expect(page.get_by_text("Dans ce territoire : Autour de Guéret.")).to_be_visible()
    [area] = campaign.areas.all()
    assert area.geom
    assert area.geom.area == pytest.approx(2.2 * 1.2, rel=0.05)


def test_a_hole_and_a_second_shape_come_from_the_outline(
    page: Page, campaign: Campaign, sign_in: SignIn
) -> None:
    entered(page, campaign, sign_in)
    page.wait_for_selector("[data-ready]")
    page.get_by_text("Coller ou corriger le contour").click()
    ring = (
        '{"type":"MultiPolygon","coordinates":[[[[1,46],[2,46],[2,47],[1,47],[1,46]],'
        "[[1.4,46.4],[1.4,46.6],[1.6,46.6],[1.6,46.4],[1.4,46.4]]],[[[2.2,46],[2.4,46],[2.4,46.2],[2.2,46]]]]}"
    )
    page.locator("[data-zone]").fill(ring)
    page.keyboard.press("Tab")
    expect(page.locator("[data-coverage]")).to_contain_text("Aucun lieu")
    assert (
        page.evaluate("document.querySelector('[data-compose-map]').drawing.shapes.getLayers().length") == 2
    )
    page.get_by_role("button", name="Annuler", exact=True).first.click()
    expect(page.locator("[data-coverage]")).to_contain_text("3 lieux")


def test_with_the_keyboard_alone(page: Page, campaign: Campaign, sign_in: SignIn) -> None:
    entered(page, campaign, sign_in)
    page.wait_for_selector("[data-ready]")
    field = page.locator("#q_areas")
    field.focus()
    page.keyboard.type("guér")
    expect(page.locator("#area-areas-options li")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Guéret commune")).to_be_checked()
    panel = page.locator("[data-coverage]")
    expect(panel).to_contain_text("10\xa0000 habitants")
    expect(panel).to_contain_text("3 lieux")
    page.get_by_role("checkbox", name="Guéret commune").press("Space")
    expect(panel).to_contain_text("20\xa0000 habitants")
    summary = page.get_by_text("Un cercle autour d'un lieu")
    summary.focus()
    page.keyboard.press("Enter")
    page.locator("#circle_place").fill("Guéret")
    page.locator("#circle_km").fill("8")
    page.get_by_role("button", name="Ajouter ce cercle").press("Enter")
    expect(panel).to_contain_text("10\xa0000 habitants")
    page.get_by_role("button", name="Enregistrer la règle").press("Enter")
    expect(page.get_by_text("Dans ce territoire : Zone de « Chèque d'essai ».")).to_be_visible()


def test_without_javascript(open_page: OpenPage, campaign: Campaign, sign_in: SignIn) -> None:
    page = entered(open_page(java_script_enabled=False), campaign, sign_in)
    page.locator("#q_areas").fill("aubusson")
    page.get_by_role("button", name="Chercher").first.click()
    page.get_by_role("checkbox", name="Aubusson commune").check()
    page.get_by_role("button", name="Voir ce que la règle atteint").click()
    expect(page.locator("[data-coverage]")).to_contain_text("Aucun lieu")
    page.get_by_role("button", name="Enregistrer la règle").click()
    expect(page.get_by_text("Dans ce territoire : Aubusson.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_anybody_can_read_the_pages(
    open_page: OpenPage, campaign: Campaign, sign_in: SignIn, axe: Axe, width: int
) -> None:
    page = entered(open_page(viewport={"width": width, "height": 800}), campaign, sign_in)
    page.wait_for_selector("[data-ready]")
    page.locator("#q_areas").fill("aubu")
    page.locator("#area-areas-options li").click()
    expect(page.locator("[data-coverage]")).to_contain_text("Aucun lieu")
    here = urlsplit(page.url).path.removesuffix("regle/")
    for address in ("", f"{here}", f"{here}fiche/", f"{here}logo/", f"{here}../", f"{here}../nouvelle/"):
        if address:
            page.goto(address)
        assert not axe(page), address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
