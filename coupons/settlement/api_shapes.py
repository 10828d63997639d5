"""What the API of payouts gives."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from coupons.booklet_numbers import printed_number
from coupons.models import Payout, Redemption, SettledPayment
from coupons.payees import numbers_of
from coupons.settlement import queues

STATES = [queues.PAID, queues.PLANNED, queues.PREPARED, queues.HELD, queues.NO_BANK, queues.NEXT]


class PayoutLine(serializers.ModelSerializer):
    organization = serializers.SerializerMethodField()
    kind = serializers.CharField(source="account.kind")
    campaign = serializers.CharField(source="account.campaign.slug", default=None)
    state = serializers.SerializerMethodField()
    planned_on = serializers.SerializerMethodField()
    paid_on = serializers.DateField(source="paid.on", default=None)
    held_reason = serializers.SerializerMethodField()

    class Meta:
        model = Payout
        fields: tuple[str, ...] = (
            "number",
            "organization",
            "kind",
            "campaign",
            "cut_off",
            "amount_cents",
            "made_at",
            "state",
            "planned_on",
            "paid_on",
            "held_reason",
        )

    def state_of(self, payout: Payout) -> queues.State:
        """Worked out for all rows at once by the view, or for this one."""
        if not hasattr(payout, "told"):
            [(_row, payout.told)] = queues.with_states([payout], timezone.now())  # type: ignore[attr-defined]
        found: queues.State = payout.told  # type: ignore[attr-defined]
        return found

    @extend_schema_field(serializers.IntegerField())
    def get_organization(self, payout: Payout) -> int | None:
        return numbers_of(payout.account)[0]

    @extend_schema_field(serializers.ChoiceField(STATES))
    def get_state(self, payout: Payout) -> str:
        return self.state_of(payout).code

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_planned_on(self, payout: Payout) -> Any:
        state = self.state_of(payout)
        return state.day if state.code == queues.PLANNED else None

    def get_held_reason(self, payout: Payout) -> str:
        return self.state_of(payout).reason


class CouponShape(serializers.ModelSerializer):
    serial = serializers.SerializerMethodField(help_text=_("Numéro public du chèque, jamais son code"))
    campaign = serializers.CharField(source="coupon.booklet.order.campaign.slug")
    face_value_cents = serializers.IntegerField(source="coupon.booklet.order.face_value_cents")

    class Meta:
        model = Redemption
        fields = ("serial", "campaign", "face_value_cents", "paid_cents")

    def get_serial(self, redemption: Redemption) -> str:
        coupon = redemption.coupon
        return f"{printed_number(coupon.booklet_id)}-{coupon.position:02d}"


class SettledPaymentShape(serializers.ModelSerializer):
    venue = serializers.CharField(source="payment.venue.name")
    service = serializers.CharField(source="payment.service.name")
    coupons = CouponShape(source="payment.redemptions", many=True)

    class Meta:
        model = SettledPayment
        fields = ("payment", "on", "cancellation", "amount_cents", "venue", "service", "coupons")
