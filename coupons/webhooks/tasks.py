"""What the background worker does for the webhooks."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from coupons.webhooks import delivering


def deliver_soon() -> None:
    """Asks the worker, once however often it is asked: what a person waits for does not wait for the minute."""
    try:
        with transaction.atomic():
            deliver_asked.defer()
    except AlreadyEnqueued:
        return


@app.task(queueing_lock="deliver_asked_webhooks")
def deliver_asked() -> int:
    return delivering.deliver()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="deliver_webhooks", pass_context=False)
def deliver_due(timestamp: int) -> int:
    """Every minute what is new and what is to be tried again. Returns how many requests were made."""
    return delivering.deliver()


@app.periodic(cron="45 2 * * *")
@app.task(queueing_lock="forget_webhooks", pass_context=False)
def forget_webhooks(timestamp: int) -> int:
    return delivering.forget(timezone.now())
