"""How often codes of receipts may be tried from one network: a class that rates after its course fits in."""

from datetime import datetime, timedelta

from directory.limits import Limit

# As much of a sender's digest as a column of counts holds beside the name of the limit.
SIGNS = 48
# Of 2^50 codes for each payment, that finds one in two billion years.
TRIES = Limit("rating", 60, timedelta(hours=1))


def one_more(sender: str, at: datetime) -> bool:
    """Count a try; whether it may go on. Outside any transaction that could be undone."""
    return not TRIES.wait(sender[:SIGNS], at)
