"""What the background worker does for the label."""

from django.utils import timezone
from procrastinate.contrib.django import app

from directory.label.reminding import remind


@app.periodic(cron="40 6 * * *")
@app.task(queueing_lock="remind_of_labels", pass_context=False)
def remind_of_labels(timestamp: int) -> int:
    """Every morning. `timestamp`: the instant it was due, in seconds."""
    return remind(timezone.now())
