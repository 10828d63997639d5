"""What the background worker does for the books, every day. Each may be run again after whatever stopped it."""

from django.utils import timezone
from procrastinate.contrib.django import app

from coupons import counting, expiry, ledger
from coupons.books import proving


class BooksDisagree(Exception):
    """A checkpoint or a statement is not the sum of its lines: somebody wrote where nobody may."""


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


@app.periodic(cron="50 1 * * *")
@app.task(queueing_lock="check_statements", pass_context=False)
def check_statements(timestamp: int) -> None:
    """Each is what it counts, and the books agree. `timestamp`: the instant it was due, in seconds."""
    wrong, astray = counting.wrong_statements(), counting.accounts_astray()
    if wrong or astray:
        raise BooksDisagree(f"statements {wrong}, accounts {astray}")


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="publish_proof", pass_context=False)
def publish_proof(timestamp: int) -> str:
    """`timestamp`: the instant it was due, in seconds."""
    return str(proving.publish(at=timezone.now()).on)
