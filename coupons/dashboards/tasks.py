"""What the background worker does for the dashboards."""

from procrastinate.contrib.django import app

from coupons import reporting


@app.periodic(cron="*/3 * * * *")
@app.task(queueing_lock="refresh_reports", pass_context=False)
def refresh_reports(timestamp: int) -> int:
    """Returns how many entries were counted."""
    return reporting.refresh()
