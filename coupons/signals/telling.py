"""A signal in one sentence, with its numbers and the limit it passed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from coupons.booklet_numbers import printed_number
from coupons.choices import SignalKind
from coupons.models import Signal
from coupons.signals import thresholds
from directory.wording import counted, dated, price


def sentence(signal: Signal) -> str:
    return TOLD[SignalKind(signal.kind)](signal.numbers)


def _burst(numbers: Mapping[str, Any]) -> str:
    words = {
        "coupons": counted(numbers["coupons"]),
        "payments": counted(numbers["payments"]),
        "at": moment(numbers["at"]),
        "limit": thresholds.BURST_COUPONS,
    }
    if numbers["hand"] == "device":
        return (
            _(
                "Un même appareil, avec plusieurs comptes, a encaissé %(coupons)s chèques en une minute "
                "et %(payments)s paiements, le %(at)s. On regarde à partir de %(limit)s."
            )
            % words
        )
    return (
        _(
            "Un même compte a encaissé %(coupons)s chèques en une minute et %(payments)s paiements, le %(at)s. "
            "On regarde à partir de %(limit)s."
        )
        % words
    )


def _travel(numbers: Mapping[str, Any]) -> str:
    minutes = max(int(numbers["minutes"]), 1)
    words = {
        "booklet": printed_number(numbers["booklet"]),
        "km": counted(int(numbers["km"])),
        "minutes": counted(minutes),
        "speed": counted(round(int(numbers["km"]) * 60 / minutes)),
        "limit": thresholds.TRAVEL_KM_H,
    }
    return (
        _(
            "Le carnet %(booklet)s a servi en deux lieux à %(km)s km l'un de l'autre, en %(minutes)s min : "
            "cela fait %(speed)s km/h. On regarde à partir de %(limit)s km/h."
        )
        % words
    )


def _booklets(numbers: Mapping[str, Any]) -> str:
    words = {
        "booklets": counted(numbers["booklets"]),
        "coupons": counted(numbers["coupons"]),
        "minutes": int(thresholds.BOOKLET_WITHIN.total_seconds() // 60),
        "limit": thresholds.BOOKLETS,
    }
    return (
        _(
            "%(booklets)s carnets entiers (%(coupons)s chèques) ont été dépensés le même jour, chacun en moins de "
            "%(minutes)s min. On regarde à partir de %(limit)s carnets."
        )
        % words
    )


def _wrong_codes(numbers: Mapping[str, Any]) -> str:
    several = numbers["hand"] == "accounts"
    words = {
        "codes": counted(numbers["codes"]),
        "at": moment(numbers["at"]),
        "limit": thresholds.WRONG_CODES_OF_ACCOUNTS if several else thresholds.WRONG_CODES,
    }
    if numbers["hand"] == "account":
        text = _(
            "Un compte a essayé %(codes)s codes qui n'existent pas, dans l'heure du %(at)s. "
            "On regarde à partir de %(limit)s."
        )
    elif several:
        text = _(
            "Les comptes d'un même réseau ont essayé %(codes)s codes qui n'existent pas, dans l'heure du %(at)s. "
            "On regarde à partir de %(limit)s."
        )
    else:
        text = _(
            "Quelqu'un sans compte a essayé %(codes)s codes qui n'existent pas, dans l'heure du %(at)s. "
            "On regarde à partir de %(limit)s."
        )
    return text % words


def _above(numbers: Mapping[str, Any]) -> str:
    words = {
        "amount": price(int(numbers["cents"])),
        "times": str(numbers["times"]).replace(".", ","),
        "median": price(int(numbers["median_cents"])),
        "providers": counted(numbers["providers"]),
        "departement": numbers["departement"],
        "limit": thresholds.ABOVE_TIMES,
    }
    return (
        _(
            "%(amount)s encaissés dans le mois : %(times)s fois la médiane (%(median)s) des %(providers)s structures "
            "de même type du département %(departement)s. On regarde à partir de %(limit)s fois."
        )
        % words
    )


TOLD = {
    SignalKind.BURST: _burst,
    SignalKind.TRAVEL: _travel,
    SignalKind.BOOKLETS: _booklets,
    SignalKind.WRONG_CODES: _wrong_codes,
    SignalKind.ABOVE: _above,
}


def moment(written: str) -> str:
    """An instant of JSON, as a person of the staff reads it."""
    instant = parse_datetime(written)
    return dated(localtime(instant), "j F Y H:i") if isinstance(instant, datetime) else written
