"""Every address, asked by every role with GET and POST, answers what the table says.

An address without a line fails. The lines are in tests/matrix, one module a room.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from http.cookies import SimpleCookie
from itertools import product
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import tests.matrix
from tests.conftest import become_the_site
from tests.matrix import world as matrix_world
from tests.matrix.lines import ROLES, Line
from tests.matrix.world import World
from tests.signing_in import SignedInClient

Browser = tuple[Client, SimpleCookie]
ROOMS: list[ModuleType] = [
    importlib.import_module(f"tests.matrix.{found.name}")
    for found in pkgutil.iter_modules(tests.matrix.__path__)
    if found.name not in {"lines", "world"}
]
LINES: dict[str, Line] = {name: line for room in ROOMS for name, line in room.LINES.items()}


def routes(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Name (or, without one, the pattern) and pattern of every address."""
    for found in resolver.url_patterns:
        pattern = f"{prefix}{found.pattern}"
        if isinstance(found, URLPattern):
            yield f"{namespace}{found.name or pattern}", pattern
        else:
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from routes(found, pattern, inner)


ROUTES = dict(routes(get_resolver()))


def test_every_address_has_its_line() -> None:
    assert not [name for name in ROUTES if not name.startswith("admin:") and name not in LINES]


def test_every_line_has_its_address() -> None:
    assert not [name for name in LINES if name not in ROUTES]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once, in a transaction around all the questions, by the site; each question is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        become_the_site()
        yield matrix_world.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browsers(world: World) -> dict[str, Browser]:
    """One for each role, signed in wholly."""
    opened = {}
    for role in ROLES:
        client = SignedInClient()
        if role in world.users:
            client.force_login(world.users[role])
        opened[role] = (client, client.cookies)
    return opened


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(LINES))
def test_the_answer_is_the_one_of_the_table(name: str, world: World, browsers: dict[str, Browser]) -> None:
    line = LINES[name]
    address = address_of(name, line, world)
    for method in ("GET", "POST"):
        expected = line.of(method)
        found = {role: ask(browsers[role], method, address, line.body) for role in expected}
        wrong = {role: found[role] for role in expected if not agrees(expected[role], found[role])}
        assert not wrong, f"{method} {address}: the table says {' '.join(expected.values())}"


ADMIN = {name: pattern for name, pattern in ROUTES.items() if name.startswith("admin:")}
# The door itself, and what opens nothing.
ADMIN_OPEN = {"admin:login", "admin:logout", "admin:jsi18n"}


@pytest.mark.django_db
def test_the_administration_is_for_administrators(browsers: dict[str, Browser]) -> None:
    named = {name: pattern for name, pattern in ADMIN.items() if pattern not in name}
    closed = [reverse(n, kwargs=admin_arguments(p)) for n, p in named.items() if n not in ADMIN_OPEN]
    assert len(closed) > 30
    for address, role, method in product(closed, ROLES, ("GET", "POST")):
        answer = ask(browsers[role], method, address)
        if role == "administrator":
            assert not answer.startswith("5"), f"{method} {address}"
        else:
            assert answer in {"S", "403"}, f"{role} {method} {address}: {answer}"


def admin_arguments(pattern: str) -> dict[str, Any]:
    known = {"object_id": "1", "content_type_id": "1", "app_label": "directory", "id": "1", "url": "x"}
    return {key: value for key, value in known.items() if f":{key}>" in pattern or f"<{key}>" in pattern}


def address_of(name: str, line: Line, world: World) -> str:
    if line.address:
        return line.address(world) if callable(line.address) else line.address
    known: dict[str, Any] = {}
    for room in ROOMS:
        known |= getattr(room, "ARGUMENTS", {})
    known |= line.arguments
    wanted = [key for key in known if f":{key}>" in ROUTES[name] or f"<{key}>" in ROUTES[name]]
    arguments = {key: known[key](world) if callable(known[key]) else known[key] for key in wanted}
    return reverse(name, kwargs=arguments)


def ask(browser: Browser, method: str, address: str, body: Any = None) -> str:
    """In a transaction of its own, undone afterwards: no answer depends on the one before."""
    client, cookies = browser
    client.cookies = cookies.copy()
    with transaction.atomic():
        answer = client.post(address, body or {}) if method == "POST" else client.get(address)
        transaction.set_rollback(True)
    return told(answer)


def told(answer: HttpResponse) -> str:
    if answer.status_code == 302:
        target = urlsplit(answer.headers["Location"]).path
        if target == reverse("account_login"):
            return "L"
        if target == reverse("admin:login"):
            return "S"
    return str(answer.status_code)


def agrees(expected: str, found: str) -> bool:
    return found == expected or (expected == "ok" and found.isdigit() and int(found) < 400)
