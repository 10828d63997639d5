"""Several people at the same instant, on connections of their own; and what holds them apart, taken away."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

SECONDS = 20


def at_once(*acts: Callable[[], Any], refusals: tuple[type[Exception], ...]) -> list[Any]:
    """What each act answered, or was refused with, all begun together."""
    gate = Barrier(len(acts), timeout=SECONDS)

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except refusals as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [done.result(SECONDS) for done in [threads.submit(run, act) for act in acts]]


@contextmanager
def slow_writes(table: str) -> Iterator[None]:
    """Each change of a row takes long enough for the others to read what was there before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(0.3); RETURN coalesce(NEW, OLD); END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER slow BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION slow()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION slow() CASCADE")


def take_locks_away(patch: pytest.MonkeyPatch) -> None:
    """Rows are read as they are, and held by nobody."""
    patch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, *_args, **_options: rows.all())
