"""What is owed and no statement counts yet."""

from django.db.models import Q, Sum

from coupons.choices import AccountKind
from coupons.models import Account, CooperationFund, Leg, Payout, SettledPayment
from directory.models import Organization

BY_BALANCE = (AccountKind.SPONSOR_REFUNDABLE, AccountKind.FUND_PAYABLE)


def due_to_provider(organization: Organization) -> int:
    """Cents; below zero when payments were taken back after their statement."""
    waiting = SettledPayment.objects.filter(organization=organization, payout=None)
    return waiting.aggregate(sum=Sum("amount_cents"))["sum"] or 0


def due_to_sponsor(organization: Organization) -> int:
    """Cents that come back from all its campaigns."""
    return less_stated(Q(kind=AccountKind.SPONSOR_REFUNDABLE, campaign__organization=organization))


def due_to_fund(fund: CooperationFund) -> int:
    return less_stated(Q(kind=AccountKind.FUND_PAYABLE, fund=fund))


def due_to_all() -> int:
    """Of everybody: what a cut-off today would state."""
    to_providers = SettledPayment.objects.filter(payout=None).aggregate(sum=Sum("amount_cents"))["sum"] or 0
    return to_providers + less_stated(Q(kind__in=BY_BALANCE))


def less_stated(accounts: Q) -> int:
    """What the accounts owe, less their statements that are not paid yet."""
    numbers = Account.objects.filter(accounts).values("pk")
    owed = -(Leg.objects.filter(account__in=numbers).aggregate(sum=Sum("amount_cents"))["sum"] or 0)
    stated = Payout.objects.filter(account__in=numbers, paid=None)
    return owed - (stated.aggregate(sum=Sum("amount_cents"))["sum"] or 0)
