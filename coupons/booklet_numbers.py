"""Numbers printed on booklets: public, typed by people, so two check digits (ISO 7064, MOD 97-10) follow.

Every wrong digit and every swap of neighbours is caught.
"""

import re

from stdnum.iso7064 import mod_97_10

PREFIX = "CN"
DIGITS = 8
LOOSE = re.compile(r"[\s.\-]")


def printed_number(booklet_id: int) -> str:
    """1234 -> "CN 0000 1234 82"."""
    digits = f"{booklet_id:0{DIGITS}d}"
    return f"{PREFIX} {digits[:-4]} {digits[-4:]} {mod_97_10.calc_check_digits(digits)}"


def read_number(typed: str) -> int | None:
    """The booklet's identifier, or None when the number is mistyped. Spaces, dots, case do not matter."""
    digits = LOOSE.sub("", typed).upper().removeprefix(PREFIX)
    if not re.fullmatch(r"[0-9]{10,14}", digits) or not mod_97_10.is_valid(digits):
        return None
    return int(digits[:-2])
