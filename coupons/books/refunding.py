"""Refunds of a sponsor, read: what was paid back, what is stated, what waits for the next cut-off."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from coupons.choices import AccountKind
from coupons.models import Account, Payout
from directory.models import Organization


@dataclass(frozen=True)
class CampaignRefunds:
    """In cents. `stated` waits for its bank file, `to_come` for the next cut-off."""

    name: str
    paid: int
    stated: int
    to_come: int


def refunds(organization: Organization) -> QuerySet[Payout]:
    mine = Payout.objects.filter(
        account__kind=AccountKind.SPONSOR_REFUNDABLE, account__campaign__organization=organization
    )
    return mine.select_related("account__campaign", "credit_note", "paid")


def campaigns(organization: Organization) -> list[CampaignRefunds]:
    """Those from which something came back, the latest first."""
    accounts = (
        Account.objects.filter(kind=AccountKind.SPONSOR_REFUNDABLE, campaign__organization=organization)
        .with_balance()
        .select_related("campaign")
        .order_by("-campaign__pk")
    )
    stated = {
        row["account"]: (row["paid_cents"], row["waiting_cents"])
        for row in Payout.objects.filter(account__campaign__organization=organization)
        .values("account")
        .annotate(
            paid_cents=Coalesce(Sum("amount_cents", filter=Q(paid__isnull=False)), 0),
            waiting_cents=Coalesce(Sum("amount_cents", filter=Q(paid=None)), 0),
        )
        .order_by()
    }
    found = []
    for account in accounts:
        paid, waiting = stated.get(account.pk, (0, 0))
        name = account.campaign.name if account.campaign else ""
        owed = -account.balance_cents  # type: ignore[attr-defined]
        found.append(CampaignRefunds(name, paid, waiting, owed - waiting))
    return found
