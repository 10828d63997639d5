"""What the background worker does for the distribution."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from coupons import guessing
from coupons.distribution.bulk import UNDER_WAY, apply_chunk
from coupons.distribution.reminding import remind
from coupons.models import BulkHandOver

STALLED_AFTER = timedelta(minutes=1)


def start_bulk_hand_over(bulk_id: int) -> None:
    """Asks the worker, once however often it is asked."""
    try:
        apply_bulk_hand_over.configure(queueing_lock=f"bulk_hand_over:{bulk_id}").defer(bulk_id=bulk_id)
    except AlreadyEnqueued:
        return


@app.task
def apply_bulk_hand_over(bulk_id: int) -> None:
    """Chunk by chunk: cancelled in between, it stops; killed, it goes on where it was."""
    while apply_chunk(bulk_id, timezone.now()):
        pass


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="resume_bulk_hand_overs", pass_context=False)
def resume_bulk_hand_overs(timestamp: int) -> None:
    """What a killed worker left unfinished is asked for again: doing it twice at once hands nothing over twice."""
    unfinished = BulkHandOver.objects.filter(status__in=UNDER_WAY)
    old = unfinished.filter(confirmed_at__lt=timezone.now() - STALLED_AFTER)
    for bulk_id in old.values_list("pk", flat=True):
        start_bulk_hand_over(bulk_id)


@app.periodic(cron="20 7 * * *")
@app.task(queueing_lock="remind_of_booklets", pass_context=False)
def remind_of_booklets(timestamp: int) -> int:
    """Every morning. Returns how many letters."""
    return remind(timezone.now())


@app.periodic(cron="35 2 * * *")
@app.task(queueing_lock="forget_tries", pass_context=False)
def forget_tries(timestamp: int) -> int:
    return guessing.forget(timezone.now())
