"""Bringing the reports up to date: the one door to the functions of migration 0010. See docs/reporting.md."""

import time
from datetime import datetime

from django.db import connection

from coupons.models import ReportRun, Unreported

BATCH = 5_000  # entries in a transaction


def refresh(*, batch: int = BATCH, seconds: float | None = None) -> int:
    """Count what happened since, a batch after the other; how many entries.

    Stops after so many `seconds`, or at once where somebody else is at it. Killed half-way, what was committed is
    counted and the rest still queues.
    """
    counted, begun = 0, time.monotonic()
    with connection.cursor() as cursor:
        while seconds is None or time.monotonic() - begun < seconds:
            cursor.execute("SELECT coupons_report(%s)", [batch])
            [done] = cursor.fetchone()
            counted += done or 0
            if not done or done < batch:
                break
    return counted


def anew() -> int:
    """All of it again from nothing, by the owner of the database; how many entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coupons_report_anew()")
        [counted] = cursor.fetchone()
    return counted


def as_of() -> datetime | None:
    """When the reports were last brought up to date; None before the first time."""
    return ReportRun.objects.values_list("at", flat=True).first()


def is_late() -> bool:
    """Whether something happened that no report counts."""
    return Unreported.objects.exists()
