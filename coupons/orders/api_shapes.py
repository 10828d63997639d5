"""What the API of orders takes and gives. The rules are those of the pages."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from stdnum.exceptions import ValidationError as BadNumber
from stdnum.fr import siret as siret_number

from coupons.choices import OrderStatus
from coupons.models import Delivery, Order, Paper
from coupons.orders.funding import standing
from coupons.orders.pricing import MOST_COUPONS
from directory.offer.api_shapes import Strict


def booklets_field() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=MOST_COUPONS,
        error_messages={
            "min_value": _("Commandez au moins un carnet."),
            "max_value": _("Une commande compte au plus un million de chèques."),
        },
    )


class DeliveryInput(Strict):
    delivery_point = serializers.IntegerField()
    booklets = booklets_field()


class OrderInput(Strict):
    campaign = serializers.SlugField(max_length=80, help_text=_("Nom dans l'adresse de la campagne"))
    booklets = booklets_field()
    deliveries = serializers.ListField(child=DeliveryInput(), allow_empty=False, max_length=500)
    billing_name = serializers.CharField(max_length=250)
    billing_address = serializers.CharField(max_length=500)
    billing_siret = serializers.CharField(max_length=40)
    purchase_order_number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    service_code = serializers.CharField(max_length=100, required=False, allow_blank=True)

    def validate_billing_siret(self, typed: str) -> str:
        try:
            return str(siret_number.validate(typed))
        except BadNumber as error:
            raise serializers.ValidationError(_("Ce SIRET n'existe pas. Un SIRET a 14 chiffres.")) from error


class AcceptInput(Strict):
    terms_version = serializers.CharField(
        max_length=20, help_text=_("Version des conditions que vous acceptez")
    )
    purchase_order_number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    service_code = serializers.CharField(max_length=100, required=False, allow_blank=True)


class DeliveryShape(serializers.ModelSerializer):
    name = serializers.CharField(source="delivery_point.name")

    class Meta:
        model = Delivery
        fields = ("delivery_point", "name", "booklets", "sent_at", "tracking", "received_at")


class PaperShape(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Paper
        fields = ("kind", "number", "issued_on", "url")

    def get_url(self, paper: Paper) -> str:
        """Of the PDF."""
        return reverse("orders-api:paper", args=[self.context["number"], paper.number])


class OrderLine(serializers.ModelSerializer):
    campaign = serializers.CharField(source="campaign.slug")
    organization = serializers.IntegerField(source="campaign.organization_id")
    status = serializers.ChoiceField(OrderStatus.choices)
    coupons = serializers.IntegerField()
    contribution_cents = serializers.IntegerField(source="total_contribution_cents")
    face_cents = serializers.IntegerField()
    due_cents = serializers.IntegerField()

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            "number",
            "campaign",
            "organization",
            "status",
            "booklets",
            "booklet_size",
            "coupons",
            "face_value_cents",
            "face_cents",
            "contribution_cents",
            "fee_cents",
            "due_cents",
            "validity_months",
            "transfer_reference",
            "quote_valid_until",
            "hand_over_by",
            "quoted_at",
            "ordered_at",
            "funded_at",
            "printed_at",
            "delivered_at",
            "closed_at",
            "cancelled_at",
        )


class OrderShape(OrderLine):
    received_cents = serializers.SerializerMethodField()
    deliveries = DeliveryShape(many=True)
    papers = serializers.SerializerMethodField()

    class Meta(OrderLine.Meta):
        fields = (
            *OrderLine.Meta.fields,
            "received_cents",
            "billing_name",
            "billing_address",
            "billing_siret",
            "purchase_order_number",
            "service_code",
            "terms_version",
            "deliveries",
            "papers",
        )

    def get_received_cents(self, order: Order) -> int:
        return standing(order).received

    def get_papers(self, order: Order) -> list[dict[str, Any]]:
        rows = order.papers.order_by("pk")
        return list(PaperShape(rows, many=True, context={"number": order.number}).data)
