"""The worker's part of a print: files of at most 1,000 coupons, two presses at a time.

Of each file, in this order: its codes are drawn, the press makes the PDF, the file is on the disk, and one
transaction says all at once which booklets it holds and what the digests of their codes are. Killed before that
transaction, the file is an orphan whose codes are worth nothing, and its booklets are printed again; killed after it,
nothing is missing. A booklet is claimed by one file of a job only, whoever runs the job, and however many do.
"""

import json
import logging
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from coupons import issuing
from coupons.choices import OrderStatus, PrintReason, PrintStatus
from coupons.codes import digest, new_codes
from coupons.models import Booklet, Coupon, Order, PrintedBooklet, PrintFile, PrintJob
from coupons.printing import sheets, vault
from coupons.printing.alone import alone
from coupons.printing.jobs import first_print_is_due, locked_job, unprinted
from directory.accounts.refusals import Refused
from directory.audit import acting

logger = logging.getLogger(__name__)
FILE_COUPONS = 1_000
PRESSES = 2
# How long other tasks of the worker wait at most before this one steps back.
TURN_S = 60
PRESS_TIMEOUT_S = 120
MAKE_PRINTED_BOOKLETS = """
INSERT INTO coupons_printedbooklet (job_id, booklet_id)
SELECT %(job)s, booklet.id FROM ({booklets}) booklet
ON CONFLICT (job_id, booklet_id) DO NOTHING
"""
SET_DIGESTS = """
UPDATE coupons_coupon coupon SET digest = fresh.digest
FROM unnest(%(coupons)s::bigint[], %(digests)s::uuid[]) AS fresh (id, digest)
WHERE coupon.id = fresh.id AND coupon.state = 'inert' AND (coupon.digest IS NULL OR %(rotates)s)
"""


class Stopped(Exception):
    """The job was cancelled, or is nobody's to run."""


class Overtaken(Exception):
    """Between the drawing and now a booklet of the file was handed over, cancelled or printed by another."""


class PressFailed(Exception):
    """Says nothing of what was to be printed."""


@dataclass(frozen=True)
class Batch:
    """The coupons of one file, in the order of their booklets, and their codes."""

    job: PrintJob
    booklets: list[int]
    coupons: list[Coupon]
    codes: list[str]


def take_turn(job_id: int) -> bool:
    """Print for a while. True when there is more to do; False when it is over, or another worker is at it."""
    with alone(job_id) as is_alone:
        if not is_alone:
            return False
        try:
            job = begin(job_id)
            vault.destroy_orphans(job.pk)
            if make_files(job, until=time.monotonic() + TURN_S):
                return True
            finish(job_id, PrintStatus.DONE)
        except Stopped:
            finish(job_id, PrintStatus.CANCELLED)
        except (PressFailed, Refused) as error:
            logger.error("Print job %s stopped: %s", job_id, error)
            finish(job_id, PrintStatus.FAILED)
        vault.destroy_orphans(job_id)
        return False


def begin(job_id: int) -> PrintJob:
    """The job, running, with all it has to print. Raises Stopped, Refused."""
    job = PrintJob.objects.select_related("order__campaign__organization").get(pk=job_id)
    if job.started_at is None and job.reason == PrintReason.FIRST and not job.cancel_asked_at:
        issuing.issue(order=job.order, at=timezone.now())
    with transaction.atomic():
        current = locked_job(job)
        if current.cancel_asked_at or current.status not in (PrintStatus.WAITING, PrintStatus.RUNNING):
            raise Stopped
        if current.started_at is None:
            fill(current)
            current.started_at = timezone.now()
        current.status = PrintStatus.RUNNING
        current.save(update_fields=["status", "started_at", "coupons"])
    return job


def fill(job: PrintJob) -> None:
    """Which booklets the first print of an order is made of."""
    if job.reason != PrintReason.FIRST:
        return
    chosen, parameters = unprinted(job.order).order_by("pk").values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        # The subquery keeps its own %s: the job is written in, a number of ours.
        cursor.execute(
            MAKE_PRINTED_BOOKLETS.format(booklets=chosen).replace("%(job)s", str(int(job.pk))), parameters
        )
    job.coupons = job.printed_booklets.count() * job.order.booklet_size


def make_files(job: PrintJob, *, until: float) -> bool:
    """File after file; True when time is up before the end. Raises Stopped, PressFailed."""
    same = sheets.terms(job.order)
    under_way: deque[tuple[Batch, Future[bytes]]] = deque()
    with ThreadPoolExecutor(PRESSES) as presses:
        try:
            for batch in batches(job):
                content = sheets.content(same, job.order.face_value_cents, batch.coupons, batch.codes)
                under_way.append((batch, presses.submit(press, content)))
                if len(under_way) > PRESSES:
                    register_next(under_way)
                if time.monotonic() > until:
                    break
            while under_way:
                register_next(under_way)
        finally:
            presses.shutdown(cancel_futures=True)
    return left(job).exists()


def batches(job: PrintJob) -> Iterator[Batch]:
    """What is left, a file at a time, in the order of the booklets' numbers."""
    size = max(1, FILE_COUPONS // job.order.booklet_size)
    after = 0
    while booklets := list(left(job).filter(booklet__gt=after)[:size]):
        after = booklets[-1]
        coupons = Coupon.objects.filter(booklet__in=booklets, state="inert").order_by("booklet", "position")
        yield Batch(job, booklets, list(coupons), new_codes(len(coupons)))


def left(job: PrintJob) -> QuerySet[PrintedBooklet, int]:
    """Numbers of the booklets that the job has still to print and may, in order."""
    waiting = PrintedBooklet.objects.filter(job=job, file=None, booklet__status="inert")
    if job.reason != PrintReason.REPRINT:
        coded = Coupon.objects.filter(booklet=OuterRef("booklet"), digest__isnull=False)
        waiting = waiting.filter(~Exists(coded))
    return waiting.order_by("booklet").values_list("booklet", flat=True)


def press(content: dict[str, Any]) -> bytes:
    """A process for each file; its words are not repeated, they might be codes. Raises PressFailed."""
    try:
        done = subprocess.run(  # noqa: S603 (its arguments are ours)
            [sys.executable, "-m", "coupons.printing.press", str(sheets.FONTS)],
            input=json.dumps(content, ensure_ascii=False).encode(),
            capture_output=True,
            cwd=settings.BASE_DIR,
            timeout=PRESS_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PressFailed("the press took too long") from None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise PressFailed(f"the press ended with {done.returncode}")
    return done.stdout


def register_next(under_way: deque[tuple[Batch, Future[bytes]]]) -> None:
    batch, drawn = under_way.popleft()
    stored = vault.store(batch.job.pk, drawn.result())
    try:
        with transaction.atomic():
            register(batch, stored, timezone.now())
    except Overtaken:
        vault.destroy(stored.name)
    except Stopped:
        vault.destroy(stored.name)
        raise
    # Whatever else went wrong may have gone wrong after the commit: the next turn looks which files are known.


def register(batch: Batch, stored: vault.Stored, at: datetime) -> None:
    """All that makes a file's codes worth something. Raises Stopped, Overtaken."""
    job = locked_job(batch.job)
    if job.status != PrintStatus.RUNNING or job.cancel_asked_at:
        raise Stopped
    inert = Booklet.objects.inert().filter(pk__in=batch.booklets).order_by("pk").select_for_update()
    if len(inert) != len(batch.booklets):
        raise Overtaken
    file = PrintFile.objects.create(
        job=job,
        number=job.files.count() + 1,
        first_booklet_id=batch.booklets[0],
        last_booklet_id=batch.booklets[-1],
        coupons=len(batch.coupons),
        size=stored.size,
        sha256=stored.sha256,
        stored_as=stored.name,
        made_at=at,
    )
    claimed = PrintedBooklet.objects.filter(job=job, booklet__in=batch.booklets, file=None).update(file=file)
    if claimed != len(batch.booklets) or set_digests(batch) != len(batch.coupons):
        raise Overtaken
    job.done += len(batch.coupons)
    job.save(update_fields=["done"])


def set_digests(batch: Batch) -> int:
    values: dict[str, Any] = {
        "coupons": [coupon.pk for coupon in batch.coupons],
        "digests": [digest(code) for code in batch.codes],
        "rotates": batch.job.reason == PrintReason.REPRINT,
    }
    with connection.cursor() as cursor:
        cursor.execute(SET_DIGESTS, values)
        return cursor.rowcount


def finish(job_id: int, status: PrintStatus) -> None:
    """The job ends; an order of which every booklet is on paper is printed."""
    at = timezone.now()
    job = PrintJob.objects.select_related("requested_by").get(pk=job_id)
    with acting(job.requested_by):
        order = Order.objects.select_for_update().get(pk=job.order_id)
        current = locked_job(job)
        if current.status in (PrintStatus.WAITING, PrintStatus.RUNNING):
            current.status, current.finished_at = status, at
            if status == PrintStatus.DONE:
                # Fewer than were asked for, when booklets were handed over or cancelled meanwhile.
                current.coupons = current.done
            current.save(update_fields=["status", "finished_at", "coupons"])
        if order.status == OrderStatus.FUNDED and not first_print_is_due(order):
            order.status, order.printed_at = OrderStatus.PRINTED, at
            order.save(update_fields=["status", "printed_at"])
