"""Distances, prices, hours and numbers in the words of the interface, in the language of the page."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

THIN = "\u202f"
WIDE = "\u00a0"
DAY = 24 * 60  # minutes
# France, Réunion and Mayotte, Guadeloupe and its islands, Guyane, Martinique: all dialled as 0x xx xx xx xx.
FRENCH_CALLING_CODES = {33, 262, 590, 594, 596}


def distance(metres: float | None) -> str:
    """850 -> « 850 m », 12345 -> « 12 km ». Rounded as a walker counts; the list keeps the exact order."""
    if metres is None:
        return ""
    if metres < 950:
        return f"{max(10, round(metres / 10) * 10)}{WIDE}m"
    decimals = 1 if metres < 9950 else 0
    # number_format cuts digits off; a distance is rounded.
    return f"{number_format(round(metres / 1000, decimals), decimals, force_grouping=True)}{WIDE}km"


def price(cents: int | None) -> str:
    """0 -> « Gratuit », 1000 -> « 10 € », in English « €10 », None -> « Prix à demander »."""
    if cents is None:
        return _("Prix à demander")
    if cents == 0:
        return _("Gratuit")
    amount = number_format(cents / 100, 2 if cents % 100 else 0, force_grouping=True)
    return _("%(amount)s €") % {"amount": amount}


def amount(cents: int) -> str:
    """Of an account, where nothing is not free: 0 -> « 0 € »."""
    return price(cents) if cents else _("%(amount)s €") % {"amount": "0"}


def duration(minutes: int | None) -> str:
    """45 -> « 45 min », 90 -> « 1 h 30 », in English « 1 h 30 min »."""
    hours, rest = divmod(minutes or 0, 60)
    if not hours:
        return f"{rest}{WIDE}min" if rest else ""
    if not rest:
        return f"{hours}{WIDE}h"
    return _("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": rest}


def clock(minute: int) -> str:
    """A minute of the day as it is written: « 9 h », « 17 h 30 », in English « 17:30 ». 1440 is « 24 h »."""
    hours, rest = divmod(minute, 60)
    if get_language() == "en":
        return f"{hours % 24}:{rest:02d}"
    return f"{hours}{WIDE}h{WIDE}{rest:02d}" if rest else f"{hours}{WIDE}h"


def week(minutes: Iterable[Any]) -> str:
    """Ranges of minutes of the week -> « du lundi au vendredi : 9 h – 12 h, 14 h – 18 h ; samedi : 9 h – 12 h »."""
    days = [_hours_of(day, minutes) for day in range(7)]
    told = []
    for hours, group in groupby(range(7), key=lambda day: days[day]):
        among = list(group)
        if hours:
            told.append(f"{_days(among[0], among[-1])}{WIDE}: {hours}")
    return f"{THIN}; ".join(told)


def _hours_of(day: int, minutes: Iterable[Any]) -> str:
    """What of the ranges falls on a day (0 is Monday), in words."""
    start = day * DAY
    cut = ((max(span.lower - start, 0), min(span.upper - start, DAY)) for span in minutes)
    return ", ".join(f"{clock(first)} – {clock(last)}" for first, last in cut if first < last)


def _days(first: int, last: int) -> str:
    words = {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
    if first == last:
        return str(words["first"])
    return _("du %(first)s au %(last)s") % words


def moment(instant: datetime, zone: str) -> str:
    """« à 18 h », « demain à 9 h », « lundi à 9 h », « le 24 décembre à 9 h », in the venue's local time."""
    local = instant.astimezone(ZoneInfo(zone))
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    words = {"day": day(local.date(), today), "hour": clock(local.hour * 60 + local.minute)}
    return (_("%(day)s à %(hour)s") % words).strip()


def day(which: date, today: date) -> str:
    """Nothing for today, « demain », the name of a day of the week to come, else its date."""
    if which == today:
        return ""
    if which == today + timedelta(days=1):
        return _("demain")
    if timedelta(0) < which - today < timedelta(days=7):
        return format_date(which, "l")
    return _("le %(day)s") % {"day": format_date(which, "j F")}


def phone(number: str) -> str:
    """« +33639988578 » -> « 06 39 98 85 78 »; what is no phone number stays as it was typed."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    french = parsed.country_code in FRENCH_CALLING_CODES
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if french else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, style).replace(" ", WIDE)


def serial(number: int) -> str:
    """1234 -> « 0 001 234 »: numbered like the cheques of a booklet."""
    digits = f"{number:07d}"
    return f"{digits[:-6]}{THIN}{digits[-6:-3]}{THIN}{digits[-3:]}"


def counted(number: int) -> str:
    return number_format(number, force_grouping=True, use_l10n=True)


def venues(number: int) -> str:
    return ngettext("%(number)s lieu", "%(number)s lieux", number) % {"number": counted(number)}


def used(days: int) -> str:
    """When a place was last used: 6 -> « Vérifié par un usage il y a 6 jours »; from two months on, in months."""
    if days == 0:
        return _("Vérifié par un usage aujourd'hui")
    if days == 1:
        return _("Vérifié par un usage hier")
    if days < 60:
        told = ngettext(
            "Vérifié par un usage il y a %(n)s jour", "Vérifié par un usage il y a %(n)s jours", days
        )
        return told % {"n": days}
    months = days // 30
    told = ngettext(
        "Vérifié par un usage il y a %(n)s mois", "Vérifié par un usage il y a %(n)s mois", months
    )
    return told % {"n": months}


def out_of_five(mean: Decimal) -> str:
    """4.2 -> « 4,2 », in English « 4.2 »: rounded to the tenth before."""
    return number_format(mean, 1)


def share(part: float) -> str:
    """0.184 -> « 18 % », in English « 18% »; what is not quite none or all is not rounded to it."""
    percent = round(part * 100)
    if part > 0 and percent == 0:
        return _("moins de 1 %%") % {}
    if part < 1 and percent == 100:
        return _("plus de 99 %%") % {}
    return _("%(percent)s %%") % {"percent": percent}
