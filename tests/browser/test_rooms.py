"""Every page of the rooms in both languages, at two widths: axe finds nothing, nothing is wider than the screen,
the console is silent, and there is a way on; with few rows in its lists, and with none.

The pages are those of the table of tests/matrix: whatever it says to be answered is looked at, or is named
here with the reason why not. SHOTS names a folder to keep pictures in.
"""

import importlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.text import slugify
from playwright.sync_api import ConsoleMessage, Page, expect

from directory.models import Membership, Organization, User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.browser.furniture import Furnished, furnish
from tests.directory.label.conftest import private_files
from tests.matrix import world as matrix_world
from tests.matrix.world import World
from tests.test_matrix import LINES, ROUTES, address_of

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")
WIDTHS = (320, 1280)
COUPONS = ("campaigns", "cheque", "distribution", "orders", "printing")
ROOMS = ("label", "offer", "upkeep", "accounts", "team", "account", "usersessions", *COUPONS)
# Whoever first of these is answered looks at the page.
LOOKERS = ("anonymous", "manager", "reviewer", "administrator", "member", "sponsor", "operator", "accountant")
FILES = {
    "label:kit_pdf",
    "offer:download",
    "upkeep:journal_csv",
    "upkeep:desk_journal_csv",
    "campaigns:logo_png",
    "orders:paper",
    "orders:desk_paper",
    "printing:manifest",
    "printing:slip",
}
# The table asks nobody who may hand out: looked at with booklets by test_hand_over.py, here with none.
COUNTER = {f"distribution:{name}" for name in ("counter", "place", "bulk_new", "point_new")}
WITH_BOOKLETS = {f"distribution:{name}" for name in ("bulk", "lost", "point_edit")}
# Sent elsewhere by the world of the table, which has neither an invitation at hand nor a sign-in under way.
# Those that are pages are looked at by tests/browser/test_accounts.py and test_story.py.
ON_THE_WAY = {
    "accounts:invitation",
    "accounts:invited",
    "account_confirm_login_code",
    "account_set_password",
    "label:document",
    "label:desk_document",
    "label:short",
    "mfa_authenticate",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
}
SECOND_FACTOR = {
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
Look = Callable[[Page, str, str], None]


def room_of(name: str) -> str:
    return name.partition(":")[0] if ":" in name else name.partition("_")[0]


def is_get(name: str) -> bool:
    return not all(answer == "405" for answer in LINES[name].get)


PAGES = {
    name: next(role for role in LOOKERS if LINES[name].of("GET")[role] == "200")
    for name in sorted(LINES)
    if room_of(name) in ROOMS and "200" in LINES[name].get and name not in FILES
}
# Those of an organisation or a desk as a whole: what they list may be empty.
LISTS = {
    name: role
    for name, role in PAGES.items()
    if ":" in name and re.fullmatch(r"[^<]*(<int:org_id>[^<]*)?", ROUTES[name])
}


def test_no_page_is_forgotten() -> None:
    """A new address is looked at by itself; one that the table never answers must be named above."""
    known = {*PAGES, *FILES, *ON_THE_WAY, *SECOND_FACTOR, *COUNTER, *WITH_BOOKLETS}
    rooms = {*ROOMS, "mfa"}
    assert not [name for name in LINES if room_of(name) in rooms and is_get(name) and name not in known]


@pytest.fixture
def world(transactional_db: None) -> World:
    cache.clear()
    return matrix_world.build()


@pytest.fixture
def pages(open_page: OpenPage, sign_in: SignIn, world: World) -> Callable[[str], Page]:
    """One browser for each role, opened when first asked for."""
    opened: dict[str, Page] = {}

    def page_of(role: str) -> Page:
        if role not in opened:
            opened[role] = open_page(viewport={"width": 1280, "height": 900})
            if role in world.users:
                sign_in(opened[role], world.users[role])
        return opened[role]

    return page_of


@pytest.fixture
def look(axe: Axe) -> Iterator[Look]:
    """`look(page, address, name)` notes what is wrong; the test fails at its end, with all of it."""
    faults: dict[str, list[Any]] = {}
    said: list[str] = []

    def read(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def looked(page: Page, address: str, name: str) -> None:
        said.clear()
        page.on("console", read)
        answer = page.goto(address)
        if page.locator("[data-leaflet]").count():
            page.wait_for_load_state("networkidle")
        found = (
            [] if answer and answer.status == 200 and page.url.endswith(address) else [f"sent to {page.url}"]
        )
        found += [fault for width in WIDTHS for fault in faults_at(page, width)]
        page.remove_listener("console", read)
        if SHOTS:
            keep_pictures(page, name)
        if found := [*found, *said]:
            faults[f"{name} {address}"] = found

    def faults_at(page: Page, width: int) -> list[Any]:
        page.set_viewport_size({"width": width, "height": 900})
        # Other words are as long or longer, not otherwise marked up.
        in_french = page.locator("html").get_attribute("lang") == "fr"
        wide = page.evaluate("document.documentElement.scrollWidth") - width
        ways = page.locator("main :is(a, button):visible").count() - page.locator("main .tabs a").count()
        return [
            *(axe(page) if in_french else []),
            *([f"{wide} px too wide at {width}"] if wide > 0 else []),
            *(["nowhere to go from here"] if ways < 1 else []),
        ]

    yield looked
    assert not faults


def keep_pictures(page: Page, name: str) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.screenshot(path=f"{SHOTS}/{slugify(name.replace(':', '-'))}-{width}.png", full_page=True)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_of(
    room: str, language: str, world: World, pages: Callable[[str], Page], look: Look
) -> None:
    furnished = furnish(world)
    before = "" if language == "fr" else "/en"
    for name, role in PAGES.items():
        if room_of(name) == room:
            look(pages(role), before + address_of(name, LINES[name], world), f"{language} {name}")
    for role, name, arguments in states(furnished):
        if room_of(name) == room:
            address = reverse(name, args=arguments)
            look(pages(role), before + address, f"{language} {name} {'-'.join(map(str, arguments))}")
    assert all(pages(role).locator("html").get_attribute("lang") == language for role in looked_by(room))


def looked_by(room: str) -> set[str]:
    return {role for name, role in PAGES.items() if room_of(name) == room}


def states(furnished: Furnished) -> Iterator[tuple[str, str, list[Any]]]:
    """What the table's own rows do not show: (who looks, address, its arguments)."""
    own, venue = furnished.world.organization.pk, furnished.world.venue.pk
    for application in furnished.applications.values():
        yield "manager", "label:application", [own, application.pk]
        if application.status != "draft":
            yield "reviewer", "label:desk_application", [application.pk]
    yield "manager", "label:question", [own, furnished.applications["draft"].pk, 11]
    for page in ("documents", "charter", "review"):
        yield "manager", f"label:{page}", [own, furnished.applications["more_information"].pk]
    yield "manager", "offer:stops", [own, furnished.bus.pk]
    yield "manager", "offer:stop", [own, furnished.bus.pk, furnished.stop.pk]
    yield "manager", "offer:service", [own, furnished.returned.pk]
    yield "manager", "offer:service_coverage", [own, furnished.revised.pk]
    yield "manager", "offer:venue", [own, furnished.bus.pk]
    yield "reviewer", "offer:desk_service", [furnished.revised.revision.pk]
    for edit in furnished.edits:
        yield "manager", "offer:bulk_edit", [own, edit.pk]
    yield "manager", "upkeep:journal", [own]
    yield "anonymous", "upkeep:report", [venue]


def test_empty_lists(world: World, pages: Callable[[str], Page], look: Look) -> None:
    """The foreign organisation has nothing yet; nothing waits on the platform's desks."""
    for name, role in LISTS.items():
        arguments: Mapping[str, int] = {"org_id": world.foreign.pk} if "org_id" in ROUTES[name] else {}
        looker = "foreign" if arguments else role
        if room_of(name) not in COUPONS:
            look(pages(looker), reverse(name, kwargs=arguments), f"empty {name}")


def test_empty_lists_of_coupons(world: World, pages: Callable[[str], Page], look: Look) -> None:
    """A sponsor on its first day, and desks on which nothing waits."""
    newcomer = Organization.objects.create(name="Commune nouvelle", is_sponsor=True)
    world.users["newcomer"] = matrix_world.account("newcomer")
    Membership.objects.create(user=world.users["newcomer"], organization=newcomer, role="sponsor-manager")
    lists = {name: role for name, role in LISTS.items() if room_of(name) in COUPONS}
    for name, role in {**lists, **dict.fromkeys(COUNTER, "newcomer")}.items():
        own = {"org_id": newcomer.pk} if "org_id" in ROUTES[name] else {}
        look(pages("newcomer" if own else role), reverse(name, kwargs=own), f"empty {name}")


def test_the_second_factor(open_page: OpenPage, sign_in: SignIn, world: World, look: Look) -> None:
    """Of one who has none yet, then of one who has an application, codes and a key."""
    page, user = open_page(), world.users["manager"]
    sign_in(page, user)
    just_gave_the_password(page, user)
    for name in ("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"):
        look(page, reverse(name), f"first {name}")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    key = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Téléphone", "credential": {}, "passwordless": True}
    )
    for name in sorted(SECOND_FACTOR - {"mfa_activate_totp", "mfa_add_webauthn"}):
        arguments = [key.pk] if "<int:pk>" in ROUTES[name] else []
        look(page, reverse(name, args=arguments), name)


def just_gave_the_password(page: Page, user: User) -> None:
    """So that it is not asked again."""
    cookie = next(one for one in page.context.cookies() if one["name"] == "sessionid")
    session = importlib.import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def test_signing_in_asks_for_the_code(open_page: OpenPage, world: World, look: Look) -> None:
    page, user = open_page(), world.users["manager"]
    TOTP.activate(user, generate_totp_secret())
    page.goto("/compte/login/")
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.get_by_label("Mot de passe").fill("mot-de-passe")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Votre code")).to_be_visible()
    look(page, reverse("mfa_authenticate"), "mfa_authenticate")
