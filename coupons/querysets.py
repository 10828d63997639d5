"""The coupons' questions, in the words of the domain."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from directory.owned import OwnedQuerySet
from geodata.querysets import LocatedQuerySet

if TYPE_CHECKING:
    from coupons.models import Payout


class ZoneQuerySet(OwnedQuerySet):
    def in_use(self) -> Self:
        """Without the versions that another one replaces."""
        return self.filter(next_version=None)


class DeliveryPointQuerySet(OwnedQuerySet, LocatedQuerySet):  # type: ignore[override]
    def in_use(self) -> Self:
        return self.filter(closed_at=None)


class CampaignQuerySet(OwnedQuerySet):
    def final(self) -> Self:
        """Those whose coupons may be in somebody's hands: their rule is final."""
        return self.filter(frozen_at__isnull=False)

    def in_use(self) -> Self:
        return self.filter(archived_at=None)


class OfCampaignQuerySet(OwnedQuerySet):
    """Rows that belong to the sponsor of their campaign."""

    owner = "campaign__organization"


class OrderQuerySet(OfCampaignQuerySet):
    def to_fund(self) -> Self:
        return self.filter(status="ordered").order_by("ordered_at")

    def to_print(self) -> Self:
        return self.filter(status="funded").order_by("funded_at")

    def to_deliver(self) -> Self:
        return self.filter(status="printed").order_by("printed_at")


class OfOrderQuerySet(OwnedQuerySet):
    """Rows that belong to the sponsor of their order."""

    owner = "order__campaign__organization"


class BookletQuerySet(OfOrderQuerySet):
    def inert(self) -> Self:
        return self.filter(status="inert")

    def active(self) -> Self:
        return self.filter(status="active")


class CouponQuerySet(models.QuerySet):
    def with_terms(self) -> Self:
        """Each with its booklet, order and campaign at hand: what its value and its rule are read from."""
        rows = self.select_related("booklet__order__campaign__organization")
        return rows.defer("booklet__order__campaign__logo")


class AccountQuerySet(models.QuerySet):
    def with_balance(self) -> Self:
        """Annotate `balance_cents`: debits minus credits."""
        return self.annotate(balance_cents=Coalesce(Sum("legs__amount_cents"), 0))


class SettledPaymentQuerySet(models.QuerySet):
    def of(self, payout: "Payout") -> Self:
        """Those that a statement counts: its organisation's, up to its day and number, without those counted before.

        None for the statement of a sponsor or a fund.
        """
        reached = self.filter(
            organization=payout.account.organization_id,
            on__lte=payout.cut_off,
            pk__lte=payout.last_settled,
        )
        former = payout.former()
        if former is None:
            return reached
        return reached.filter(Q(on__gt=former.cut_off) | Q(pk__gt=former.last_settled))


class RedemptionQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(standing=True)
