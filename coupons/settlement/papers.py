"""A statement on paper: who is paid, for what, how much.

What people wrote enters typst as one JSON text, which it reads as strings, never as markup.
"""

import json
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import override

from coupons.lettering import day_of, euros, written
from coupons.models import Payout
from coupons.payees import payee_of
from coupons.settlement import lines
from directory.label.kit import breakable, fonts
from directory.models import Organization

FOLDER = settings.BASE_DIR / "templates" / "settlement" / "pdf"
# Of the drawing: change the drawing, add a number.
EDITION = 1


def pdf(payout: Payout) -> bytes:
    """The clock inside is the instant when the statement was made."""
    with override("fr"):
        data = json.dumps(told(payout), ensure_ascii=False)
    return typst.compile(
        FOLDER / f"statement-{EDITION}.typ",
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs={"data": data},
        timestamp=payout.made_at.replace(microsecond=0),
    )


def told(payout: Payout) -> dict[str, Any]:
    """What the drawing shows, in words: amounts and days are written here."""
    payee = payee_of(payout.account)
    campaign = payout.account.campaign
    of_provider = lines.is_provider_s(payout)
    return {
        "seller": {
            name: settings.SELLER[name] for name in ("name", "address", "siret", "legal", "vat_number")
        },
        "demo": settings.DEMONSTRATION,
        "kind": payout.account.kind,
        "number": payout.number,
        "payee": {
            "name": breakable(payee.name),
            "siret": payee.siret if isinstance(payee, Organization) else "",
        },
        "campaign": breakable(campaign.name) if campaign else "",
        "cut_off": written(payout.cut_off),
        "made_on": written(day_of(payout.made_at)),
        "days": [day_in_words(line) for line in lines.by_day(payout)] if of_provider else [],
        "campaigns": [
            {"name": breakable(name), "cents": euros(cents)} for name, cents in lines.by_campaign(payout)
        ]
        if of_provider
        else [],
        "movements": []
        if of_provider
        else [
            {"on": f"{one.on:%d/%m/%Y}", "kind": one.kind, "cents": euros(one.cents)}
            for one in lines.movements(payout)
        ],
        "total": euros(payout.amount_cents),
    }


def day_in_words(line: lines.DayLine) -> dict[str, Any]:
    return {
        "on": f"{line.on:%d/%m/%Y}",
        "venue": breakable(line.venue),
        "service": breakable(line.service),
        "taken_back": line.taken_back,
        "payments": str(line.payments),
        "cents": euros(line.cents),
    }
