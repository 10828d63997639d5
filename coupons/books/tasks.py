"""What the background worker does for the books, every day. Each may be run again after whatever stopped it."""

from django.utils import timezone
from procrastinate.contrib.django import app

from coupons import expiry, ledger
from coupons.books import proving


class BooksDisagree(Exception):
    """A checkpoint is not the sum of its legs: somebody wrote where nobody may."""


# Half an hour after the day is over in the last French territory, in universal time.
@app.periodic(cron="30 10 * * *")
@app.task(queueing_lock="expire_coupons", pass_context=False)
def expire_coupons(timestamp: int) -> int:
    """Batches of a transaction each. `timestamp`: the instant it was due, in seconds."""
    return expiry.expire(at=timezone.now())


@app.periodic(cron="40 1 * * *")
@app.task(queueing_lock="note_balances", pass_context=False)
def note_balances(timestamp: int) -> int:
    """Checkpoints, and the proof that they are right. `timestamp`: the instant it was due, in seconds."""
    made = ledger.checkpoint(at=timezone.now())
    wrong = ledger.wrong_checkpoints()
    if wrong:
        raise BooksDisagree(f"accounts {wrong}")
    return made


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="publish_proof", pass_context=False)
def publish_proof(timestamp: int) -> str:
    """`timestamp`: the instant it was due, in seconds."""
    return str(proving.publish(at=timezone.now()).on)
