"""Fields as people fill them in: euros, lists of lines, web addresses, telephone numbers, times of day."""

import re
from datetime import time
from typing import Any

import phonenumbers
from django import forms
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _

from directory.opening import DAY

MOST_CENTS = 1_000_000
EUROS = re.compile(r"^(\d{1,6})(?:[.,](\d{1,2}))?$")
FREE_WORDS = {"gratuit", "free"}
MOST_LINES = 10


class EurosField(forms.CharField):
    """« 12,50 » -> 1250 cents; empty -> None, not known; « gratuit » -> 0. No floating point on the way."""

    default_error_messages = {
        "invalid": _("Écrivez un prix en euros, par exemple 12,50. Gratuit : écrivez 0."),
        "too_much": _("Ce prix dépasse 10 000 euros."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, "required": False, **kwargs})

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"[\s\u00a0\u202f€]", "", str(super().clean(value) or "")).lower()
        if not text:
            return None
        if text in FREE_WORDS:
            return 0
        matched = EUROS.match(text) if text.isascii() else None
        if not matched:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        cents = int(matched[1]) * 100 + int((matched[2] or "0").ljust(2, "0"))
        if cents > MOST_CENTS:
            raise forms.ValidationError(self.error_messages["too_much"], code="too_much")
        return cents

    def prepare_value(self, value: Any) -> Any:
        return euros(value) if isinstance(value, int) else value


def euros(cents: int | None) -> str:
    """1250 -> « 12,50 », 1200 -> « 12 », None -> «  »."""
    if cents is None:
        return ""
    whole, rest = divmod(cents, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)


class LinesField(forms.CharField):
    """Several values, one a line; `check` is asked of each."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(**{"required": False, "max_length": MOST_LINES * (longest + 2), **kwargs})

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("Dix lignes au plus."), code="too_many")
        return [self.line(line) for line in lines]

    def line(self, line: str) -> str:
        if len(line) > self.longest:
            raise forms.ValidationError(
                _("« %(line)s… » est trop long."), code="too_long", params={"line": line[:40]}
            )
        return line

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class EmailsField(LinesField):
    def line(self, line: str) -> str:
        try:
            validate_email(super().line(line))
        except forms.ValidationError as error:
            message = _("« %(line)s » n'est pas une adresse e-mail.")
            raise forms.ValidationError(message, code="invalid", params={"line": line}) from error
        return line


class WebAddressesField(LinesField):
    def line(self, line: str) -> str:
        return web_address(super().line(line))


class WebAddressField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return web_address(text) if text else ""


def web_address(text: str) -> str:
    """http and https only; « www.exemple.fr » gets its https://."""
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except forms.ValidationError as error:
        message = _("« %(line)s » n'est pas une adresse de site web.")
        raise forms.ValidationError(message, code="invalid", params={"line": text}) from error
    return address


class PhoneField(forms.CharField):
    """Kept as +33…"""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException:
            number = None
        # Four-digit numbers (3949) are no telephone numbers abroad, and are kept as they are dialled.
        if re.fullmatch(r"3\d{3}", text.replace(" ", "")):
            return text.replace(" ", "")
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(_("Ce numéro de téléphone n'existe pas."), code="invalid")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class MinuteField(forms.TimeField):
    """A time of day -> minutes from midnight. `ends`: 00:00 is the end of the day."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def __init__(self, *, ends: bool = False, **kwargs: Any) -> None:
        self.ends = ends
        super().__init__(
            **{"required": False, "input_formats": ["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh"], **kwargs}
        )

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if not isinstance(found, time):
            return None
        minute = found.hour * 60 + found.minute
        return DAY if self.ends and minute == 0 else minute

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60 % 24:02d}:{value % 60:02d}" if isinstance(value, int) else value
