"""The books in a browser: a campaign expires, its credit note, the refund; every page for everybody.

SHOTS names a folder to keep pictures in.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from coupons.books import funds, proving
from coupons.models import Account, Entry, Payment
from directory.models import Membership, StaffRole, User
from tests.browser.conftest import Axe, OpenPage, SignIn, make_commune
from tests.coupons import toy
from tests.coupons.books import made

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def story() -> made.Story:
    return made.a_story()


@pytest.fixture
def manager(story: made.Story) -> User:
    user = User.objects.create_user("manager@exemple.test", name="Camille")
    Membership.objects.create(user=user, organization=story.campaign.organization, role="sponsor-manager")
    return user


@pytest.fixture
def accountant() -> User:
    user = User.objects.create_user("accountant@exemple.test", name="Dominique")
    StaffRole.objects.create(user=user, role="accountant")
    return user


def test_a_fund_is_opened_from_a_search(page: Page, sign_in: SignIn, accountant: User) -> None:
    make_commune("23096", "Guéret", 1, 46)
    sign_in(page, accountant)
    page.goto("/plateforme/fonds/")
    page.get_by_role("link", name="Ouvrir un fonds").click()
    page.get_by_label("1. Chercher son territoire").fill("guéret")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_label("Guéret").check()
    page.get_by_label("3. Nommer le fonds").fill("Fonds de Guéret")
    page.get_by_role("button", name="Ouvrir ce fonds").click()
    expect(page.get_by_role("heading", name="Fonds de Guéret")).to_be_visible()
    page.goto("/fonds/")
    expect(page.get_by_role("row", name="Fonds de Guéret")).to_be_visible()
    drawn = page.frame_locator("iframe").locator("path.leaflet-interactive")
    expect(drawn).to_have_count(1)


def test_a_sponsor_finds_the_credit_note(
    page: Page, sign_in: SignIn, manager: User, story: made.Story
) -> None:
    made.refunded(story)
    sign_in(page, manager)
    page.goto("/espace/")
    page.get_by_role("link", name="Les remboursements").click()
    page.get_by_role("link", name="Le numérique pour tous").click()
    expect(page.get_by_role("row", name="Total remboursé")).to_contain_text("65,60")
    answer = page.request.get(page.get_by_role("link", name="Avoir").get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"


def addresses(story: made.Story, manager: User, accountant: User) -> dict[str, list[str]]:
    make_commune("23096", "Guéret", 1, 46)
    area = make_commune("23008", "Aubusson", 2, 46)
    fund = funds.create(name="Fonds d'Aubusson", area=area, by=accountant, at=toy.AT)
    national = story.payment.redemptions.get(coupon__position=1).fund
    refund = made.refunded(story)
    for day in range(12):
        proving.publish(at=toy.AT + timedelta(days=day))
    space = f"/espace/{story.campaign.organization.pk}/remboursements/"
    bank = Account.objects.get(kind="bank")
    period = "since=2026-01-01&until=2029-12-31"
    return {
        "anonymous": ["/preuve-de-reserve/", "/fonds/", "/fonds/carte/"],
        "manager": [space, f"{space}{refund.pk}/"],
        "accountant": [
            f"/plateforme/comptes/?{period}",
            f"/plateforme/comptes/journal/?{period}",
            f"/plateforme/comptes/{bank.pk}/?{period}",
            f"/plateforme/comptes/ecritures/{Entry.objects.get(payment=Payment.objects.first()).pk}/",
            "/plateforme/fonds/",
            "/plateforme/fonds/nouveau/?q=a",
            f"/plateforme/fonds/{national.pk}/?year=2026",
            f"/plateforme/fonds/{fund.pk}/",
        ],
    }


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_for_everybody(
    open_page: OpenPage,
    sign_in: SignIn,
    axe: Axe,
    story: made.Story,
    manager: User,
    accountant: User,
    width: int,
) -> None:
    pages = addresses(story, manager, accountant)
    for who, user in (("anonymous", None), ("manager", manager), ("accountant", accountant)):
        page = open_page(viewport={"width": width, "height": 900})
        if user:
            sign_in(page, user)
        for number, address in enumerate(pages[who]):
            answer: Any = page.goto(address)
            assert answer.status == 200, address
            if SHOTS:
                page.wait_for_timeout(400)
                page.screenshot(path=f"{SHOTS}/{who}-{number}-{width}.png", full_page=True)
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_the_first_day_has_nothing_and_says_so(
    open_page: OpenPage, sign_in: SignIn, axe: Axe, accountant: User
) -> None:
    page = open_page(viewport={"width": 390, "height": 900})
    sign_in(page, accountant)
    for address in ("/preuve-de-reserve/", "/fonds/", "/plateforme/comptes/", "/plateforme/comptes/journal/"):
        page.goto(address)
        assert axe(page) == [], address
