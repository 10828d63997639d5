"""What the background worker does for the printer."""

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from coupons.models import PrintJob
from coupons.printing.fetching import destroy_forgotten
from coupons.printing.jobs import UNDER_WAY
from coupons.printing.running import take_turn


def start_printing(job_id: int) -> None:
    """Asks the worker, once however often it is asked."""
    try:
        print_sheets.configure(queueing_lock=f"print_sheets:{job_id}").defer(job_id=job_id)
    except AlreadyEnqueued:
        return


@app.task
def print_sheets(job_id: int) -> None:
    """A turn, then back in the queue: letters and other tasks come in between."""
    if take_turn(job_id):
        start_printing(job_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="resume_printing", pass_context=False)
def resume_printing(timestamp: int) -> None:
    """What a killed worker left is asked for again; a job that somebody is at is let alone."""
    for job_id in PrintJob.objects.filter(status__in=UNDER_WAY).values_list("pk", flat=True):
        start_printing(job_id)


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="destroy_forgotten_prints", pass_context=False)
def destroy_forgotten_prints(timestamp: int) -> None:
    destroy_forgotten(at=timezone.now())
