"""Amounts and days as papers and files show them, whichever room makes them."""

from datetime import date, datetime

from coupons.ledger import PARIS
from directory.wording import dated

FIXED = "\u00a0"


def euros(cents: int) -> str:
    """123456 -> « 1 234,56 € »."""
    sign, cents = ("−", -cents) if cents < 0 else ("", cents)
    return f"{sign}{counted(cents // 100)},{cents % 100:02d}{FIXED}€"


def decimal(cents: int) -> str:
    """-1050 -> "-10,50", as a French spreadsheet or accounting program reads it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"


def counted(number: int) -> str:
    return f"{number:,}".replace(",", FIXED)


def written(day: date) -> str:
    return dated(day)


def day_of(at: datetime) -> date:
    """The date of the books."""
    return at.astimezone(PARIS).date()
