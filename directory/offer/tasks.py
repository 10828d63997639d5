"""What the background worker does for the offer."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from directory.models import BulkEdit
from directory.offer.bulk import apply_chunk, forget

STALLED_AFTER = timedelta(minutes=1)


def start_bulk_edit(edit_id: int) -> None:
    """Asks the worker, once however often it is asked."""
    try:
        apply_bulk_edit.configure(queueing_lock=f"bulk_edit:{edit_id}").defer(edit_id=edit_id)
    except AlreadyEnqueued:
        return


@app.task
def apply_bulk_edit(edit_id: int) -> None:
    """Chunk by chunk: cancelled in between, it stops; killed, it goes on where it was."""
    while apply_chunk(edit_id, timezone.now()):
        pass


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="resume_bulk_edits", pass_context=False)
def resume_bulk_edits(timestamp: int) -> None:
    """What a killed worker left unfinished is asked for again: doing it twice at once does no row twice."""
    unfinished = BulkEdit.objects.filter(status__in=[BulkEdit.Status.QUEUED, BulkEdit.Status.RUNNING])
    old = unfinished.filter(created_at__lt=timezone.now() - STALLED_AFTER)
    for edit_id in old.values_list("pk", flat=True):
        start_bulk_edit(edit_id)


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="forget_bulk_edits", pass_context=False)
def forget_bulk_edits(timestamp: int) -> int:
    """Every night."""
    return forget(timezone.now())
