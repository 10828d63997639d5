"""Where a page of results ends, as an opaque text."""

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Self

MAX_LENGTH = 1200
MAX_ID = 2**63 - 1


class BadCursor(ValueError):
    """The text was not made by `Cursor.encoded`."""


@dataclass(frozen=True)
class Cursor:
    """The last result shown. `after` is its distance in metres, or its name when the search has no origin.

    It holds no secret and opens no door, so it is not signed: a forged one is another page of the same
    search.
    """

    after: float | str
    place_id: int

    def encoded(self) -> str:
        raw = json.dumps([self.after, self.place_id], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str) -> Self:
        """Raises BadCursor."""
        try:
            raw = base64.b64decode(text[:MAX_LENGTH] + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            after, place_id = json.loads(raw.decode())
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise BadCursor from None
        if not (_is_position(after) and type(place_id) is int and 0 <= place_id <= MAX_ID):
            raise BadCursor
        return cls(after, place_id)


def _is_position(after: object) -> bool:
    if isinstance(after, str):
        return "\0" not in after and len(after) <= 250 and after.encode("utf-8", "ignore").decode() == after
    return isinstance(after, int | float) and not isinstance(after, bool) and 0 <= after < math.inf
