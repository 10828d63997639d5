"""The reviewers' queue of services: longest wait first, fifty at a time. Three queries, however many rows."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from directory.choices import ReviewStatus
from directory.cursors import BadCursor, Cursor
from directory.models import Service

ROWS = 50


@dataclass(frozen=True)
class Queue:
    rows: list[Service]
    total: int
    next_cursor: str


def queue(after: str) -> Queue:
    """`after`: the cursor of the page before; one that is not understood begins again."""
    waiting = Service.objects.filter(status=ReviewStatus.SUBMITTED, submitted_at__isnull=False)
    page = waiting.select_related("venue__organization", "category", "replaces__category", "submitted_by")
    rows = list(page.filter(_since(after)).order_by("submitted_at", "pk")[: ROWS + 1])
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    following = Cursor(last.submitted_at.isoformat(), last.pk).encoded() if last and last.submitted_at else ""
    return Queue(rows[:ROWS], waiting.count(), following)


def _since(after: str) -> Q:
    if not after:
        return Q()
    try:
        cursor = Cursor.decoded(after)
        at = datetime.fromisoformat(str(cursor.after)).astimezone(UTC)
    except (BadCursor, ValueError):
        return Q()
    return Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=cursor.place_id)
