"""Against a real HTTP server that answers as badly as servers do: nothing raises, nothing lasts."""

import json
import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.utils import timezone

from geodata import geocoding
from geodata.models import Outage, Toponym

pytestmark = pytest.mark.django_db
TIMEOUT = 0.4


def answer(
    body: str | bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    body = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def feature(**changes: Any) -> str:
    properties = {"label": "Place Bellecour 69002 Lyon", "score": 0.95, "citycode": "69382"}
    properties |= {"postcode": "69002", "context": "69, Rhône, Auvergne-Rhône-Alpes", "type": "street"}
    geometry = {"type": "Point", "coordinates": changes.pop("coordinates", [4.8322, 45.7578])}
    return json.dumps(
        {"features": [{"type": "Feature", "geometry": geometry, "properties": properties | changes}]}
    )


class Service:
    """A BAN on 127.0.0.1: `does` is what it does with a connection whose request has been read."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.does: Callable[[socket.socket], None] = lambda connection: connection.sendall(answer(feature()))
        service = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                service.asked.append(self.request.recv(65536).split(b"\r\n")[0].decode())
                with suppress(OSError):  # the client has had enough
                    service.does(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def says(self, raw: bytes) -> None:
        self.does = lambda connection: connection.sendall(raw)

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}/geocodage"


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    started = Service()
    settings.BAN_DOMAIN, settings.BAN_SCHEME, settings.BAN_TIMEOUT = started.domain, "http", TIMEOUT
    cache.clear()
    yield started
    started.server.shutdown()
    started.server.server_close()


def drip(connection: socket.socket) -> None:
    """One byte now and then: each read succeeds, the whole never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(30):
        connection.sendall(b"{")
        time.sleep(TIMEOUT / 4)


def drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for rank in range(30):
        connection.sendall(f"X-{rank}: 1\r\n".encode())
        time.sleep(TIMEOUT / 4)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"[" * 65536)


def test_an_address_becomes_a_place(service: Service) -> None:
    found = geocoding.geocode("place bellecour lyon")
    assert found is not None
    assert (found.label, found.kind, found.code) == ("Place Bellecour 69002 Lyon", "address", "69382")
    assert found.point.coords == (4.8322, 45.7578)
    assert service.asked == ["GET /geocodage/search?q=place+bellecour+lyon&limit=1 HTTP/1.1"]


def test_the_same_address_is_asked_once(service: Service) -> None:
    assert geocoding.geocode("place bellecour lyon") == geocoding.geocode("  Place Bellecour,  LYON ")
    assert len(service.asked) == 1


def test_no_answer_is_remembered_too(service: Service) -> None:
    service.says(answer('{"features": []}'))
    assert geocoding.geocode("nulle part") is None
    assert geocoding.geocode("nulle part") is None
    assert len(service.asked) == 1
    assert not Outage.objects.exists()


def test_an_unlikely_answer_is_no_answer(service: Service) -> None:
    service.says(answer(feature(score=0.2)))
    assert geocoding.geocode("quelque part") is None
    assert not Outage.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        answer("<html>Maintenance</html>", kind="text/html"),
        answer("{"),
        answer(b"\xff\xfe\x00", kind="application/json; charset=utf-8"),
        answer("[]"),
        answer("null"),
        answer('{"features": [{}]}'),
        answer('{"features": "x"}'),
        answer('{"features": [{"geometry": {"coordinates": ["a", "b"]}, "properties": {}}]}'),
        answer(feature(coordinates=[4000, 45])),
        answer(feature(coordinates=["NaN", 45])),
        answer(feature(score="high")),
        answer("[" * 100_000),
        answer("oops", status="500 Internal Server Error"),
        answer("oops", status="403 Forbidden"),
        answer("", status="301 Moved", more="Location: http://127.0.0.1:1/\r\n"),
        b"garbage that is not HTTP\r\n\r\n",
        b"",
    ],
)
def test_garbage_is_no_answer(service: Service, raw: bytes) -> None:
    service.says(raw)
    assert geocoding.geocode("place bellecour lyon") is None


@pytest.mark.parametrize("misbehave", [lambda connection: time.sleep(3), drip, drip_headers, flood])
def test_nobody_waits_longer_than_the_timeout(
    service: Service, misbehave: Callable[[socket.socket], None]
) -> None:
    service.does = misbehave
    started = time.monotonic()
    assert geocoding.geocode("place bellecour lyon") is None
    assert time.monotonic() - started < TIMEOUT + 0.5


def test_a_service_that_is_down(service: Service, settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.BAN_DOMAIN = f"127.0.0.1:{free.getsockname()[1]}"
    assert geocoding.geocode("place bellecour lyon") is None
    settings.BAN_DOMAIN = "no-such-host.invalid"
    assert geocoding.geocode("place bellecour lyon") is None


def test_without_a_domain_nothing_is_asked(service: Service, settings: Any) -> None:
    settings.BAN_DOMAIN = ""
    assert geocoding.geocode("place bellecour lyon") is None
    assert service.asked == []


def test_after_three_failures_it_is_left_alone_then_tried_once(service: Service) -> None:
    service.says(answer("oops", status="502 Bad Gateway"))
    for rank in range(6):
        geocoding.geocode(f"{rank} rue de la gare")
    assert len(service.asked) == geocoding.FAILURES_ALLOWED
    Outage.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    geocoding.geocode("7 rue de la gare")
    geocoding.geocode("8 rue de la gare")
    assert len(service.asked) == geocoding.FAILURES_ALLOWED + 1
    service.says(answer(feature()))
    Outage.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    assert geocoding.geocode("9 rue de la gare") is not None
    assert not Outage.objects.exists()


def test_too_many_requests_is_obeyed_at_once(service: Service) -> None:
    service.says(answer("slow down", status="429 Too Many Requests", more="Retry-After: 120\r\n"))
    geocoding.geocode("1 rue de la gare")
    geocoding.geocode("2 rue de la gare")
    assert len(service.asked) == 1
    assert Outage.objects.get().retry_at > timezone.now() + timedelta(seconds=100)


def test_the_town_answers_when_the_service_does_not(service: Service) -> None:
    service.says(answer("oops", status="500 Internal Server Error"))
    lyon = Toponym.objects.create(
        kind="commune", name="Lyon", folded="lyon", code="69123", point=Point(4.8, 45.7)
    )
    found = geocoding.locate("12 rue de la gare, Lyon")
    assert found is not None
    assert found.code == lyon.code


def test_a_known_name_is_never_sent_out(service: Service) -> None:
    Toponym.objects.create(kind="commune", name="Lyon", folded="lyon", code="69123", point=Point(4.8, 45.7))
    assert geocoding.locate("lyon") is not None
    assert service.asked == []


@pytest.mark.addok
def test_a_real_addok(settings: Any) -> None:
    """How to start one: docs/geocoding.md."""
    url = os.environ.get("APTIC_ADDOK_URL")
    if not url:
        pytest.skip("APTIC_ADDOK_URL is not set")
    settings.BAN_SCHEME, settings.BAN_DOMAIN = url.rstrip("/").split("://")
    settings.BAN_TIMEOUT = 5.0
    cache.clear()
    found = geocoding.geocode("1 place albert giraud ahun")
    assert found is not None
    assert (found.code, found.postcode) == ("23001", "23150")
    assert found.label.startswith("1 ")
    assert found.point.coords == pytest.approx((2.0449, 46.0864), abs=0.01)
    assert geocoding.geocode("xqzw kvjx") is None
    assert not Outage.objects.exists()
