"""`bin/bench search`, `desk`, `issue`, `pay` …: measure on data of their own. Print a table; never a test."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.bench import databases

DATABASES = {
    "search": "aptic_bench",
    "desk": "aptic_bench_desk",
    "issue": "aptic_bench_issue",
    "eligible": "aptic_bench",
    "dashboards": "aptic_bench_dashboards",
    # On the same data, which take long to lay.
    "pay": "aptic_bench_money",
    "settle": "aptic_bench_money",
}
# Coupons that `issue` issues, that the campaign of `dashboards` has, that `pay` and `settle` find in hands.
COUPONS = {"issue": 1_000_000, "dashboards": 1_000_000, "pay": 10_000_000, "settle": 10_000_000}


def measure_search(given: argparse.Namespace) -> list[Any]:
    from tests.bench import search
    from tests.bench.stopwatch import table

    search.prepare(given.venues)
    rows = search.measure(given.requests)
    print(table(rows))
    return rows


def measure_desk(given: argparse.Namespace) -> list[Any]:
    from tests.bench import desk
    from tests.bench.stopwatch import table

    desk.prepare()
    rows = desk.measure(given.requests)
    print(table(rows))
    return rows


def measure_issue(given: argparse.Namespace) -> list[Any]:
    from tests.bench import issue, issue_coverage, search
    from tests.bench.stopwatch import table

    search.prepare(given.venues)
    works = issue.measure(given.coupons)
    print(issue.table(works))
    rows = issue_coverage.rows(given.requests)
    print(table(rows))
    return [*works, *rows]


def measure_eligible(given: argparse.Namespace) -> list[Any]:
    from tests.bench import eligible, search
    from tests.bench.stopwatch import table

    search.prepare(given.venues)
    rows = eligible.measure(given.requests)
    print(table(rows))
    print(eligible.judged(rows))
    return rows


def measure_dashboards(given: argparse.Namespace) -> list[Any]:
    from tests.bench import dashboards, search
    from tests.bench.stopwatch import table

    search.prepare(given.venues)
    rows = dashboards.measure(dashboards.prepare(given.coupons), given.requests)
    print(table(rows))
    return rows


def measure_pay(given: argparse.Namespace) -> list[Any]:
    from tests.bench import money, pay

    money.prepare(given.coupons, given.payments, given.legs)
    rows = pay.measure(given.requests, given.floor_seconds)
    tell_sizes(given)
    print(pay.table(rows))
    return rows


def measure_settle(given: argparse.Namespace) -> list[Any]:
    from tests.bench import money, settle

    money.prepare(given.coupons, given.payments, given.legs)
    rows = settle.measure(given.expiring)
    tell_sizes(given)
    print(settle.table(rows))
    return rows


def tell_sizes(given: argparse.Namespace) -> None:
    print(
        f"With {given.coupons:,} coupons in hands, {given.payments:,} past payments, {given.legs:,} legs at least;"
        " each coupon for one département."
    )


MEASURES = {
    "search": measure_search,
    "desk": measure_desk,
    "issue": measure_issue,
    "eligible": measure_eligible,
    "dashboards": measure_dashboards,
    "pay": measure_pay,
    "settle": measure_settle,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("what", choices=list(DATABASES))
    parser.add_argument("--venues", type=int, default=100_000, help="for search, coverage, dashboards")
    parser.add_argument(
        "--coupons",
        type=int,
        help="for issue: as many are issued; for pay, settle, dashboards: there are as many",
    )
    parser.add_argument("--payments", type=int, default=1_000_000, help="for pay, settle: past ones")
    parser.add_argument("--legs", type=int, default=10_000_000, help="for pay, settle: of the books")
    parser.add_argument("--floor-seconds", type=int, default=10, help="for pay: each run of pgbench")
    parser.add_argument("--expiring", type=int, default=1_000_000, help="for settle: coupons that end")
    parser.add_argument("--requests", type=int, default=300, help="measured for each row of the table")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--anew", action="store_true", help="make the data again")
    given = parser.parse_args()
    given.coupons = given.coupons or COUPONS.get(given.what, 0)
    databases.use_own(DATABASES[given.what], anew=given.anew)
    rows = MEASURES[given.what](given)
    print(f"Load of the machine at the end: {os.getloadavg()[0]:.1f} (the bench itself makes about 1.5).")
    if given.json:
        given.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1))


if __name__ == "__main__":
    sys.exit(main())
