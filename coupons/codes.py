"""The secret of a coupon: 16 signs on paper, of which the database keeps a keyed digest only.

Fifteen signs are random (75 bits), the last one checks them: a weighted sum over GF(32), with another weight at
each position. Every wrong sign and every swap of two signs, neighbours or not, is caught before the database is
asked. The alphabet is Crockford's base 32, which leaves out I, L, O and U; a reader who sees O or I or L is
understood. Source of the alphabet: https://www.crockford.com/base32.html
"""

import hmac
import os
import re
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
RANDOM = LENGTH - 1
BITS = 5
VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
ALIKE = str.maketrans("OIL", "011")
LOOSE = re.compile(r"[\s.\-_–—]")
# x^5 + x^2 + 1, irreducible over GF(2).
MODULUS = 0b100101


class NotACode(ValueError):
    """What was typed cannot be a code: a sign is missing, too many, unknown or wrong."""


def _doubled(value: int) -> int:
    """Times x in GF(32)."""
    value <<= 1
    return value ^ MODULUS if value >> BITS else value


def _weighted() -> list[list[int]]:
    """Of each position, each value times the weight of that position: x^15, x^14 … x^1."""
    tables = [list(range(len(ALPHABET)))]
    for _position in range(RANDOM):
        tables.append([_doubled(value) for value in tables[-1]])
    return tables[:0:-1]


WEIGHTED = _weighted()


def check_sign(random_part: str) -> str:
    """The sixteenth sign."""
    total = 0
    for table, sign in zip(WEIGHTED, random_part, strict=True):
        total ^= table[VALUES[sign]]
    return ALPHABET[total]


def new_codes(n: int) -> list[str]:
    """`n` codes of 75 random bits each, from the system's generator."""
    source = os.urandom(10 * n)
    return [_code(int.from_bytes(source[i : i + 10])) for i in range(0, 10 * n, 10)]


def _code(number: int) -> str:
    random_part = "".join(ALPHABET[number >> BITS * i & 31] for i in range(RANDOM))
    return random_part + check_sign(random_part)


def read_code(typed: str) -> str:
    """The sixteen signs of what a person typed or a camera read. Raises NotACode."""
    code = LOOSE.sub("", typed[:100]).upper().translate(ALIKE)
    if len(code) != LENGTH or not set(code) <= VALUES.keys() or check_sign(code[:RANDOM]) != code[RANDOM]:
        raise NotACode
    return code


def printed(code: str) -> str:
    """In groups of four: "0123-4567-89AB-CDEF"."""
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def digest(code: str) -> UUID:
    """128 bits of HMAC-SHA256 under the key of the coupons, which is not in the database."""
    if not settings.COUPON_KEY:
        raise ImproperlyConfigured("COUPON_KEY is not set: bin/setup makes one, in .local/env.")
    return UUID(bytes=hmac.digest(settings.COUPON_KEY, code.encode(), sha256)[:16])
