"""The look at all payments since the last one: five statements, whatever their number.

It may be run twice, or killed: a run is one transaction, and what it finds it finds again under the same key.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from coupons.models import Watch
from coupons.signals import thresholds
from coupons.signals.queries import KEEP, QUERIES

PARIS = ZoneInfo("Europe/Paris")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# Days are looked at whole, overseas ones too, and once more the day after: a payment may be made while a run is
# under way, and be seen by the next only.
OVERLAP = timedelta(days=2)


def watch(at: datetime) -> int:
    """Look at what happened up to that instant. Returns how many signals are new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coupons.signals'), 0)")
        values = parameters(since_last(), at)
        found = 0
        for kind, query in QUERIES.items():
            cursor.execute(KEEP.format(query=query), {**values, "kind": kind})
            found += cursor.fetchone()[0]
        Watch.objects.create(until=at, ran_at=at, found=found)
    return found


def since_last() -> datetime:
    """Midnight in Paris, some days before the end of the last run."""
    last = Watch.objects.order_by("-until").first()
    if last is None:
        return BEGINNING
    return datetime.combine((last.until - OVERLAP).astimezone(PARIS).date(), time(), PARIS)


def parameters(since: datetime, until: datetime) -> dict[str, Any]:
    """Of all the queries: where they begin and end, and the thresholds by their names."""
    limits = {name.lower(): value for name, value in vars(thresholds).items() if name.isupper()}
    # A day before the first, for where it is already the month's first day.
    month = since.astimezone(PARIS).replace(day=1) - timedelta(days=1)
    return {**limits, "since": since, "until": until, "month": month}
