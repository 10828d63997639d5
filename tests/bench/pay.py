"""Measures payments: the verb in processes of their own, and the API over HTTP, each against its floor in the same run.

The floor of the verb is what this cluster can commit durably at all: `pgbench -N`, prepared. The floor of the API is
the cheapest authenticated address of the same server.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from tests.bench.search import ROOT, site

CLIENTS = (1, 8, 16)
COUPONS = (1, 2)
# Rows of the floor's own tables: 100,000 accounts a unit. As many branches as clients, so that none waits for another.
SCALE = 16
GOAL = 0.5
# Payments of each client before it is looked at: the server plans what it is asked often after the fifth time.
WARM_UP = 20


@dataclass
class Rate:
    """A line of the table; milliseconds. `share` is its rate among that of its floor, with as many clients."""

    name: str
    clients: int
    p50: float
    p95: float
    p99: float
    per_second: float
    share: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def table(rows: list[Rate]) -> str:
    head = f"{'':58} {'clients':>7} {'p50':>8} {'p95':>8} {'p99':>8} {'per s':>8} {'share':>6}"
    lines = [
        f"{row.name:58} {row.clients:7} {row.p50:8.2f} {row.p95:8.2f} {row.p99:8.2f} {row.per_second:8.0f}"
        f" {f'{row.share:.2f}' if row.share else '':>6}"
        for row in rows
    ]
    return "\n".join([head, *lines, f"(goal for each share: {GOAL} or more)"])


def rate(name: str, clients: int, taken_ms: list[float], seconds: float) -> Rate:
    taken_ms.sort()
    at = [taken_ms[min(int(len(taken_ms) * part), len(taken_ms) - 1)] for part in (0.5, 0.95, 0.99)]
    return Rate(name, clients, *(round(one, 2) for one in at), round(len(taken_ms) / seconds, 1))


def measure(requests: int, floor_s: int) -> list[Rate]:
    """`requests` payments a line, shared out among the clients; the floor for `floor_s` seconds."""
    rows: list[Rate] = []
    make_floor()
    for clients in CLIENTS:
        floor = pgbench(clients, floor_s)
        rows.append(floor)
        for coupons in COUPONS:
            paid = domain(clients, coupons, requests)
            paid.share = round(paid.per_second / floor.per_second, 2)
            rows.append(paid)
    return [*rows, *over_http(requests)]


def libpq() -> dict[str, str]:
    """The bench's database, as libpq's own programs are told."""
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])
    asked = {key: values[0] for key, values in parse_qs(url.query).items()}
    told = {
        "PGHOST": asked.get("host") or url.hostname or "",
        "PGPORT": asked.get("port") or str(url.port or 5432),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
        "PGDATABASE": url.path.removeprefix("/"),
    }
    return {**os.environ, **told}


def pgbench_program() -> str:
    """That of the newest server on the machine, or the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return str(found[-1]) if found else "pgbench"


def make_floor() -> None:
    command = [pgbench_program(), "-i", "-q", "-s", str(SCALE)]
    subprocess.run(command, env=libpq(), check=True, capture_output=True)


def pgbench(clients: int, seconds: int) -> Rate:
    """Its simple updates: one row changed, one written, one commit."""
    with tempfile.TemporaryDirectory() as folder:
        command = [pgbench_program(), "-N", "-n", "-M", "prepared", "-l", "-c", str(clients)]
        command += ["-j", str(min(clients, os.cpu_count() or 1)), "-T", str(seconds)]
        told = subprocess.run(
            command, env=libpq(), cwd=folder, check=True, capture_output=True, text=True
        ).stdout
        # client, transaction, microseconds …
        taken = [
            int(line.split(" ", 3)[2]) / 1000
            for log in Path(folder).iterdir()
            for line in log.read_text().splitlines()
        ]
    found = rate("pgbench -N, prepared", clients, taken, seconds)
    found.per_second = round(float(re.findall(r"tps = ([0-9.]+)", told)[-1]), 1)
    return found


def domain(clients: int, coupons: int, requests: int) -> Rate:
    """`coupons.payment.pay`, from codes to the commit, in one process for each client."""
    from tests.bench import money

    each = WARM_UP + max(1, requests // clients)
    codes = money.codes_in_hands(each * clients * coupons)
    share = each * coupons
    shares = [codes[number * share : (number + 1) * share] for number in range(clients)]
    # As a process of the site has it: what it asks often is planned once.
    environment = {**os.environ, "DATABASE_ROLE": "site", "PROCESS": "web"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.pay", str(coupons)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _client in range(clients)
    ]
    for process, own in zip(processes, shares, strict=True):
        say(process, json.dumps(own))
    for process in processes:
        assert heard(process) == "ready"
    begun = time.perf_counter()
    for process in processes:
        say(process, "go")
    taken = [one for process in processes for one in json.loads(heard(process))]
    seconds = time.perf_counter() - begun
    for process in processes:
        process.wait(20)
    return rate(f"payment.pay, {coupons} coupon{'s' * (coupons > 1)}", clients, taken, seconds)


def say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin
    print(line, file=process.stdin, flush=True)


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def client(coupons: int) -> None:
    """One client: reads its codes, pays until it is warm, waits for "go", pays, says how long each payment took."""
    from django.db import connection

    from coupons.payment import pay

    codes: list[str] = json.loads(input())
    counters = somewhere()
    connection.ensure_connection()
    taken = []
    for number in range(0, len(codes), coupons):
        if number == WARM_UP * coupons:
            taken.clear()
            print("ready", flush=True)
            input()
        service, place, agent = counters[number % len(counters)]
        begun = time.perf_counter()
        pay(
            codes=codes[number : number + coupons],
            service=service,
            place=place,
            agent=agent,
            price_cents=service.price_cents,
            key=uuid4(),
            device="banc",
            at=datetime.now(UTC),
        )
        taken.append((time.perf_counter() - begun) * 1000)
    print(json.dumps(taken), flush=True)


def somewhere(most: int = 200) -> list[tuple[Any, Any, Any]]:
    """Counters of the bench, other ones for each process: service, place, agent."""
    from directory.models import Membership, Service

    services = Service.objects.filter(venue__source="bench-money").select_related(
        "venue__organization", "category"
    )
    drawn = list(services.order_by("?")[:most])
    agents = {
        one.organization_id: one.user
        for one in Membership.objects.filter(
            organization__in=[service.venue.organization_id for service in drawn]
        ).select_related("user")
    }
    return [(one, one.venue.places.get(), agents[one.venue.organization_id]) for one in drawn]


def over_http(requests: int) -> Iterator[Rate]:
    """POST /api/v1/payments/ against an empty authenticated GET, on the site as bin/run starts it."""
    from django.urls import Resolver404, resolve

    from tests.bench import money

    try:
        resolve("/api/v1/payments/")
    except Resolver404:
        print("  /api/v1/payments/ is no address of this site: its part is left out", file=sys.stderr)
        return
    service, secret = caller()
    with site() as get:
        ask = asking(get, secret)
        for clients in CLIENTS:
            empty = shared(
                "GET /api/v1/organizations/ (floor)",
                clients,
                requests,
                lambda: ask("GET", "/api/v1/organizations/"),
            )
            yield empty
            for coupons in COUPONS:
                codes = money.codes_in_hands(requests * coupons)
                bodies = [
                    json.dumps({"service": service, "coupons": codes[n : n + coupons]})
                    for n in range(0, len(codes), coupons)
                ]
                name = f"POST /api/v1/payments/, {coupons} coupon{'s' * (coupons > 1)}"
                paid = shared(name, clients, requests, lambda left=bodies: pay_next(ask, left))
                paid.share = round(paid.per_second / empty.per_second, 2)
                yield paid


Ask = Callable[..., bytes]


def pay_next(ask: Ask, bodies: list[str]) -> bytes:
    return ask("POST", "/api/v1/payments/", bodies.pop())


def caller() -> tuple[int, str]:
    """A service and a token for it, of its own organisation and agent."""
    from django.utils import timezone

    from directory.tokens import create_token

    service, _place, agent = somewhere(1)[0]
    _token, secret = create_token(
        organization=service.venue.organization,
        name="Banc",
        scopes=["read", "payments"],
        by=agent,
        at=timezone.now(),
    )
    return service.pk, secret


def asking(get: Callable[..., bytes], secret: str) -> Ask:
    """A request over a connection kept by each thread, to the server that `get` asks."""
    kept = threading.local()
    port: int = get.port  # type: ignore[attr-defined]

    def ask(method: str, path: str, body: str = "") -> bytes:
        if not hasattr(kept, "connection"):
            kept.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Token {secret}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        kept.connection.request(method, path, body or None, headers)
        answer = kept.connection.getresponse()
        told = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path} answered {answer.status}: {told[:300]!r}")
        return bytes(told)

    return ask


def shared(name: str, clients: int, requests: int, act: Callable[[], bytes]) -> Rate:
    taken: list[float] = []

    def work(first: int) -> None:
        for _number in range(first, requests, clients):
            begun = time.perf_counter()
            act()
            taken.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rate(name, clients, taken, time.perf_counter() - begun)


if __name__ == "__main__":
    import django

    django.setup()
    client(int(sys.argv[1]))
