"""Debian's Chromium against the live site.

`page` is a desktop in French; `open_page(**options)` opens others (viewport, geolocation, no JavaScript …).
No request may leave the host and no page may break its own Content-Security-Policy: either fails the test.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connections
from django.urls import get_resolver
from django.utils.text import slugify
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

from directory.models import Category, Labelling, Place, Service, User, Venue, VenueType
from geodata.folding import fold
from geodata.models import Area, Toponym
from tests.signing_in import SignedInClient

LOCAL_SCHEMES = {"data", "blob", "about"}
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
SignIn = Callable[[Page, User], None]


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is missing: bin/test installs it"
    # Else the first page waits for the modules of every room to be read.
    assert get_resolver().url_patterns
    # Playwright's own event loop lives in this thread, and Django would take it for an asynchronous view's.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # A page that is right is right at once; one on a busy machine may take its time.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()
        # Inside that loop Django keeps connections of their own, which would hold the test database.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, transactional_db: None) -> Iterator[OpenPage]:
    """Opens a page of its own context; addresses may be relative to the live site."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def keep_home(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in LOCAL_SCHEMES or address.netloc == urlsplit(live_server.url).netloc:
            route.continue_()
        else:
            faults.append(f"request to {route.request.url}")
            route.abort()

    def read_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, locale="fr-FR", **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        context.route("**/*", keep_home)
        page = context.new_page()
        page.on("console", read_console)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    wait_for_the_site()
    assert not faults, faults


def wait_for_the_site() -> None:
    """Until it has answered what closed pages asked: a request under way would meet the emptying of the tables."""
    answering = [one for one in threading.enumerate() if "process_request_thread" in one.name]
    for one in answering:
        one.join(timeout=20)
    assert not [one for one in answering if one.is_alive()], "the site still answers a page that was closed"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(viewport={"width": 1280, "height": 800})


@pytest.fixture
def sign_in(live_server: Any) -> SignIn:
    """`sign_in(page, user)`: wholly, second factor included, without the forms."""

    def signed_in(page: Page, user: User) -> None:
        client = SignedInClient()
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])

    return signed_in


@pytest.fixture(scope="session")
def axe() -> Axe:
    """`axe(page)`: axe-core's violations on the loaded page, each `{id, where: [HTML of elements]}`; [] is a pass."""
    source = (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text()

    def violations(page: Page) -> list[dict[str, Any]]:
        # A click waits until the next page begins to arrive, not until it is there.
        page.wait_for_load_state()
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        return [{"id": one["id"], "where": [node["html"] for node in one["nodes"]]} for one in found]

    return violations


@pytest.fixture
def creuse(transactional_db: None) -> list[Venue]:
    """Three labelled venues of a toy Creuse and one without the label; two communes of one degree."""
    home = make_commune("23096", "Guéret", 1, 46)
    make_commune("23008", "Aubusson", 2, 46)
    return [
        make_venue(
            "Médiathèque des Carrés", home.point.x, home.point.y, services=[("Écrire un courriel", 1000)]
        ),
        make_venue(
            "Atelier <b>& Cie", home.point.x + 0.01, home.point.y, services=[("Réparer", 0)], accessible=True
        ),
        make_venue(
            "Espace numérique du Bourg", home.point.x, home.point.y + 0.03, services=[("Démarches", None)]
        ),
        make_venue("Lieu sans chèque", home.point.x, home.point.y + 0.01, labelled=False),
    ]


def make_commune(
    code: str, name: str, lon: int, lat: int, *, context: str = "Creuse", hall: Point | None = None
) -> Area:
    """A square of one degree; its town hall stands in the middle unless told otherwise."""
    outline = MultiPolygon(Polygon.from_bbox((lon, lat, lon + 1, lat + 1)), srid=4326)
    point = hall or Point(lon + 0.5, lat + 0.5, srid=4326)
    area = Area.objects.create(
        level="commune", code=code, name=name, geom=outline, point=point, population=10_000
    )
    Toponym.objects.create(
        kind="commune",
        name=name,
        folded=fold(name),
        code=code,
        context=context,
        weight=10_000,
        area=area,
        point=point,
    )
    return area


def make_venue(
    name: str,
    lon: float,
    lat: float,
    *,
    services: Sequence[tuple[str, int | None]] = (),
    labelled: bool = True,
    **fields: Any,
) -> Venue:
    kind = VenueType.objects.get(slug="mediatheque")
    venue = Venue.objects.create(
        name=name, slug=slugify(name), venue_type=kind, phone="+33555000000", **fields
    )
    for service, price in services:
        Service.objects.create(
            venue=venue,
            name=service,
            price_cents=price,
            status="approved",
            category=Category.objects.get(slug="utiliser"),
        )
    if labelled:
        Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2100, 1, 1)))
    Place.objects.create(
        venue=venue,
        point=Point(lon, lat, srid=4326),
        address="1 place du Marché",
        postcode="23000",
        commune="Guéret",
        commune_code="23096",
        hours="Mo-Su 00:00-24:00",
    )
    return venue
