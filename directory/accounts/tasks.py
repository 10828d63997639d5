"""What the background worker forgets, and what it closes."""

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from directory.accounts import joining


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="forget_what_is_over", pass_context=False)
def forget_what_is_over(timestamp: int) -> int:
    """Sessions and counts of attempts whose time is over. Returns how many counts went."""
    call_command("clearsessions")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM site_cache WHERE expires < now()")
        return cursor.rowcount


@app.periodic(cron="50 2 * * *")
@app.task(queueing_lock="close_join_requests", pass_context=False)
def close_join_requests(timestamp: int) -> int:
    """Those that nobody answered in time. Returns how many."""
    return joining.close_unanswered(timezone.now())
