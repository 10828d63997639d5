"""The site's worker as it is, on another day, with small batches; told to, it dies as kill -9 does.

python -m tests.coupons.books.worker DAY [inside|between|slowly|careless]
"""

import os
import signal
import sys
import time
from datetime import datetime
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from coupons import expiry  # noqa: E402

BATCH = 10
THIRD = 3


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_batches(moment: str) -> None:
    """The same function of the database, watched: it dies in the third batch, or after it."""
    calls = iter(range(1, 1000))

    class Cursor:
        def __init__(self) -> None:
            self.real = connection.cursor()

        def __enter__(self) -> "Cursor":
            self.real.__enter__()
            return self

        def __exit__(self, *what: Any) -> None:
            self.real.__exit__(*what)

        def execute(self, query: str, values: list[Any]) -> None:
            number = next(calls)
            if moment == "inside" and number == THIRD:
                # The whole batch is done, and the transaction is not over.
                self.real.execute("BEGIN")
                self.real.execute(query, values)
                die()
            if moment == "careless" and number == THIRD:
                ends_without_entries()
                die()
            if moment == "between" and number == THIRD + 1:
                die()
            if moment == "slowly":
                time.sleep(0.3)
            self.real.execute(query, values)

        def fetchone(self) -> Any:
            return self.real.fetchone()

    class Connection:
        cursor = staticmethod(Cursor)

    expiry.connection = Connection()  # type: ignore[assignment]


def ends_without_entries() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE coupons_booklet SET status = 'ended' WHERE id IN ("
            "SELECT id FROM coupons_booklet WHERE status = 'active' ORDER BY id LIMIT 10)"
        )


if __name__ == "__main__":
    expiry.expire.__kwdefaults__["batch"] = BATCH
    day = datetime.fromisoformat(sys.argv[1])
    timezone.now = lambda: day  # type: ignore[assignment]
    if len(sys.argv) > 2:
        in_batches(sys.argv[2])
    call_command("procrastinate", "worker", "--one-shot")
