"""Money of the demonstration: a fund of a region, a provider that was paid once and is owed again, a published proof.

By the verbs of everybody, each step once; an interrupted demonstration goes on.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from coupons import batches, payees
from coupons.books import funds, proving
from coupons.choices import AccountKind
from coupons.lettering import day_of
from coupons.models import Attempt, CooperationFund, Payout
from coupons.models.funds import NATIONAL
from coupons.signals.watching import watch
from directory.demo.accounts import demonstration_organization, person
from directory.models import Organization, User
from geodata.models import Area

REGION = "84"
# The example of the standard: no bank has this account.
IBAN = "FR7630006000011234567890189"
PAID_DAYS_AGO = 35


def open_funds(*, at: datetime) -> None:
    """The country's, and that of a region: payments in it give to it."""
    CooperationFund.objects.get_or_create(area=None, defaults={"name": NATIONAL})
    region = Area.objects.current().defer("geom").filter(level=Area.Level.REGION, code=REGION).first()
    if region is not None and not CooperationFund.objects.filter(area=region).exists():
        name = f"Fonds de coopération {region.name} (démonstration)"
        funds.create(name=name, area=region, by=person("accountant", at=at), at=at)


def build(*, at: datetime) -> int:
    """Returns how many statements the provider of the demonstration has."""
    provider = demonstration_organization()
    if not statements_of(provider).exists():
        accountant = person("accountant", at=at)
        tell_bank(provider, accountant, at - timedelta(days=PAID_DAYS_AGO + 7))
        pay(provider, accountant, at - timedelta(days=PAID_DAYS_AGO))
        batches.settle(cut_off=day_of(at) - timedelta(days=1), by=accountant, at=at)
    watch(at)
    proving.publish(at=at)
    return statements_of(provider).count()


def statements_of(provider: Organization) -> QuerySet[Payout]:
    return Payout.objects.filter(account__kind=AccountKind.PROVIDER_PAYABLE, account__organization=provider)


@transaction.atomic
def tell_bank(provider: Organization, accountant: User, at: datetime) -> None:
    if payees.details_of(provider).exists():
        return
    details = payees.enter(
        payee=provider, holder=provider.name, iban=IBAN, by=person("provider-manager", at=at), at=at
    )
    payees.verify(details=details, by=accountant, at=at)


@transaction.atomic
def pay(provider: Organization, accountant: User, at: datetime) -> None:
    """What was due until the day before, in a batch that the bank executed two days later."""
    batches.settle(cut_off=day_of(at) - timedelta(days=1), by=accountant, at=at)
    if not statements_of(provider).exists():
        return
    batch, _waiting = batches.prepare(execute_on=day_of(at) + timedelta(days=1), by=accountant, at=at)
    batches.approve(batch=batch, by=person("approver", at=at), at=at)
    lines = Attempt.objects.filter(batch=batch).order_by("pk")
    batches.all_executed(attempts=lines, by=accountant, at=at + timedelta(days=2))
