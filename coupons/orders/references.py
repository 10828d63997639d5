"""What a sponsor's transfer quotes: an ISO 11649 creditor reference made of the order's number."""

import re

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

# RF, two check digits, then our numbers: C, the year, six digits or more.
LIKE_OURS = re.compile(r"(?=(RF\d{2}C\d{10,14}))")
SHORTEST = len("RF00C2026000001")


def reference(order_number: str) -> str:
    """ "C2026-000001" -> "RF93C2026000001"."""
    body = order_number.replace("-", "")
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def found_in(text: str) -> set[str]:
    """Every reference of ours whose check digits are right, whatever was typed between its signs.

    Digits that follow one may belong to it or not: each length whose check digits are right is proposed.
    """
    return {
        candidate[:length]
        for candidate in LIKE_OURS.findall(compact(text))
        for length in range(SHORTEST, len(candidate) + 1)
        if iso11649.is_valid(candidate[:length])
    }


def printed(of: str) -> str:
    """In groups of four."""
    return str(iso11649.format(of))


def compact(text: str) -> str:
    """Letters and digits alone, in capitals: a reference, an IBAN, a number as people type them."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())
