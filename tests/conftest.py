"""What every test may ask for.

The owner creates the test database; each test then works with the rights of the site, unless marked `owner`.
Transactional tests (a live server, several connections) stay with the owner; the rows made by migrations are
put back after each flush.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.db.models.fields import get_srid_info
from django.core.cache import caches
from django.db import connection
from django.test import Client, TransactionTestCase

from tests import migrated
from tests.signing_in import SignedInClient


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, with its rows of reference kept at hand, and the SRID cache filled.

    GeoDjango looks a reference system up once per process, and query counts would depend on the tests' order.
    """
    with django_db_blocker.unblock():
        get_srid_info(4326, connection)
        reference_rows = connection.creation.serialize_db_to_string()
    TransactionTestCase._fixture_teardown = flush_then(reference_rows)


def flush_then(reference_rows: str) -> Callable[[TransactionTestCase], None]:
    flush = TransactionTestCase._fixture_teardown

    def flush_and_restore(case: TransactionTestCase) -> None:
        # Without these two the flush creates content types again, under other numbers.
        case.serialized_rollback = True
        connection._test_serialized_contents = reference_rows
        with what_is_final_may_be_emptied():
            flush(case)
        connection.creation.deserialize_db_from_string(reference_rows)

    return flush_and_restore


@contextmanager
def what_is_final_may_be_emptied() -> Iterator[None]:
    """Only the owner of the append-only tables can, by taking the rule away: the site cannot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE %s", [r"%\_final"]
        )
        rules = cursor.fetchall()
        for table, name in rules:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        for table, name in rules:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


@pytest.fixture(autouse=True)
def as_the_site(request: pytest.FixtureRequest) -> None:
    """Inside a test's transaction the role is the site's, which owns nothing."""
    if "db" in request.fixturenames:
        request.getfixturevalue("db")
    if connection.in_atomic_block and not request.node.get_closest_marker("owner"):
        become_the_site()


def become_the_site() -> None:
    """Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = 'aptic_site'")
        if cursor.rowcount:
            cursor.execute("SET LOCAL ROLE aptic_site")


@pytest.fixture
def rows_of_reference_change() -> Iterator[None]:
    """Each process keeps them for a minute: the test sees its own, and no test after it does."""
    caches["process"].clear()
    yield
    caches["process"].clear()


@pytest.fixture
def client() -> Client:
    return SignedInClient()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; tests that read it run only where APTIC_REAL_DATA names one."""
    folder = os.environ.get("APTIC_REAL_DATA")
    if not folder:
        pytest.skip("APTIC_REAL_DATA is not set")
    return Path(folder).resolve()
