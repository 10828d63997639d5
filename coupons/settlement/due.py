"""What is owed and no statement counts yet: what accounts owe, less their statements that are not paid.

Payments and what is counted of them are in the books to the cent, so that a provider's account says it too.
"""

from django.db.models import BigIntegerField, Func, Q, Sum

from coupons.choices import AccountKind
from coupons.models import Account, CooperationFund, Payout
from directory.models import Organization

STATED = (AccountKind.PROVIDER_PAYABLE, AccountKind.SPONSOR_REFUNDABLE, AccountKind.FUND_PAYABLE)


def due_to_provider(organization: Organization) -> int:
    """Cents; below zero when payments were taken back after their statement."""
    return less_stated(Q(kind=AccountKind.PROVIDER_PAYABLE, organization=organization))


def due_to_sponsor(organization: Organization) -> int:
    """Cents that come back from all its campaigns."""
    return less_stated(Q(kind=AccountKind.SPONSOR_REFUNDABLE, campaign__organization=organization))


def due_to_fund(fund: CooperationFund) -> int:
    return less_stated(Q(kind=AccountKind.FUND_PAYABLE, fund=fund))


def due_to_all() -> int:
    """Of everybody: what a cut-off today would state."""
    return less_stated(Q(kind__in=STATED))


def less_stated(accounts: Q) -> int:
    """Balances are taken from the last checkpoint on."""
    balance = Func("pk", function="coupons_balance", output_field=BigIntegerField())
    held = Account.objects.filter(accounts).aggregate(sum=Sum(balance))["sum"] or 0
    numbers = Account.objects.filter(accounts).values("pk")
    stated = Payout.objects.filter(account__in=numbers, paid=None).aggregate(sum=Sum("amount_cents"))["sum"]
    return -held - (stated or 0)
