"""What goes back to sponsors, told source by source, and the credit notes that go with it.

A refund is a statement like any other, paid by the same batches. Its lines say where the money comes from; what was
invoiced and comes back gets a credit note, once. What an order's own credit note already says gets no second one.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from coupons.choices import AccountKind, RefundSource
from coupons.lettering import day_of
from coupons.models import Campaign, Order, Paper, Payout
from coupons.numbering import next_number
from directory.models import Organization

EDITION = 1
SERIES = "A"


def state_refunds(*, at: datetime) -> list[Paper]:
    """Lines and credit notes of the refunds that have none yet. Once, however often it is called."""
    with transaction.atomic():
        fresh = list(
            Payout.objects.filter(account__kind=AccountKind.SPONSOR_REFUNDABLE, refund_lines=None)
            .select_related("account__campaign__organization")
            .order_by("pk")
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT coupons_state_refunds()")
        return [note for payout in fresh if (note := credit_note(payout, at))]


def credit_note(payout: Payout, at: datetime) -> Paper | None:
    """None where nothing of what was invoiced comes back."""
    lines = [line for line in payout.refund_lines.order_by("pk") if line.source != RefundSource.RELEASE]
    due_cents = sum(line.face_cents + line.contribution_cents for line in lines)
    campaign = payout.account.campaign
    if due_cents <= 0 or campaign is None:
        return None
    issued_on = day_of(at)
    return Paper.objects.create(
        campaign=campaign,
        payout=payout,
        kind=Paper.Kind.CREDIT_NOTE,
        number=next_number(SERIES, issued_on.year),
        issued_on=issued_on,
        content={
            **addressed(campaign),
            "refund": payout.number,
            "cut_off": payout.cut_off.isoformat(),
            "lines": [
                {
                    "source": line.source,
                    "face_cents": line.face_cents,
                    "contribution_cents": line.contribution_cents,
                    "total_cents": line.total_cents,
                }
                for line in lines
            ],
            "due_cents": due_cents,
            "refund_cents": payout.amount_cents,
            "edition": EDITION,
        },
    )


def addressed(campaign: Campaign) -> dict[str, Any]:
    """Who sells, and who buys as the last invoice says; and the invoices that are corrected."""
    invoices = Paper.objects.filter(campaign=campaign, kind=Paper.Kind.INVOICE).order_by("pk")
    last = Order.objects.filter(campaign=campaign, funded_at__isnull=False).order_by("-funded_at").first()
    return {
        "seller": dict(settings.SELLER),
        "buyer": buyer(campaign.organization, last),
        "campaign": campaign.name,
        "invoices": list(invoices.values_list("number", flat=True)),
        "service_code": last.service_code if last else "",
        "demo": campaign.demo,
    }


def buyer(sponsor: Organization, order: Order | None) -> dict[str, str]:
    if order is None:
        return {"name": sponsor.name, "address": "", "siret": sponsor.siret or ""}
    return {"name": order.billing_name, "address": order.billing_address, "siret": order.billing_siret}
