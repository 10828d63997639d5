"""A database that has all migrations, kept from one run to the next: test databases are its copies.

To migrate takes most of a minute of a processor, to copy a second; each worker of each run needs a database.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

PREFIX = "aptic_migrated_"
# Any number that nothing else locks in the database `postgres`.
ONE_AT_A_TIME = 20_261_128


def template() -> str:
    """Its name; made if the migrations, or the packages that bring some, are not those it was made of."""
    name = PREFIX + fingerprint()
    with server() as postgres:
        postgres.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        known = [row[0] for row in postgres.execute("SELECT datname FROM pg_database").fetchall()]
        if name not in known:
            for old in known:
                if old.startswith(PREFIX):
                    postgres.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
            # Under another name until it is whole.
            new = f"{PREFIX}new"
            postgres.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(new)))
            migrate(new)
            postgres.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(new), sql.Identifier(name))
            )
    return name


def fingerprint() -> str:
    """Of the files, and of the roles that they give rights to."""
    files = [*settings.BASE_DIR.glob("*/migrations/*.py"), settings.BASE_DIR / "requirements.txt"]
    told = hashlib.sha256(connection.settings_dict["USER"].encode())
    for file in sorted(files):
        told.update(f"{file.relative_to(settings.BASE_DIR)}\0".encode() + file.read_bytes())
    return told.hexdigest()[:16]


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    told = connection.settings_dict
    address = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
    with psycopg.connect(
        **{k: v for k, v in address.items() if v}, dbname="postgres", autocommit=True
    ) as made:
        yield made


def migrate(database: str) -> None:
    told = connection.settings_dict
    who = f"{quote(told['USER'], safe='')}:{quote(str(told['PASSWORD']), safe='')}"
    address = f"postgresql://{who}@/{database}?host={told['HOST']}&port={told['PORT']}"
    # Both: the private cluster's own are in this process' environment by now.
    environment = {**os.environ, "DATABASE_URL": address, "DATABASE_OWNER_URL": address}
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
