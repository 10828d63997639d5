"""Measures the search, layer by layer, on the same questions in one run."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.stopwatch import Row, timed

ROOT = Path(__file__).resolve().parents[2]
Point = tuple[float, float]

WORST = {
    "category": "donnees",
    "audience": "illiteracy",
    "accessible": "true",
    "price_max": "0",
    "open_at": "now",
}
CASES = {
    "rarest category": {"category": "donnees"},
    "open at 3 on a Sunday night": {"open_at": "2026-11-29T03:00"},
    "open now": {"open_at": "now"},
    "free, accessible, rare audience": {"price_max": "0", "accessible": "true", "audience": "illiteracy"},
    "five filters at once": WORST,
    "words": {"q": "repair soleil"},
    "at home": {"mode": "at_home"},
}
PLACES = {
    "Paris": (2.3522, 48.8566),
    "Creuse": (1.87, 46.17),
    "Guyane": (-52.33, 4.92),
    "Saint-Pierre": (-56.18, 46.78),
    "at sea": (-9.0, 45.0),
}
ZOOMS = (5, 8, 11, 14)
TYPED = [
    "lyo",
    "saint de",
    "st etienne",
    "69003",
    "montpelier",
    "bourg en",
    "le ha",
    "aix",
    "23096",
    "marseille 3",
]


def prepare(venues: int) -> None:
    """The data, kept from one run to the next."""
    from django.core.management import call_command

    from directory.models import Venue
    from geodata.models import Area
    from tests.bench import dataset

    if not Area.objects.exists():
        call_command("import_areas")
    if Venue.objects.count() != venues:
        tell(f"Making {venues} venues and {venues * 5} services (about two minutes for 100000)")
        dataset.make(venues, tell)


def tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def measure(requests: int) -> list[Row]:
    """Every row of the table, in order."""
    from tests.bench import reference

    points = people(200)
    rows = list(below_http(points, requests))
    with site() as get:
        rows += over_http(get, points, requests)
    # What differs from the first row is the machine's doing, not the site's.
    rows.append(timed("(a) SQL floor, at the end", reference.floor, points, requests))
    return rows


def people(number: int) -> list[Point]:
    """Points where people are: near venues drawn evenly, which are spread like the population."""
    from directory.models import Listing

    numbers = Listing.objects.order_by("pk").values_list("pk", flat=True)
    chosen = Listing.objects.filter(pk__in=list(numbers)[:: len(numbers) // number]).order_by("pk")
    return [(listing.point.x + 0.003, listing.point.y - 0.002) for listing in chosen]


def below_http(points: list[Point], requests: int) -> Iterator[Row]:
    from directory.forms import SearchForm
    from directory.search import VenueSearch
    from tests.bench import reference

    def searched(parameters: dict[str, str]) -> None:
        form = SearchForm(parameters, strict=True)
        form.is_valid()
        VenueSearch(form.criteria()).page()

    yield timed("(a) SQL floor, psycopg", reference.floor, points, requests)
    yield timed("    annotate distance + filter", reference.annotate_and_filter, points, min(requests, 30))
    yield timed("    dwithin 50 km + sort", reference.within_and_sort, points, min(requests, 60))
    yield timed("(b) search, ORM", searched, [around(point) for point in points], requests)


def around(point: Point, **filters: str) -> dict[str, str]:
    return {"lon": f"{point[0]:.5f}", "lat": f"{point[1]:.5f}", **filters}


def over_http(get: Callable[[str], bytes], points: list[Point], requests: int) -> Iterator[Row]:
    api, page, places = "/api/v1/venues/?", "/lieux/?", "/api/v1/places/?"
    for clients in (1, 8):
        near = [api + urlencode(around(point)) for point in points]
        yield timed("(c) API, nearest 20", get, near, requests, clients)
        pages = [page + urlencode(around(point, radius_km="20")) for point in points]
        yield timed("(d) HTML page", get, pages, requests, clients)
        for zoom in ZOOMS:
            yield timed(
                f"(e) map, zoom {zoom}", get, [view(point, zoom) for point in points], requests, clients
            )
        yield timed(
            "(f) type-ahead", get, [places + urlencode({"q": text}) for text in TYPED], requests, clients
        )
    for name, point in PLACES.items():
        yield timed(f"API {name}", get, [api + urlencode(around(point))], requests // 3)
    for name, filters in CASES.items():
        asked = [api + urlencode(around(point, **filters)) for point in points]
        yield timed(f"API {name}", get, asked, requests // 2)
        at_paris = [api + urlencode(around(PLACES["Paris"], **filters))]
        yield timed(f"API {name}, Paris", get, at_paris, requests // 5)
    yield timed("page Paris", get, [page + urlencode(around(PLACES["Paris"], radius_km="20"))], requests // 3)
    worst = [page + urlencode(around(PLACES["Paris"], radius_km="20", **WORST))]
    yield timed("page Paris, five filters at once", get, worst, requests // 5)


def view(point: Point, zoom: int) -> str:
    """What a screen of 1280 × 800 shows around a point."""
    width, height = 360 / 2**zoom * 5, 360 / 2**zoom * 3.1 * 0.7
    lon, lat = point
    west, south = max(-180, lon - width / 2), max(-85, lat - height / 2)
    bbox = f"{west:.5f},{south:.5f},{min(180, west + width):.5f},{min(85, south + height):.5f}"
    return f"/api/v1/map/?bbox={bbox}&zoom={zoom}"


@contextmanager
def site() -> Iterator[Callable[[str], bytes]]:
    """The real server, as bin/run starts it, on a free port; yields a GET over a connection kept by each
    thread."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PROCESS": "web",
        "DATABASE_ROLE": "site",
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "config" / "serving.py"), "config.wsgi"]
    log = ROOT / ".local" / "log" / "bench.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            get = keeper(port)
            wait_for(get, server)
            yield get
        finally:
            server.terminate()
            server.wait(20)


def keeper(port: int) -> Callable[[str], bytes]:
    kept = threading.local()

    def get(path: str) -> bytes:
        for attempt in (1, 2):
            if attempt == 2 or not hasattr(kept, "connection"):
                kept.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                kept.connection.request("GET", path)
                answer = kept.connection.getresponse()
                body = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                if attempt == 2:
                    raise
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {body[:300]!r}")
        return body

    get.port = port  # type: ignore[attr-defined]
    return get


def wait_for(get: Callable[[str], bytes], server: subprocess.Popen) -> None:
    for _ in range(100):
        try:
            get("/healthz")
        except (OSError, RuntimeError):
            if server.poll() is not None:
                raise SystemExit("The site did not start: see .local/log/bench.log") from None
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The site does not answer: see .local/log/bench.log")
