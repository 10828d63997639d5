"""Measures what making money costs: issuing rows, printing sheets, finding one code among millions.

Each work is done by a process of its own, the presses it starts included in its memory, which is looked at every
twentieth of a second.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZE = 10
MILLION = 1_000_000
SAMPLE = 2_000
LOOK_UPS = 4_000
ROUNDS = 3
EVERY_S = 0.05
STOCK = """
INSERT INTO coupons_coupon (booklet_id, position, state, digest)
SELECT id, rank, 'inert', gen_random_uuid() FROM coupons_booklet, generate_series(1, %(size)s) rank
WHERE order_id = %(order)s
"""


@dataclass
class Work:
    """A line of the table; `times` is the ratio to the line above that it is held against."""

    name: str
    rows: int
    seconds: float
    peak_mb: int = 0
    times: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def table(rows: list[Work]) -> str:
    head = f"{'':58} {'rows':>9} {'s':>8} {'per s':>9} {'peak MB':>8} {'times':>6}"
    lines = [
        f"{row.name:58} {row.rows:9} {row.seconds:8.2f} {row.rows / row.seconds:9.0f}"
        f" {row.peak_mb or '':>8} {f'{row.times:.2f}' if row.times else '':>6}"
        for row in rows
    ]
    return "\n".join([head, *lines])


def measure(coupons: int) -> list[Work]:
    """`coupons` are issued, a tenth of them printed, one looked up among ten times as many."""
    stock = prepare(coupons * 10)
    return [*issuing(coupons), printing(coupons // 10), *looking_up(stock)]


def prepare(stock: int) -> list[tuple[int, str]]:
    """Coupons with digests until there are that many; a sample of them, (number, code). Minutes, the first time."""
    from django.db import connection

    from coupons.codes import digest, new_codes
    from coupons.models import Coupon

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM coupons_coupon WHERE digest IS NOT NULL")
        [there] = cursor.fetchone()
        if there < stock:
            cursor.execute("ALTER TABLE coupons_coupon DROP CONSTRAINT IF EXISTS coupon_digest_once")
            for missing in range(stock - there, 0, -MILLION):
                add_stock(cursor, min(missing, MILLION))
            cursor.execute("ALTER TABLE coupons_coupon ADD CONSTRAINT coupon_digest_once UNIQUE (digest)")
            cursor.execute("VACUUM ANALYZE coupons_coupon, coupons_booklet")
        cursor.execute("SELECT min(id), max(id) FROM coupons_coupon WHERE digest IS NOT NULL")
        first, last = cursor.fetchone()
    drawn = random.Random(1).sample(range(first, last), SAMPLE)
    known = list(zip(drawn, new_codes(SAMPLE), strict=True))
    there_too = [(number, code) for number, code in known if code_is_given(number, digest(code))]
    assert len(there_too) > SAMPLE / 2, Coupon.objects.count()
    return there_too


def code_is_given(number: int, value: Any) -> bool:
    from coupons.models import Coupon

    return bool(Coupon.objects.filter(pk=number, digest__isnull=False).update(digest=value))


def add_stock(cursor: Any, coupons: int) -> None:
    order = an_order(coupons)
    cursor.execute(
        "INSERT INTO coupons_booklet (order_id, position, status, loss)"
        " SELECT %s, n, 'inert', '' FROM generate_series(1, %s) n",
        [order.pk, order.booklets],
    )
    cursor.execute(STOCK, {"order": order.pk, "size": SIZE})


def an_order(coupons: int) -> Any:
    """Paid for."""
    from coupons.choices import OrderStatus
    from coupons.models import Campaign, Order
    from directory.models import Organization
    from tests.coupons import toy

    sponsor, _new = Organization.objects.get_or_create(name="Banc d'essai", is_sponsor=True)
    campaign = Campaign.objects.filter(slug="banc").first() or toy.a_campaign(
        sponsor, name="Banc", slug="banc"
    )
    number = f"B{Order.objects.count():09}"
    return toy.an_order(
        campaign,
        booklets=coupons // SIZE,
        booklet_size=SIZE,
        status=OrderStatus.FUNDED,
        number=number,
        transfer_reference=number,
    )


def issuing(coupons: int) -> list[Work]:
    """A bare COPY of the same rows, with the same indexes, against issuing.issue; the middle one of three."""
    floor = middle([in_a_process("copy", coupons, 0) for _ in range(ROUNDS)])
    whole = middle([in_a_process("issue", coupons, an_order(coupons).pk) for _ in range(ROUNDS)])
    tenth = in_a_process("issue", coupons // 10, an_order(coupons // 10).pk)
    whole.times = whole.seconds / floor.seconds
    floor.name, whole.name = (
        "COPY into bare tables with the same indexes",
        "issuing, rules checked by triggers",
    )
    tenth.name = "issuing a tenth (for its memory)"
    return [floor, whole, tenth]


def middle(works: list[Work]) -> Work:
    return sorted(works, key=lambda work: work.seconds)[len(works) // 2]


def printing(coupons: int) -> Work:
    """From the request to the last file on the disk, issuing included."""
    from django.utils import timezone

    from coupons.choices import PrintReason
    from coupons.printing import jobs
    from directory.models import User

    user, _new = User.objects.get_or_create(email="banc@example.org")
    job = jobs.request(order=an_order(coupons), reason=PrintReason.FIRST, by=user, at=timezone.now())
    with tempfile.TemporaryDirectory() as vault:
        work = in_a_process("print", coupons, job.pk, PRIVATE_FILES=vault)
    work.name = "printing: codes, QR, PDF, on the disk"
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", coupons), job.status
    return work


def looking_up(known: list[tuple[int, str]]) -> list[Work]:
    """The same coupons, by primary key and by code."""
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection
    from django.utils import timezone

    from coupons.cheque.checking import check
    from coupons.codes import digest, read_code
    from coupons.models import Coupon

    digests = {code: digest(code) for _number, code in known}

    def bare(sql: str, value: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [value])
            assert cursor.fetchone()

    by_key = timed(
        "SELECT by primary key", known, lambda n, c: bare("SELECT * FROM coupons_coupon WHERE id = %s", n)
    )
    by_digest = timed(
        "SELECT by digest",
        known,
        lambda n, c: bare("SELECT * FROM coupons_coupon WHERE digest = %s", digests[c]),
        by_key,
    )
    whole_by_key = timed(
        "ORM, coupon with its terms, by primary key",
        known,
        lambda n, c: Coupon.objects.with_terms().get(pk=n),
    )
    whole_by_code = timed(
        "ORM, coupon with its terms, by the code typed",
        known,
        lambda n, c: Coupon.objects.with_terms().get(digest=digest(read_code(c))),
        whole_by_key,
    )
    at, nobody = timezone.now(), AnonymousUser()
    checked = timed(
        "check(): the guess counted before, forgiven after",
        known,
        lambda n, c: check(code=c, address="192.0.2.1", user=nobody, at=at),
        whole_by_key,
    )
    total = Coupon.objects.filter(digest__isnull=False).count()
    for work in (by_key, by_digest, whole_by_key, whole_by_code, checked):
        work.name += f", among {total:,}"
    return [by_key, by_digest, whole_by_key, whole_by_code, checked]


def timed(
    name: str, known: list[tuple[int, str]], ask: Callable[[int, str], Any], floor: Work | None = None
) -> Work:
    for number, code in known[:200]:
        ask(number, code)
    begun = time.perf_counter()
    for turn in range(LOOK_UPS):
        ask(*known[turn % len(known)])
    work = Work(name, LOOK_UPS, time.perf_counter() - begun)
    work.times = work.seconds / floor.seconds if floor else 0.0
    return work


def in_a_process(verb: str, coupons: int, number: int, **environment: str) -> Work:
    command = [sys.executable, "-m", "tests.bench.issue", verb, str(coupons), str(number)]
    begun, peak = time.perf_counter(), 0
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    while process.poll() is None:
        peak = max(peak, memory_of(process.pid))
        time.sleep(EVERY_S)
    told = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{verb} failed after {time.perf_counter() - begun:.0f} s")
    return Work(verb, coupons, float(told), peak // 2**20)


def memory_of(pid: int) -> int:
    """Bytes of a process and all its descendants, what they share counted once to each by its share."""
    total = 0
    for one in (pid, *descendants(pid)):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total * 1024


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def copy_bare(coupons: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for kind in ("booklet", "coupon"):
            cursor.execute(f"DROP TABLE IF EXISTS bare_{kind}")
            cursor.execute(f"CREATE TABLE bare_{kind} (LIKE coupons_{kind} INCLUDING ALL)")
        begun = time.perf_counter()
        with cursor.copy("COPY bare_booklet (id, order_id, position, status, loss) FROM STDIN") as copy:
            for n in range(1, coupons // SIZE + 1):
                copy.write(f"{n}\t1\t{n}\tinert\t\n")
        with cursor.copy("COPY bare_coupon (id, booklet_id, position, state) FROM STDIN") as copy:
            for n in range(1, coupons // SIZE + 1):
                copy.write("".join(f"{n * SIZE + rank}\t{n}\t{rank}\tinert\n" for rank in range(SIZE)))
        print(time.perf_counter() - begun)
        cursor.execute("DROP TABLE bare_booklet, bare_coupon")


def issue_rows(order_id: int) -> None:
    from django.utils import timezone

    from coupons import issuing
    from coupons.models import Order

    order, begun = Order.objects.get(pk=order_id), time.perf_counter()
    assert issuing.issue(order=order, at=timezone.now()) == order.booklets
    print(time.perf_counter() - begun)


def print_job(job_id: int) -> None:
    from coupons.printing.running import take_turn

    begun = time.perf_counter()
    while take_turn(job_id):
        pass
    print(time.perf_counter() - begun)


def main() -> None:
    import django

    django.setup()
    verb, coupons, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if verb == "copy":
        copy_bare(coupons)
    elif verb == "issue":
        issue_rows(number)
    else:
        print_job(number)


if __name__ == "__main__":
    main()
