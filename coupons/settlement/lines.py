"""What a statement counts: of a provider each cheque, of a sponsor or a fund the movements of its account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from coupons.booklet_numbers import printed_number
from coupons.choices import AccountKind, EntryKind
from coupons.lettering import decimal
from coupons.models import Leg, Payout, SettledPayment

Row = list[str]


@dataclass(frozen=True)
class DayLine:
    """Payments of one day for one service, or those taken back."""

    on: date
    venue: str
    service: str
    taken_back: bool
    payments: int
    cents: int


@dataclass(frozen=True)
class Movement:
    on: date
    kind: str
    cents: int


def is_provider_s(payout: Payout) -> bool:
    return payout.account.kind == AccountKind.PROVIDER_PAYABLE


def by_day(payout: Payout) -> list[DayLine]:
    named = ("on", "payment__venue__name", "payment__service__name", "cancellation")
    rows = SettledPayment.objects.of(payout).values(*named).annotate(n=Count("pk"), cents=Sum("amount_cents"))
    return [
        DayLine(
            row["on"],
            row["payment__venue__name"],
            row["payment__service__name"],
            row["cancellation"],
            row["n"],
            row["cents"],
        )
        for row in rows.order_by(*named, "payment__service")
    ]


def by_campaign(payout: Payout) -> list[tuple[str, int]]:
    """Cents that each campaign's cheques paid."""
    sums: dict[str, int] = {}
    named = ("payment__redemptions__coupon__booklet__order__campaign__name", "cancellation")
    rows = SettledPayment.objects.of(payout).values(*named)
    for row in rows.annotate(cents=Sum("payment__redemptions__paid_cents")).order_by(*named):
        name, taken_back = (row[one] for one in named)
        sums[name] = sums.get(name, 0) + (-row["cents"] if taken_back else row["cents"])
    return [(name, cents) for name, cents in sums.items() if cents]


def movements(payout: Payout) -> list[Movement]:
    """Of the account since the statement before, and what that one left over, so that the sum is the statement's."""
    before = payout.former()
    legs = Leg.objects.filter(account=payout.account_id, entry__on__lte=payout.cut_off)
    if before is not None:
        legs = legs.filter(entry__on__gt=before.cut_off)
    legs = legs.exclude(entry__kind__in=[EntryKind.PAYOUT, EntryKind.PAYOUT_RETURNED])
    rows = legs.values("entry__on", "entry__kind").annotate(cents=-Sum("amount_cents"))
    found = [
        Movement(row["entry__on"], str(EntryKind(row["entry__kind"]).label), row["cents"])
        for row in rows.order_by("entry__on", "entry__kind")
        if row["cents"]
    ]
    rest = payout.amount_cents - sum(movement.cents for movement in found)
    return found if not rest else [*found, Movement(payout.cut_off, _("report et corrections"), rest)]


def sheet(payout: Payout) -> Iterator[Row]:
    """Rows of texts, the names of columns first."""
    yield from (coupon_rows(payout) if is_provider_s(payout) else movement_rows(payout))


def coupon_rows(payout: Payout) -> Iterator[Row]:
    yield [
        _("Relevé"), _("Chèque"), _("Jour"), _("Lieu"), _("Service"), _("Campagne"), _("Paiement"), _("Nature"),
        _("Valeur du chèque en euros"), _("Versé en euros"),
    ]  # fmt: skip
    for row in coupons(payout):
        sign = -1 if row["cancellation"] else 1
        yield [
            payout.number,
            serial(row),
            row["on"].isoformat(),
            row["payment__venue__name"],
            row["payment__service__name"],
            row["payment__redemptions__coupon__booklet__order__campaign__name"],
            str(row["payment"]),
            str(EntryKind.PAYMENT_CANCELLED.label if row["cancellation"] else EntryKind.PAYMENT.label),
            decimal(sign * row["payment__redemptions__coupon__booklet__order__face_value_cents"]),
            decimal(sign * row["payment__redemptions__paid_cents"]),
        ]


def coupons(payout: Payout) -> Iterator[dict[str, Any]]:
    """Never a code: a cheque is told by its public serial."""
    order = "payment__redemptions__coupon__booklet__order"
    rows = (
        SettledPayment.objects.of(payout)
        .order_by("on", "pk", "payment__redemptions__coupon")
        .values(
            "on",
            "payment",
            "cancellation",
            "payment__venue__name",
            "payment__service__name",
            "payment__redemptions__coupon__booklet",
            "payment__redemptions__coupon__position",
            "payment__redemptions__paid_cents",
            f"{order}__campaign__name",
            f"{order}__face_value_cents",
        )
    )
    return rows.iterator(chunk_size=2_000)


def serial(row: dict[str, Any]) -> str:
    number = printed_number(row["payment__redemptions__coupon__booklet"])
    return f"{number}-{row['payment__redemptions__coupon__position']:02d}"


def movement_rows(payout: Payout) -> Iterator[Row]:
    yield [_("Relevé"), _("Jour"), _("Nature"), _("Montant en euros")]
    for movement in movements(payout):
        yield [payout.number, movement.on.isoformat(), movement.kind, decimal(movement.cents)]
