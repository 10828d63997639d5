"""The only writer of the books.

An entry is posted with all its legs at once; the database refuses one that does not sum to zero, one that gets a
leg later, and one that takes from an order's deposit more than is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from coupons.choices import AccountKind, EntryKind
from coupons.models import Account, Campaign, CooperationFund, Entry, Leg, Order
from directory.models import Organization, User

PARIS = ZoneInfo("Europe/Paris")
# An account that moved and that no checkpoint names is wrong too.
WRONG = """
WITH last AS (
    SELECT DISTINCT ON (account_id) account_id, up_to, balance_cents FROM coupons_checkpoint
    ORDER BY account_id, up_to DESC),
summed AS (
    SELECT leg.account_id, sum(leg.amount_cents) AS cents
    FROM coupons_leg leg LEFT JOIN last USING (account_id)
    WHERE leg.id <= coalesce(last.up_to, (SELECT max(up_to) FROM coupons_checkpoint))
    GROUP BY leg.account_id)
SELECT account_id FROM last FULL JOIN summed USING (account_id)
WHERE balance_cents IS DISTINCT FROM cents ORDER BY account_id
"""


def account(
    kind: AccountKind,
    *,
    order: Order | None = None,
    campaign: Campaign | None = None,
    organization: Organization | None = None,
    fund: CooperationFund | None = None,
) -> Account:
    """The account of that kind and owner, opened when it is first needed."""
    found, _new = Account.objects.get_or_create(
        kind=kind, order=order, campaign=campaign, organization=organization, fund=fund
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
    """Debits minus credits: positive is what we hold, negative what we owe. From the last checkpoint on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coupons_balance(%s)", [of.pk])
        [cents] = cursor.fetchone()
    return cents


def checkpoint(*, at: datetime) -> int:
    """Note the balance of every account that moved since the last time; how many did.

    Raises OperationalError when somebody has been writing for a minute: what is there still holds, ask again later.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coupons_checkpoint(%s)", [at])
        [made] = cursor.fetchone()
    return made


def wrong_checkpoints() -> list[int]:
    """Numbers of the accounts whose last checkpoint is not the sum of all their legs up to it: none, or alarm."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return [account for (account,) in cursor.fetchall()]
