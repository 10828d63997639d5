"""The books read: journal, ledger of an account, trial balance. Long exports are read by numbers, a part at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from coupons.models import Account, Entry, Leg

PART = 2000
OWNED = ("account__order", "account__campaign", "account__organization", "account__fund")


@dataclass(frozen=True)
class Period:
    """Both days included."""

    since: date
    until: date

    def of(self, rows: QuerySet, prefix: str = "") -> QuerySet:
        return rows.filter(**{f"{prefix}on__gte": self.since, f"{prefix}on__lte": self.until})


@contextmanager
def patiently() -> Iterator[None]:
    """An accountant may wait for a sum over a year, where a visitor is stopped after five seconds."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        yield


def entries(period: Period, kind: str = "") -> QuerySet[Entry]:
    found = period.of(Entry.objects.select_related("by"))
    return found.filter(kind=kind) if kind else found


def with_amounts(rows: list[Entry]) -> list[tuple[Entry, int]]:
    """Each with the sum of its debits, asked once for all."""
    sums = dict(
        Leg.objects.filter(entry__in=rows, amount_cents__gt=0)
        .values_list("entry")
        .annotate(cents=Sum("amount_cents"))
        .order_by()
    )
    return [(row, sums.get(row.pk, 0)) for row in rows]


def legs_of(account: Account, period: Period) -> QuerySet[Leg]:
    return period.of(Leg.objects.filter(account=account).select_related("entry"), "entry__")


def running(account: Account, legs: list[Leg]) -> list[tuple[Leg, int]]:
    """Each leg, in order of number, with the balance of the account after it. Debits positive."""
    if not legs:
        return []
    before = Leg.objects.filter(account=account, pk__lt=legs[0].pk).aggregate(s=Sum("amount_cents"))["s"] or 0
    # The page may leave legs of the account out, by day: each is asked from the account itself.
    shown = {leg.pk for leg in legs}
    between = Leg.objects.filter(account=account, pk__gte=legs[0].pk, pk__lte=legs[-1].pk)
    balances: dict[int, int] = {}
    for pk, cents in between.order_by("pk").values_list("pk", "amount_cents"):
        before += cents
        if pk in shown:
            balances[pk] = before
    return [(leg, balances[leg.pk]) for leg in legs]


@dataclass(frozen=True)
class Line:
    """Of the trial balance, in cents: what there was, what came and went, what there is."""

    account: Account
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


def trial_balance(period: Period) -> list[Line]:
    """Accounts that moved up to the end of the period, by kind."""
    within = Q(legs__entry__on__gte=period.since, legs__entry__on__lte=period.until)

    def total(condition: Q) -> Coalesce:
        return Coalesce(Sum("legs__amount_cents", filter=condition), 0)

    rows = Account.objects.select_related("order", "campaign", "organization", "fund").annotate(
        opening=total(Q(legs__entry__on__lt=period.since)),
        debit=total(within & Q(legs__amount_cents__gt=0)),
        credit=total(within & Q(legs__amount_cents__lt=0)),
    )
    return [
        Line(row, row.opening, row.debit, -row.credit)
        for row in rows.order_by("kind", "pk")
        if row.opening or row.debit or row.credit
    ]


def opening(day: date) -> list[tuple[Account, int]]:
    """Balances of the accounts before that day."""
    rows = Account.objects.select_related("order", "campaign", "organization", "fund").annotate(
        cents=Coalesce(Sum("legs__amount_cents", filter=Q(legs__entry__on__lt=day)), 0)
    )
    return [(row, row.cents) for row in rows.order_by("kind", "pk") if row.cents]


def every_entry(period: Period, kind: str = "") -> Iterator[tuple[Entry, list[Leg]]]:
    """All entries of the period in order of day and number, each with its legs; a few thousand in memory."""
    last: tuple[Any, int] = (period.since, 0)
    while True:
        rows = entries(period, kind).filter(Q(on__gt=last[0]) | Q(on=last[0], pk__gt=last[1]))
        # Both bounds said again for the index: a disjunction alone is no range to the planner.
        part = list(rows.filter(on__gte=last[0]).order_by("on", "pk")[:PART])
        legs: dict[int, list[Leg]] = {}
        for leg in Leg.objects.filter(entry__in=part).select_related(*OWNED).order_by("pk"):
            legs.setdefault(leg.entry_id, []).append(leg)
        yield from ((row, legs.get(row.pk, [])) for row in part)
        if len(part) < PART:
            return
        last = (part[-1].on, part[-1].pk)


def every_leg(account: Account, period: Period) -> Iterator[tuple[Leg, int]]:
    """All legs of an account in the period, in order of number, each with the balance after it."""
    after, balance = 0, 0
    while True:
        part = list(
            Leg.objects.filter(account=account, pk__gt=after).select_related("entry").order_by("pk")[:PART]
        )
        for leg in part:
            balance += leg.amount_cents
            if period.since <= leg.entry.on <= period.until:
                yield leg, balance
        if len(part) < PART:
            return
        after = part[-1].pk
