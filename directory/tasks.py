"""What the background worker does for the directory."""

from django.utils import timezone
from procrastinate.contrib.django import app

from directory.hours import refresh_hours
from directory.models import Place


@app.periodic(cron="20 1 * * *")
@app.task(queueing_lock="refresh_all_hours", pass_context=False)
def refresh_all_hours(timestamp: int) -> int:
    """Every night the ten weeks ahead move on by one day. `timestamp`: the instant it was due, in seconds."""
    return refresh_hours(Place.objects.all(), today=timezone.localdate())
