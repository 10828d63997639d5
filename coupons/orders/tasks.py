"""What the background worker does for the orders."""

from django.utils import timezone
from procrastinate.contrib.django import app

from coupons.orders import ordering


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="close_late_orders", pass_context=False)
def close_late_orders(timestamp: int) -> int:
    """Every night: what was not handed over in time is void. `timestamp`: the instant it was due, in seconds."""
    return ordering.close_late(timezone.now())
