"""What the background worker does for upkeep."""

from datetime import date

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from directory import limits
from directory.upkeep import duplicates, freshness

MAIL_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=60, retry_exceptions={OSError})


@app.periodic(cron="30 6 * * *")
@app.task(queueing_lock="remind_of_venues", pass_context=False)
def remind_of_venues(timestamp: int) -> int:
    """Every morning. `timestamp`: the instant it was due, in seconds."""
    return freshness.remind(timezone.now(), order_letter)


def order_letter(organization_id: int, day: str) -> None:
    """In the transaction of the caller: the job is there if, and only if, the venues are marked."""
    send_reminder.defer(organization_id=organization_id, day=day)


@app.task(retry=MAIL_AGAIN)
def send_reminder(organization_id: int, day: str) -> None:
    freshness.send_reminder(organization_id, date.fromisoformat(day))


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="find_duplicates", pass_context=False)
def find_duplicates(timestamp: int) -> int:
    """Every night."""
    return duplicates.find(timezone.now())


@app.periodic(cron="10 * * * *")
@app.task(queueing_lock="forget_posts", pass_context=False)
def forget_posts(timestamp: int) -> int:
    return limits.forget(timezone.now())
