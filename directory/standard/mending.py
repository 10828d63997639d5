"""One value at a time: as it is written → as it should be. What cannot be put right is said by None."""

import html
import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import phonenumbers
from django.utils.html import strip_tags

from directory.opening import parse
from geodata.folding import fold

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
TAG = re.compile(r"<[a-zA-Z/!]")
SCRIPT = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
BREAK = re.compile(r"<(br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)
REGIONS = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "987": "PF",
    "988": "NC",
}
DATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%Y/%m/%d", "%Y%m%d")
NO_DATE = date(1970, 1, 1)  # what an empty date becomes in many exports
NO_PIVOT = re.compile(r"^0*$")

FRENCH_DAYS = {
    "lundi": "Mo",
    "mardi": "Tu",
    "mercredi": "We",
    "jeudi": "Th",
    "vendredi": "Fr",
    "samedi": "Sa",
}
FRENCH_DAYS |= {"dimanche": "Su", "jours feries": "PH"}
HOUR = re.compile(r"\b([01]?\d|2[0-4]) ?[hH](?: ?([0-5]\d))?(?![\d:])")


def as_text(value: Any) -> str:
    """Text of any JSON value: 16140.0 is "16140", a list is put back with bars; no control signs."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, list):
        return "|".join(filter(None, map(as_text, value)))
    return CONTROL.sub("", str(value)).replace("\xa0", " ").strip()


def without_html(text: str) -> str:
    """Plain text: tags out, what they separated kept apart, entities read."""
    if not TAG.search(text) and not re.search(r"&(#\d+|#x[\da-f]+|[a-z]+);", text, re.IGNORECASE):
        return text
    plain = strip_tags(BREAK.sub("\n", SCRIPT.sub("", text)))
    lines = (" ".join(line.split()) for line in html.unescape(plain).splitlines())
    return CONTROL.sub("", "\n".join(filter(None, lines)))


def pieces(text: str) -> list[str]:
    """A list, whichever of | and ; separates it."""
    return [piece.strip() for piece in re.split(r"[|;\n]", text) if piece.strip()]


_folded = lru_cache(maxsize=5_000)(fold)


def coded(text: str, words: dict[str, str]) -> tuple[list[str], list[str]]:
    """Codes of the words that the folded vocabulary holds, in order, and the pieces it does not hold.

    A piece that is not a word as it stands may be several ones separated by commas.
    """
    codes: list[str] = []
    unknown: list[str] = []
    for piece in pieces(text):
        parts = [piece] if _folded(piece) in words else [part.strip() for part in piece.split(",")]
        if all(_folded(part) in words for part in parts):
            codes += [words[_folded(part)] for part in parts]
        else:
            unknown.append(piece)
    return list(dict.fromkeys(codes)), unknown


def postcode(text: str) -> str | None:
    """Five digits, the lost zero put back; None when it is not a postcode."""
    digits = re.sub(r"^F-?|\s", "", text.upper())
    return digits.zfill(5) if re.fullmatch(r"\d{4,5}", digits) else None


def insee(text: str) -> str | None:
    code = text.upper().replace(" ", "")
    code = code.zfill(5) if len(code) == 4 else code
    return code if re.fullmatch(r"([013-9]\d|2[AB1-9])\d{3}", code) else None


def phone(text: str, in_postcode: str = "") -> str | None:
    """International form ("+33630392518"); None when it is no telephone number."""
    digits = re.sub(r"[^\d+]", "", text)
    region = REGIONS.get(in_postcode[:3], "FR")
    for candidate in (digits, f"+{digits}", f"0{digits}"):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def day(text: str) -> date | None:
    """ISO, French or with a time; None when it is not a date, or the one that stands for none."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        found = next(filter(None, (_as(text[:10], form) for form in DATE_FORMATS)), NO_DATE)
    return found if found > NO_DATE else None


def _as(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


def number(value: Any) -> float | None:
    """A finite number, decimal comma or point; None when there is none."""
    text = as_text(value).replace(",", ".").replace(" ", "").rstrip("°")
    if not re.fullmatch(r"[+-]?\d{1,9}(\.\d{0,20})?", text):
        return None
    return float(text)


def web_address(text: str) -> str | None:
    """With its scheme; None when it is not one (a site never runs script)."""
    address = text if re.match(r"^[a-zA-Z][\w+.-]*:", text) else f"https://{text}"
    return address if re.fullmatch(r"https?://[^\s<>\"]+\.[^\s<>\"]+", address, re.IGNORECASE) else None


def email(text: str) -> str | None:
    address = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE)
    return address if re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+", address) else None


def hours(text: str) -> str | None:
    """OpenStreetMap's syntax out of what is nearly it, or out of simple prose; None when it is neither.

    >>> hours("Mo-Fr 9h-12h30"), hours("du lundi au jeudi de 9h à 12h et de 14h à 17h")
    ('Mo-Fr 09:00-12:30', 'Mo-Th 09:00-12:00,14:00-17:00')
    """
    if parse(text):
        return text
    nearly = HOUR.sub(lambda found: f"{int(found[1]):02d}:{found[2] or '00'}", " ".join(text.split()))
    for candidate in (nearly, _from_prose(nearly)):
        if re.search(r"\d:\d\d ?-", candidate) and parse(candidate):
            return candidate
    return None


def _from_prose(text: str) -> str:
    prose = text.lower().replace("fériés", "feries").rstrip(".")
    for french, short in FRENCH_DAYS.items():
        prose = re.sub(rf"\b(?:le |les )?{french}s?\b", short, prose)
    prose = re.sub(r"\b(?:du )?(Mo|Tu|We|Th|Fr|Sa|Su) (?:au|à) (Mo|Tu|We|Th|Fr|Sa|Su)\b", r"\1-\2", prose)
    prose = re.sub(r"(\d\d:\d\d) ?(?:à|-|–|/) ?(\d\d:\d\d)", r"\1-\2", re.sub(r"\bde (?=\d)", "", prose))
    prose = re.sub(r" ?(?:,| et|/) ?(?=\d\d:\d\d-)", ",", prose)
    prose = re.sub(r"(?<=[a-z]) ?(?:,| et) ?(?=(?:Mo|Tu|We|Th|Fr|Sa|Su)\b)", ",", prose)
    return (
        re.sub(r"(?<=\d) ?(?:,|;| et|\.)? ?(?=(?:Mo|Tu|We|Th|Fr|Sa|Su)\b)", "; ", prose)
        .replace(" :", "")
        .strip()
    )


def in_weeks(written: str, parity: str) -> str:
    """Hours of a round that comes on odd ("impaire") or even ("paire") ISO weeks only.

    >>> in_weeks("Mo 09:30-12:30; PH off", "Semaine impaire")
    'week 01-53/2 Mo 09:30-12:30; PH off'
    """
    which = {"paire": "02-52/2", "impaire": "01-53/2"}.get(fold(parity).removeprefix("semaine").strip(" s"))
    if which is None or not written or "week" in written:
        return written
    rules = [rule.strip() for rule in written.split(";")]
    always = re.compile(r"^(PH|SH)\b|\boff$|\bclosed$")
    return "; ".join(rule if always.search(rule) else f"week {which} {rule}" for rule in rules if rule)


def distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
