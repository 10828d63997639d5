"""What the API of payments takes and gives. Amounts are euro cents; a coupon is told by its public serial."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from coupons.counter.cancelling import WHILE
from coupons.counter.devices import PROGRAM
from coupons.counter.passing import Line
from coupons.counter.reading import LONGEST, code_of
from coupons.models import Payment, Redemption
from directory.offer.api_shapes import Strict
from directory.offer.fields import MOST_CENTS

MOST_ASKED = 200
LONGEST_DEVICE = 40 - len(PROGRAM)


class PassageInput(Strict):
    service = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text=_("Un de vos services"))
    place = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("L'arrêt, pour un lieu qui en a plusieurs"),
    )
    price_cents = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=MOST_CENTS,
        help_text=_("Inutile pour un service à prix fixe ; demandé s'il n'a pas de prix"),
    )
    coupons = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST, allow_blank=True),
        max_length=MOST_ASKED,
        help_text=_("Les codes, ou ce que disent les carrés : dans l'ordre où ils sont utilisés"),
    )

    def validate_coupons(self, value: list[str]) -> list[str]:
        return [code_of(one) for one in value]


class PaymentInput(PassageInput):
    device = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_DEVICE,
        help_text=_("Le nom que vous donnez à cette caisse"),
    )


class RefusalShape(serializers.Serializer):
    code = serializers.CharField(help_text=_("Stable, pour les programmes"))
    sentence = serializers.CharField(help_text=_("Pour une personne : la raison, et que faire"))


class LookedShape(serializers.Serializer):
    position = serializers.IntegerField()
    accepted = serializers.BooleanField()
    serial = serializers.SerializerMethodField(help_text=_("Public : ce n'est pas le code"))
    campaign = serializers.SerializerMethodField()
    usable_until = serializers.DateField(
        source="seen.coupon.booklet.valid_until",
        default=None,
        allow_null=True,
        help_text=_("Ce jour compris"),
    )
    face_value_cents = serializers.IntegerField(source="seen.face_value_cents")
    paid_cents = serializers.IntegerField(help_text=_("Ce que ce chèque paierait ici"))
    returned_cents = serializers.IntegerField(help_text=_("Ce qui en retournerait au commanditaire"))
    refusals = RefusalShape(many=True)

    def get_serial(self, line: Line) -> str | None:
        return line.seen.coupon.serial if line.seen.coupon else None

    def get_campaign(self, line: Line) -> str | None:
        return line.seen.coupon.booklet.order.campaign.name if line.seen.coupon else None


class TillShape(serializers.Serializer):
    accepted = serializers.BooleanField(help_text=_("Tous les chèques paieraient"))
    price_cents = serializers.IntegerField()
    covered_cents = serializers.IntegerField(help_text=_("Payé par les chèques"))
    cash_cents = serializers.IntegerField(help_text=_("Reste à payer autrement"))
    returned_cents = serializers.IntegerField(help_text=_("Retourne aux commanditaires"))
    coupons = LookedShape(source="lines", many=True)


class RefusedCouponShape(RefusalShape):
    position = serializers.IntegerField(help_text=_("Rang du chèque, depuis 0 ; -1 : le paiement lui-même"))


class PaymentRefusedShape(serializers.Serializer):
    """A problem (RFC 9457) with each reason: nothing was paid."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    refusals = RefusedCouponShape(many=True)


class RedemptionShape(serializers.ModelSerializer):
    serial = serializers.CharField(source="coupon.serial", help_text=_("Public : ce n'est pas le code"))
    campaign = serializers.CharField(source="coupon.booklet.order.campaign.slug")

    class Meta:
        model = Redemption
        fields = ("serial", "campaign", "paid_cents", "returned_cents")


class UntilField(serializers.DateTimeField):
    """Until when the till itself may cancel what was paid at that instant."""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value + WHILE)


class PaymentShape(serializers.ModelSerializer):
    """`url` is that of the receipt, for people."""

    cash_cents = serializers.IntegerField()
    cancellable_until = UntilField(source="at", read_only=True)
    coupons = RedemptionShape(source="redemptions", many=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "id", "organization", "venue", "place", "service", "at", "on", "price_cents", "covered_cents",
            "cash_cents", "coupons", "cancelled_at", "cancel_reason", "cancellable_until", "key", "url",
        )  # fmt: skip

    def get_url(self, payment: Payment) -> str:
        return reverse("counter:payment", args=[payment.organization_id, payment.pk])


def refusal_rows(refusals: dict[int, list[Any]]) -> list[dict[str, Any]]:
    return [
        {"position": position, "code": one.code, "sentence": one.sentence}
        for position, many in sorted(refusals.items())
        for one in many
    ]
