"""What the background worker does for the signals."""

from django.utils import timezone
from procrastinate.contrib.django import app

from coupons.signals.watching import watch


@app.periodic(cron="25 * * * *")
@app.task(queueing_lock="watch_payments", pass_context=False)
def watch_payments(timestamp: int) -> int:
    """Every hour. Returns how many signals are new. `timestamp`: the instant it was due, in seconds."""
    return watch(timezone.now())
