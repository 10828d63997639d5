"""Measures what happens to money afterwards: statements of many payments, the end of many coupons, one balance.

Statements are made in a transaction that is undone, so that each round finds the same; expiry is done for good, by a
process of its own whose memory is looked at, that of its server process too.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.search import ROOT, tell

ROUNDS = 3
EVERY_S = 0.05
BALANCES = 50


@dataclass
class Step:
    """A line of the table; `times` is the ratio to the line above that it is held against."""

    name: str
    rows: int
    ms: float
    times: float = 0.0
    process_mb: int = 0
    server_mb: int = 0
    goal: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def table(rows: list[Step]) -> str:
    head = f"{'':62} {'rows':>10} {'ms':>10} {'times':>6} {'MB':>5} {'server MB':>9}  goal"
    lines = [
        f"{row.name:62} {row.rows:10} {row.ms:10.1f} {f'{row.times:.2f}' if row.times else '':>6}"
        f" {row.process_mb or '':>5} {row.server_mb or '':>9}  {row.goal}"
        for row in rows
    ]
    return "\n".join([head, *lines])


def measure(expiring: int) -> list[Step]:
    return [nightly(), *settlement(), *balances(), *expiry(expiring)]


def nightly() -> Step:
    """The checkpoint of each account that moved, as every night."""
    from django.utils import timezone

    from coupons import ledger

    begun = time.perf_counter()
    made = ledger.checkpoint(at=timezone.now())
    return Step("checkpoints of the accounts that moved", made, (time.perf_counter() - begun) * 1000)


BARE = """
INSERT INTO bare_statement (organization_id, amount_cents)
SELECT organization_id, sum(amount_cents) FROM coupons_settledpayment
WHERE id > %s AND "on" <= %s GROUP BY organization_id
"""


def settlement() -> list[Step]:
    """One bare INSERT … SELECT … GROUP BY of the payments that wait; coupons_settle; the proof of what it made.

    After the checkpoint of the night, as on any morning.
    """
    from django.db import connection
    from django.db.models import Max
    from django.utils import timezone

    from coupons import counting
    from coupons.models import Payout, SettledPayment

    cut_off, at = timezone.localdate(), timezone.now()
    last = Payout.objects.aggregate(last=Max("last_settled"))["last"] or 0
    waiting = SettledPayment.objects.filter(pk__gt=last, on__lte=cut_off).count()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_statement")
        cursor.execute("CREATE TABLE bare_statement (organization_id bigint, amount_cents bigint)")
    bare = Step("bare INSERT … SELECT … GROUP BY", waiting, undone([(BARE, [last, cut_off])]))
    whole = Step(
        "settle(), against the bare INSERT",
        waiting,
        undone([("SELECT coupons_settle(%s, %s)", [cut_off, at])]),
    )
    whole.times, whole.goal = round(whole.ms / bare.ms, 2), "times ≤ 2"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_statement")
    begun = time.perf_counter()
    if counting.wrong_statements():
        raise SystemExit("a statement is not the sum of its lines")
    proof = Step(
        "proof of all statements", SettledPayment.objects.count(), (time.perf_counter() - begun) * 1000
    )
    return [bare, whole, proof]


def undone(statements: list[tuple[str, list[Any]]]) -> float:
    """Milliseconds, the middle of ROUNDS; deferred checks are made within them, the commit is not."""
    from django.db import connection, transaction

    taken = []
    for _round in range(ROUNDS):
        with transaction.atomic(), connection.cursor() as cursor:
            begun = time.perf_counter()
            for sql, values in statements:
                cursor.execute(sql, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            taken.append((time.perf_counter() - begun) * 1000)
            transaction.set_rollback(True)
        with connection.cursor() as cursor:
            # What was undone leaves its dead rows behind: the next round would read them.
            cursor.execute("VACUUM coupons_payout")
    return statistics.median(taken)


def expiry(coupons: int) -> list[Step]:
    """A tenth of them, then all: the peaks of both processes should be alike."""
    steps = []
    for many in (coupons // 10, coupons):
        tell(f"Laying {many:,} coupons whose last day is over")
        lay_ended(many)
        step = expired(many)
        steps.append(step)
    steps[1].goal = "MB as for a tenth"
    return steps


def lay_ended(coupons: int) -> None:
    from django.db import connection

    from coupons.models import Campaign
    from tests.bench import money

    campaign = Campaign.objects.get(slug="banc-argent")
    with connection.cursor() as cursor:
        with money.without_triggers(cursor):
            money.lay_coupons(cursor, campaign, coupons, "active", days=-3)
        cursor.execute("VACUUM ANALYZE coupons_booklet, coupons_coupon")


def expired(coupons: int) -> Step:
    """By a process that says its server's number, then how long it took and how many booklets ended."""
    environment = {**os.environ, "DATABASE_ROLE": "site"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.settle"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    server = int(process.stdout.readline())
    peaks = [0, 0]
    while process.poll() is None:
        for place, pid in enumerate((process.pid, server)):
            peaks[place] = max(peaks[place], own_memory(pid))
        time.sleep(EVERY_S)
    told = json.loads(process.stdout.read())
    if process.returncode or told["ended"] * 10 < coupons:
        raise SystemExit(f"expiry ended {told} of {coupons} coupons")
    return Step(
        f"expire() of {coupons:,} coupons",
        coupons,
        told["seconds"] * 1000,
        process_mb=peaks[0] // 2**20,
        server_mb=peaks[1] // 2**20,
    )


def own_memory(pid: int) -> int:
    """Bytes that are the process' own: the server's shared buffers are nobody's."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(found[0]) * 1024 if found else 0


def balances() -> list[Step]:
    """By the door of the books, from the checkpoint on; summed from the first leg on, to compare."""
    from coupons.models import Account, Campaign, Leg

    legs = Leg.objects.count()
    providers = list(Account.objects.filter(kind="provider_payable").order_by("?")[:BALANCES])
    busiest = Account.objects.get(kind="outstanding", campaign=Campaign.objects.get(slug="banc-argent"))
    steps = []
    for name, accounts in (
        (f"a provider's among {legs:,} legs", providers),
        ("the busiest account's", [busiest]),
    ):
        own = Leg.objects.filter(account=accounts[0]).count()
        summed = Step(f"balance, {name}, summed by SQL", own, each(accounts, summed_cents))
        kept = Step(f"balance, {name}", own, each(accounts, kept_cents), goal="≤ 20 ms")
        steps += [summed, kept]
    return steps


def kept_cents(account: Any) -> int:
    from coupons.ledger import balance_cents

    return balance_cents(account)


def summed_cents(account: Any) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount_cents) FROM coupons_leg WHERE account_id = %s", [account.pk])
        [cents] = cursor.fetchone()
    return int(cents or 0)


def each(accounts: list[Any], ask: Callable[[Any], int]) -> float:
    """Milliseconds, the middle one; the first answer is not counted."""
    ask(accounts[0])
    taken = []
    for account in accounts:
        begun = time.perf_counter()
        ask(account)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def expire_all() -> None:
    from django.db import connection
    from django.utils import timezone

    from coupons.expiry import expire

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        print(cursor.fetchone()[0], flush=True)
    begun = time.perf_counter()
    ended = expire(at=timezone.now())
    print(json.dumps({"seconds": time.perf_counter() - begun, "ended": ended}), flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    expire_all()
