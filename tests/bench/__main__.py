"""`bin/bench search` and `bin/bench desk`: measure on data of their own. Print a table; never a test."""

import argparse
import json
import os
import sys
from pathlib import Path

from tests.bench import databases


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("what", choices=["search", "desk"])
    parser.add_argument("--venues", type=int, default=100_000, help="for search")
    parser.add_argument("--requests", type=int, default=300, help="measured for each row of the table")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--anew", action="store_true", help="make the data again")
    given = parser.parse_args()
    databases.use_own("aptic_bench" if given.what == "search" else "aptic_bench_desk", anew=given.anew)
    from tests.bench import desk, search
    from tests.bench.stopwatch import table

    if given.what == "search":
        search.prepare(given.venues)
        rows = search.measure(given.requests)
    else:
        desk.prepare()
        rows = desk.measure(given.requests)
    print(table(rows))
    print(f"Load of the machine at the end: {os.getloadavg()[0]:.1f} (the bench itself makes about 1.5).")
    if given.json:
        given.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1))


if __name__ == "__main__":
    sys.exit(main())
