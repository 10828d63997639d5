"""The only writer of the books.

An entry is posted with all its legs at once; the database refuses one that does not sum to zero, one that gets a
leg later, and one that takes from an order's deposit more than is there.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from coupons.choices import AccountKind, EntryKind
from coupons.models import Account, Campaign, Entry, Leg, Order
from directory.models import Organization, User

PARIS = ZoneInfo("Europe/Paris")


def account(
    kind: AccountKind,
    *,
    order: Order | None = None,
    campaign: Campaign | None = None,
    organization: Organization | None = None,
) -> Account:
    """The account of that kind and owner, opened when it is first needed."""
    found, _new = Account.objects.get_or_create(
        kind=kind, order=order, campaign=campaign, organization=organization
    )
    return found


def post(
    kind: EntryKind,
    *,
    key: str,
    legs: Mapping[Account, int],
    at: datetime,
    by: User | None,
    note: str = "",
) -> Entry:
    """Post an entry; `legs` are euro cents by account, debits positive. Legs of nothing are left out.

    `key` names the event ("hand-over:CN…"): posting it twice raises IntegrityError.
    """
    with transaction.atomic():
        entry = Entry.objects.create(
            kind=kind, key=key, at=at, on=at.astimezone(PARIS).date(), by=by, note=note
        )
        Leg.objects.bulk_create(
            Leg(entry=entry, account=of, amount_cents=cents) for of, cents in legs.items() if cents
        )
    return entry


def balance_cents(of: Account) -> int:
    """Debits minus credits: positive is what we hold, negative what we owe."""
    return of.legs.aggregate(sum=Sum("amount_cents"))["sum"] or 0
