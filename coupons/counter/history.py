"""Payments told again: those of a day with their totals, and one with its coupons."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from coupons.models import Payment, Redemption
from directory.models import Organization


@dataclass(frozen=True)
class Totals:
    """Of the payments that stand, in cents; `cancelled` is how many do not."""

    payments: int
    cancelled: int
    price_cents: int
    covered_cents: int

    @property
    def cash_cents(self) -> int:
        return self.price_cents - self.covered_cents


def with_words(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Each with what its page says, in a constant number of queries."""
    taken = Redemption.objects.select_related("coupon__booklet__order__campaign__organization")
    coupons = taken.defer("coupon__booklet__order__campaign__logo").order_by("pk")
    return rows.select_related(
        "organization", "venue", "place", "service", "agent", "cancelled_by"
    ).prefetch_related(Prefetch("redemptions", coupons))


def taken_coupons() -> Prefetch:
    """Of payments told to programs, in one query: each coupon's number, campaign and amounts."""
    taken = Redemption.objects.select_related("coupon__booklet__order__campaign").order_by("pk")
    columns = (
        "payment",
        "paid_cents",
        "returned_cents",
        "coupon__position",
        "coupon__booklet__order__campaign__slug",
    )
    return Prefetch("redemptions", taken.only(*columns))


def of_day(organization: Organization, day: date) -> QuerySet[Payment]:
    """With how many coupons each took."""
    rows = Payment.objects.filter(organization=organization, on=day).select_related(
        "venue", "service", "place"
    )
    return rows.annotate(coupons=Count("redemptions"))


def totals_of(organization: Organization, day: date) -> Totals:
    standing = Q(cancelled_at=None)
    found = Payment.objects.filter(organization=organization, on=day).aggregate(
        payments=Count("pk", filter=standing),
        cancelled=Count("pk", filter=~standing),
        price_cents=Sum("price_cents", filter=standing, default=0),
        covered_cents=Sum("covered_cents", filter=standing, default=0),
    )
    return Totals(**found)
