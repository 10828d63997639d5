"""Hostile texts in Chromium with the Content-Security-Policy switched off: escaping alone must hold.

Every text of every room is hostile; each of its pages, and what anybody may look at, is opened; nothing that was
typed has run, nor been asked of another host (`open_page` sees to that).
"""

from collections.abc import Callable, Iterable

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page

from directory.models import Venue
from tests.browser.conftest import OpenPage, SignIn, make_commune, make_venue
from tests.browser.furniture import furnish
from tests.browser.test_rooms import PAGES, ROOMS, room_of, states
from tests.directory.accounts import test_inert as accounts
from tests.directory.label import test_inert as label
from tests.directory.label.conftest import private_files
from tests.directory.offer import test_inert as offer
from tests.directory.test_inert import write
from tests.directory.upkeep import test_inert as upkeep
from tests.hostile import PAYLOADS, RAN, batches
from tests.matrix import world as matrix_world
from tests.test_matrix import LINES, address_of

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)
FILLS: tuple[Callable[[str], None], ...] = (accounts.fill, label.fill, offer.fill, upkeep.fill)


@pytest.fixture
def hostile_page(open_page: OpenPage) -> Page:
    return open_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)


def assert_nothing_ran(page: Page, addresses: Iterable[str]) -> None:
    ran = []
    for address in addresses:
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, address
        page.evaluate(POKE)
        if any(frame.evaluate(RAN) for frame in page.frames):
            ran.append(address)
    assert not ran


# What is waiting for a touch: focus, the mouse, an opening.
POKE = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll("main *")) {
    for (const name of ["focus", "focusin", "mouseover", "click", "animationstart", "toggle"]) {
      if (name === "click" && one.closest("a, button, form, summary")) continue;
      one.dispatchEvent(new Event(name, { bubbles: false }));
    }
  }
}"""


def test_the_trap_works(hostile_page: Page) -> None:
    """In a page that forgets to escape, these texts do run."""
    for payload in ("<script>window.xss=1</script>", '<p title="" onmouseover="window.xss=1" x="">'):
        hostile_page.set_content(f"<main>{payload}</main>")
        hostile_page.evaluate(POKE)
        assert hostile_page.evaluate(RAN) == 1, payload


def test_what_anybody_may_look_at(hostile_page: Page, transactional_db: None) -> None:
    """Cards, the markers of the map and their popups, a territory with its framed map, some sheets."""
    home = make_commune("23096", "Guéret", 1, 46)
    texts = batches(240)
    for rank, text in enumerate(texts):
        write(make_venue("x", home.point.x + rank / 500, home.point.y, services=[("x", 100)]), text)
    sheets = [venue.get_absolute_url() for venue in Venue.objects.order_by("pk")]
    results = [f"/lieux/?lon={home.point.x}&lat={home.point.y}"]
    assert_nothing_ran(hostile_page, ["/", *results, "/territoires/commune/23096/", *sheets])
    hostile_page.goto(f"{results[0]}&radius_km=5")
    markers = hostile_page.locator(".leaflet-marker-icon")
    markers.first.wait_for()
    for rank in range(min(markers.count(), 8)):
        markers.nth(rank).dispatch_event("click")
        assert not hostile_page.evaluate(RAN)
    hostile_page.goto("/territoires/commune/23096/carte/")
    points = hostile_page.locator("path.leaflet-interactive")
    for rank in range(points.count()):
        points.nth(rank).dispatch_event("mouseover")
        assert not hostile_page.evaluate(RAN)
    assert points.count() == len(texts)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms(room: str, open_page: OpenPage, sign_in: SignIn) -> None:
    """Short fields hold the first of the texts: each room begins elsewhere."""
    cache.clear()
    world = matrix_world.build()
    pages = [
        (role, address_of(name, LINES[name], world)) for name, role in PAGES.items() if room_of(name) == room
    ]
    pages += [
        (role, reverse(name, args=arguments))
        for role, name, arguments in states(furnish(world))
        if room_of(name) == room
    ]
    first = ROOMS.index(room) * len(PAYLOADS) // len(ROOMS)
    for fill in FILLS:
        fill(" ".join([*PAYLOADS[first:], *PAYLOADS[:first]]))
    for role in {role for role, _address in pages}:
        page = open_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
        if role in world.users:
            sign_in(page, world.users[role])
        assert_nothing_ran(page, [address for who, address in pages if who == role])
