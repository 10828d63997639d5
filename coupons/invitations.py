"""What a receipt says so that its holder may rate the passage: a code for one payment, its address, its QR code.

The code is the payment's number and 50 bits of a keyed digest of it. It is made again whenever a receipt is shown,
and kept nowhere: who reads the whole database, without the key, can rate nothing. The address carries it behind
its `#`, which browsers send to no server, so that it is in no log; without JavaScript it is typed in.
"""

import hmac
import io
import re
from dataclasses import dataclass
from hashlib import sha256

import segno
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from coupons.codes import ALIKE, ALPHABET, BITS

SIGNS = 10
GROUP = 5
LARGEST = 2**63 - 1
# What people put between the groups, or what a keyboard makes of it.
BETWEEN = re.compile(r"[\s.\-_–—]+")
SHAPE = re.compile(rf"([1-9][0-9]{{0,18}})-?([{ALPHABET}]{{{SIGNS}}})")


class NotAnInvitation(ValueError):
    """No receipt bears this code."""


@dataclass(frozen=True)
class Invitation:
    """`code` is for typing, `address` for a link, `qr_code` an SVG image of the address."""

    code: str
    address: str

    @property
    def page(self) -> str:
        """Where the code is typed in, as people read an address on paper: "aptic.example/avis/"."""
        return self.address.partition("#")[0].partition("://")[2]

    @property
    def qr_code(self) -> SafeString:
        drawn = io.BytesIO()
        made = segno.make_qr(self.address, error="m")
        made.save(drawn, kind="svg", xmldecl=False, omitsize=True, border=4, dark="#000", light="#fff")
        # Of an address of ours and a code of ours.
        return mark_safe(drawn.getvalue().decode())  # noqa: S308


def invitation(payment_id: int) -> Invitation:
    code = f"{payment_id}-{'-'.join(groups(signs(payment_id)))}"
    with override("fr"):
        return Invitation(code, f"{settings.PUBLIC_URL}{reverse('ratings:rate')}#{code}")


def payment_of(typed: str) -> int:
    """The number of the payment whose receipt bears this code. Raises NotAnInvitation."""
    number, _, rest = BETWEEN.sub("-", typed.strip()[:60].upper()).partition("-")
    found = SHAPE.fullmatch(f"{number}-{rest.replace('-', '').translate(ALIKE)}")
    if found is None or int(found[1]) > LARGEST:
        raise NotAnInvitation
    if not hmac.compare_digest(signs(int(found[1])), found[2]):
        raise NotAnInvitation
    return int(found[1])


def signs(payment_id: int) -> str:
    """Under the key of the coupons; what is digested cannot be a coupon's code, which has no colon."""
    if not settings.COUPON_KEY:
        raise ImproperlyConfigured("COUPON_KEY is not set: bin/setup makes one, in .local/env.")
    mac = int.from_bytes(hmac.digest(settings.COUPON_KEY, f"rating:{payment_id}".encode(), sha256))
    return "".join(ALPHABET[mac >> BITS * i & 31] for i in range(SIGNS))


def groups(text: str) -> list[str]:
    return [text[i : i + GROUP] for i in range(0, len(text), GROUP)]
