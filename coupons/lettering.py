"""Amounts, days and typefaces as papers show them, whichever room draws the paper."""

from datetime import date, datetime
from functools import lru_cache

import typst
from django.conf import settings

from coupons.ledger import PARIS
from directory.wording import dated

FONTS = settings.NODE_MODULES / "@expo-google-fonts" / "atkinson-hyperlegible-next"
FIXED = "\u00a0"


def euros(cents: int) -> str:
    """123456 -> « 1 234,56 € »."""
    sign, cents = ("−", -cents) if cents < 0 else ("", cents)
    return f"{sign}{counted(cents // 100)},{cents % 100:02d}{FIXED}€"


def counted(number: int) -> str:
    return f"{number:,}".replace(",", FIXED)


def written(day: date) -> str:
    return dated(day)


def day_of(at: datetime) -> date:
    """The date of the books."""
    return at.astimezone(PARIS).date()


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
