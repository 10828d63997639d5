"""Before a label ends: a message to its organisation, three times, unless the renewal is under way."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from directory.label import notices
from directory.models import LabelApplication, Labelling

# Days before the end.
STAGES = (180, 90, 30)


def remind(at: datetime) -> int:
    """Write about every label that has passed a stage since the last message. Returns how many."""
    today, written = timezone.localdate(at), 0
    for labelling in ending(at).order_by("pk"):
        days_left = (labelling.during.upper - today).days
        stage = min(days for days in STAGES if days_left <= days)
        begun_on = labelling.during.upper - timedelta(days=stage)
        if labelling.reminded_on is None or labelling.reminded_on < begun_on:
            written += write_once(labelling, at)
    return written


def ending(at: datetime) -> QuerySet[Labelling]:
    """In force, not for long, and nothing asked or given to follow."""
    today = timezone.localdate(at)
    under_way = LabelApplication.objects.filter(venue=OuterRef("venue"), status__in=LabelApplication.OPEN)
    following = Labelling.objects.filter(
        venue=OuterRef("venue"), during__startswith__gte=OuterRef("during__endswith")
    )
    soon = today + timedelta(days=STAGES[0])
    held = Labelling.objects.filter(during__contains=today, during__endswith__lte=soon)
    return held.exclude(Exists(under_way)).exclude(Exists(following)).select_related("venue__organization")


def write_once(labelling: Labelling, at: datetime) -> bool:
    """Two workers at once write once: the one that changes the row."""
    today = timezone.localdate(at)
    with transaction.atomic():
        unchanged = Labelling.objects.filter(pk=labelling.pk, reminded_on=labelling.reminded_on)
        if not unchanged.update(reminded_on=today):
            return False
        transaction.on_commit(lambda: notices.label_ends(labelling), robust=True)
    return True
