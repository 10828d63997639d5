"""What the background worker forgets."""

from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="forget_what_is_over", pass_context=False)
def forget_what_is_over(timestamp: int) -> int:
    """Sessions and counts of attempts whose time is over. Returns how many counts went."""
    call_command("clearsessions")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM site_cache WHERE expires < now()")
        return cursor.rowcount
