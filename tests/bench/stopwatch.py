"""Time the same question asked many times, by one client or several at once."""

import gzip
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

WARM_UP = 20


@dataclass
class Row:
    """A line of the table; milliseconds; sizes of the largest answer in bytes, where there is one."""

    name: str
    clients: int
    p50: float
    p95: float
    p99: float
    per_second: float
    bytes: int = 0
    gzipped: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def timed(
    name: str, ask: Callable[[Any], bytes | None], questions: Sequence[Any], requests: int, clients: int = 1
) -> Row:
    """Ask the questions in turn. `ask` is called by `clients` threads, each in a connection of its own."""
    for question in questions[:WARM_UP]:
        ask(question)
    taken: list[float] = []
    largest = b""

    def client(first: int) -> None:
        nonlocal largest
        for number in range(first, requests, clients):
            question = questions[number % len(questions)]
            begun = time.perf_counter()
            answer = ask(question)
            taken.append((time.perf_counter() - begun) * 1000)
            if answer and len(answer) > len(largest):
                largest = answer

    begun = time.perf_counter()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    taken.sort()
    p50, p95, p99 = (
        round(taken[min(int(len(taken) * part), len(taken) - 1)], 1) for part in (0.5, 0.95, 0.99)
    )
    size = len(gzip.compress(largest, 6)) if largest else 0
    return Row(name, clients, p50, p95, p99, round(len(taken) / seconds, 1), len(largest), size)


def table(rows: list[Row]) -> str:
    head = f"{'':38} {'clients':>7} {'p50':>7} {'p95':>7} {'p99':>7} {'per s':>7} {'bytes':>8} {'gz':>7}"
    lines = [
        f"{row.name:38} {row.clients:7} {row.p50:7.1f} {row.p95:7.1f} {row.p99:7.1f} {row.per_second:7.0f}"
        f" {row.bytes or '':>8} {row.gzipped or '':>7}"
        for row in rows
    ]
    return "\n".join([head, *lines])
