"""The only writer of the books.

An entry is posted with all its legs at once; the database refuses one that does not sum to zero, one that gets a
leg later, and one that takes from an order's deposit more than is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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


@dataclass(frozen=True)
class Posting:
    """An entry to be written; `legs` are euro cents by account, debits positive. Legs of nothing are left out.

    `key` names the event ("hand-over:CN…"): posting it twice raises IntegrityError.
    """

    key: str
    legs: Mapping[Account, int]
    note: str = ""


def post(
    kind: EntryKind,
    *,
    key: str,
    legs: Mapping[Account, int],
    at: datetime,
    by: User | None,
    note: str = "",
    on: date | None = None,
) -> Entry:
    """`on`: its day in the books when it is not today's, such as the bank's."""
    [entry] = post_all(kind, [Posting(key, legs, note)], at=at, by=by, on=on)
    return entry


def post_all(
    kind: EntryKind, postings: Sequence[Posting], *, at: datetime, by: User | None, on: date | None = None
) -> list[Entry]:
    """All of them or none, in that order."""
    day = on or at.astimezone(PARIS).date()
    with transaction.atomic():
        entries = Entry.objects.bulk_create(
            Entry(kind=kind, key=posting.key, at=at, on=day, by=by, note=posting.note) for posting in postings
        )
        Leg.objects.bulk_create(
            Leg(entry=entry, account=of, amount_cents=cents)
            for entry, posting in zip(entries, postings, strict=True)
            for of, cents in posting.legs.items()
            if cents
        )
    return entries


def balance_cents(of: Account) -> int:
    """Debits minus credits: positive is what we hold, negative what we owe."""
    return of.legs.aggregate(sum=Sum("amount_cents"))["sum"] or 0
