"""How many codes somebody may get wrong before the door stays shut for a while.

A code that its own check sign betrays is not counted: it is a slip, and the database is not asked. What is counted
are well-formed codes that do not exist: nobody has such a code by mistake. A ticket is taken before the look-up,
by one statement of its own that is committed at once, so that a hundred guesses side by side are a hundred; it is
given back when the code exists. See docs/codes.md for what is left to chance.

At the counter many good codes come at once, from many tills of one account: tickets for all of them would lock
honest people out. There the door is looked at first (`require_open`), and what was wrong is counted afterwards, by
the same statement (`count_wrong`). Who asks side by side gains one guess for each request under way, once an hour.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from coupons.models import Tries
from directory.accounts.refusals import Refused
from directory.models import User
from directory.upkeep.posts import network_of

logger = logging.getLogger(__name__)

WINDOW = timedelta(hours=1)
# Codes tried per window: by an account, from an address without account, from an address by all its accounts.
MOST_BY_ACCOUNT = 10
MOST_FROM_ADDRESS = 10
MOST_BY_ACCOUNTS_OF_ADDRESS = 50
# When everybody together gets that many wrong, each address has less, and somebody is told. Nobody is locked out
# by what others do: that would be a gift to whoever wants the coupons to stop working.
ALARM = 500
MOST_UNDER_ALARM = 3
EVERYBODY = "everybody"
ALARMED = "alarm"
# One row for all would make them wait for each other.
SHARES = 8
KEPT = timedelta(days=2)

# Rows are taken in order of `who`, so that two guesses cannot hold one another up. The sum is that of the moment
# the statement began, to which this guess is added.
COUNT = """
WITH counted AS (
    INSERT INTO coupons_tries AS held (who, "window", tries)
    SELECT who, %(window)s, %(guesses)s FROM unnest(%(keys)s::text[]) AS who ORDER BY who
    ON CONFLICT (who, "window") DO UPDATE SET tries = held.tries + excluded.tries
    RETURNING who, tries
)
SELECT who, tries, (SELECT coalesce(sum(tries), 0) + %(guesses)s FROM coupons_tries
                    WHERE who = ANY(%(shares)s) AND "window" = %(window)s)
FROM counted
"""
HELD = """
SELECT who, tries FROM coupons_tries WHERE who = ANY(%s) AND "window" = %s
"""
GIVE_BACK = """
WITH held AS (
    SELECT id FROM coupons_tries WHERE who = ANY(%(keys)s) AND "window" = %(window)s ORDER BY who FOR UPDATE
)
UPDATE coupons_tries SET tries = tries - 1 WHERE id IN (SELECT id FROM held) AND tries > 0
"""


class LockedOut(Refused):
    """Too many codes were wrong: the same sentence whether the code that was asked exists or not."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Trop d'essais. Attendez une heure, puis réessayez. "
                "Votre chèque est pressé ? Montrez-le dans un lieu qui l'accepte."
            )
        )


@dataclass(frozen=True)
class Ticket:
    """A guess that was counted: of whom, in which window."""

    keys: tuple[str, ...]
    window: datetime


def take(*, address: str | None, user: User | AnonymousUser | None, at: datetime) -> Ticket:
    """Count one guess. Raises LockedOut. Call it outside any transaction: what is undone is not counted."""
    return _count(1, address, user, at)


def require_open(*, address: str | None, user: User | AnonymousUser | None, at: datetime) -> None:
    """Raises LockedOut for whom the next wrong code would be one too many. Counts nothing."""
    limits, window = limits_of(address, user), _window(at)
    with connection.cursor() as cursor:
        cursor.execute(HELD, [[*limits, *_shares()], window])
        held = dict(cursor.fetchall())
    limits = _lowered(limits, sum(held.get(share, 0) for share in _shares()))
    if any(held.get(key, 0) >= most for key, most in limits.items()):
        raise LockedOut


def count_wrong(
    guesses: int, *, address: str | None, user: User | AnonymousUser | None, at: datetime
) -> None:
    """Well-formed codes that were looked up and are of no coupon. Raises LockedOut: then nothing is to be told."""
    if guesses:
        _count(guesses, address, user, at)


def _count(guesses: int, address: str | None, user: User | AnonymousUser | None, at: datetime) -> Ticket:
    window, limits = _window(at), limits_of(address, user)
    ticket = Ticket((*limits, secrets.choice(_shares())), window)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {"keys": list(ticket.keys), "window": window, "shares": _shares(), "guesses": guesses},
        )
        rows = cursor.fetchall()
    together = int(rows[0][2])
    if together >= ALARM:
        _alarm(together, window)
    limits = _lowered(limits, together)
    if any(who in limits and tries > limits[who] for who, tries, _together in rows):
        raise LockedOut
    return ticket


def _window(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _shares() -> list[str]:
    return [f"{EVERYBODY}:{n}" for n in range(SHARES)]


def _lowered(limits: dict[str, int], together: int) -> dict[str, int]:
    if together < ALARM:
        return limits
    return {key: min(most, MOST_UNDER_ALARM) for key, most in limits.items()}


def give_back(ticket: Ticket) -> None:
    """The code exists: it was no guess."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"keys": list(ticket.keys), "window": ticket.window})


def limits_of(address: str | None, user: User | AnonymousUser | None) -> dict[str, int]:
    """By the key it is counted under. Who signed in is not locked out by a stranger in the same library."""
    place = salted_hmac("coupons.guessing", network_of(address), algorithm="sha256").hexdigest()
    if user is None or not user.is_authenticated:
        return {f"address:{place}": MOST_FROM_ADDRESS}
    return {f"account:{user.pk}": MOST_BY_ACCOUNT, f"accounts:{place}": MOST_BY_ACCOUNTS_OF_ADDRESS}


def forget(at: datetime) -> int:
    """Counts of the days gone by. Returns how many."""
    return Tries.objects.filter(window__lt=at - KEPT).delete()[0]


def _alarm(together: int, window: datetime) -> None:
    """Once a window: whoever writes the row first tells."""
    _row, first = Tries.objects.get_or_create(who=ALARMED, window=window, defaults={"tries": 1})
    if first:
        logger.error("coupon_guessing_alarm window=%s wrong_codes=%d", window.isoformat(), together)
