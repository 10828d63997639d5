"""A statement on paper: who is paid, for what, how much.

What people wrote enters typst as one JSON text, which it reads as strings, never as markup.
"""

import json
from typing import Any

import typst
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from coupons.ledger import PARIS
from coupons.models import Payout
from coupons.payees import payee_of
from coupons.printing_fonts import fonts
from coupons.settlement import lines
from directory.label.kit import breakable
from directory.models import Organization

FOLDER = settings.BASE_DIR / "templates" / "settlement" / "pdf"
# Of the drawing: a statement is drawn for ever as in its first edition. Change the drawing, add a number.
EDITION = 1
FIXED = "\u00a0"


def pdf(payout: Payout) -> bytes:
    """The clock inside is the instant when the statement was made."""
    with override("fr"):
        data = json.dumps(told(payout), ensure_ascii=False)
    return typst.compile(
        FOLDER / f"statement-{EDITION}.typ",
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs={"data": data},
        timestamp=payout.made_at,
    )
