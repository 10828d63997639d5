"""bin/backup and bin/restore: rows, files and rights come back as they were, and into an empty database only."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from coupons.models import Coupon, Payment
from coupons.taking import take
from tests import migrated
from tests.coupons import toy

pytestmark = pytest.mark.django_db(transaction=True)
RIGHTS = """
SELECT relname, privilege, has_table_privilege('aptic_site', pg_class.oid, privilege)
FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) privilege
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1, 2
"""
MAY_PAY = "SELECT has_table_privilege('aptic_site', 'coupons_payment', 'INSERT')"


def url(database: str) -> str:
    told = connection.settings_dict
    who = f"{told['USER']}:{quote(str(told['PASSWORD']), safe='')}"
    return f"postgresql://{who}@/{database}?host={quote(told['HOST'], safe='')}&port={told['PORT']}"


def command(name: str, folder: Path, database: str, private: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_OWNER_URL": url(database), "PRIVATE_FILES": str(private)}
    asked = [settings.BASE_DIR / "bin" / name, folder]
    return subprocess.run(asked, env=environment, capture_output=True, text=True)


def told_by(database: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url(database)) as asked:
        return asked.execute(question).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def empty() -> Iterator[str]:
    """The name of another database, as bin/setup leaves one."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with migrated.server() as postgres:
        for statement in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
            postgres.execute(sql.SQL(statement).format(sql.Identifier(name)))
        with psycopg.connect(url(name)) as made:
            made.execute("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO aptic_site")
        yield name
        postgres.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def two_roles() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = 'aptic_site'")
        if not cursor.rowcount:
            pytest.skip("this server has one role only")


def test_all_comes_back(empty: str, tmp_path: Path) -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(3)
    take(counter.passage([coupons[0].pk]), at=toy.AT)
    own, private, copy = connection.settings_dict["NAME"], tmp_path / "private", tmp_path / "copy"
    (private / "documents").mkdir(parents=True)
    (private / "documents" / "statuts.pdf").write_bytes(b"%PDF")

    made = command("backup", copy, own, private)
    assert made.returncode == 0, made.stderr
    assert copy.stat().st_mode & 0o077 == 0
    again = command("backup", copy, own, private)
    assert (again.returncode, again.stderr.strip()) == (1, f"{copy} is there already: name a new folder.")

    back = tmp_path / "back"
    restored = command("restore", copy, empty, back)
    assert restored.returncode == 0, restored.stderr
    assert told_by(empty, RIGHTS) == told_by(own, RIGHTS)
    assert told_by(empty, MAY_PAY) == [(False,)]
    for model in (Coupon, Payment):
        counted = f"SELECT count(*) FROM {model._meta.db_table}"
        assert told_by(empty, counted) == [(model._default_manager.count(),)]
    assert (back / "documents" / "statuts.pdf").read_bytes() == b"%PDF"
    into_it = command("restore", copy, empty, tmp_path / "other")
    assert into_it.returncode == 1
    assert "not empty" in into_it.stderr


def test_half_a_copy_restores_nothing(empty: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert command("backup", copy, connection.settings_dict["NAME"], tmp_path / "private").returncode == 0
    whole = (copy / "aptic.dump").read_bytes()
    (copy / "aptic.dump").write_bytes(whole[: len(whole) * 2 // 3])
    restored = command("restore", copy, empty, tmp_path / "back")
    assert restored.returncode == 1
    assert "Nothing was restored" in restored.stderr
    assert told_by(empty, "SELECT 1 FROM pg_class WHERE relname = 'django_migrations'") == []


def test_a_plain_restore_would_give_the_site_what_migrations_took_away(empty: str, tmp_path: Path) -> None:
    """Negative control: why bin/restore is more than pg_restore."""
    copy = tmp_path / "copy"
    assert command("backup", copy, connection.settings_dict["NAME"], tmp_path / "private").returncode == 0
    # Rows that a trigger has to see do not matter here: the tables and their rights do.
    plain = ["pg_restore", "--no-comments", "--schema-only", "-d", url(empty), copy / "aptic.dump"]
    subprocess.run(plain, capture_output=True, check=False)
    assert told_by(empty, MAY_PAY) == [(True,)]
