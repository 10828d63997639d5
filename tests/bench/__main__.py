"""`bin/bench search`: measures on a France of its own, in a database of its own. Prints a table; never a
test."""

import argparse
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import environ

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "aptic_bench"


def use_own_database() -> str:
    """Point every process started from here to the bench's database; returns the site's usual owner URL."""
    if "DATABASE_URL" not in os.environ:
        environ.Env.read_env(ROOT / ".local" / "env")
    usual = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if name in os.environ:
            os.environ[name] = renamed(os.environ[name])
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["API_RATE"] = "1000000/s"
    return usual


def renamed(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("what", choices=["search"])
    parser.add_argument("--venues", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=300, help="measured for each row of the table")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--anew", action="store_true", help="make the data again")
    given = parser.parse_args()
    usual = use_own_database()
    from tests.bench import search

    search.prepare(usual, DATABASE, given.venues, anew=given.anew)
    rows = search.measure(given.requests)
    print(search.table(rows))
    if given.json:
        given.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1))


if __name__ == "__main__":
    sys.exit(main())
