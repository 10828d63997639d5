"""Each bench has a database of its own beside the site's, on the same server."""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg

ROOT = Path(__file__).resolve().parents[2]


def use_own(name: str, *, anew: bool) -> None:
    """Make the database if need be, point this process and its children to it, update its tables."""
    if "DATABASE_URL" not in os.environ:
        environ.Env.read_env(ROOT / ".local" / "env")
    usual = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    _create(usual, name, anew=anew)
    # Said whole: a child would otherwise read what is missing from .local/env, of another server.
    os.environ.setdefault("DATABASE_OWNER_URL", usual)
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[variable] = urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["DATABASE_ROLE"] = "owner"
    os.environ["API_RATE"] = "1000000/s"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _create(server: str, name: str, *, anew: bool) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        if anew:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(f"CREATE DATABASE {name}")
