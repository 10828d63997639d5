"""Orders for organisations' own software: the verbs and rights of the pages, as JSON."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.models import Campaign, DeliveryPoint, Order
from coupons.orders import ordering
from coupons.orders.api_shapes import AcceptInput, OrderInput, OrderLine, OrderShape, PaperShape
from coupons.orders.pricing import price
from coupons.orders.views.papers import served
from directory.accounts.refusals import Refused
from directory.offer.api import PROBLEMS, OfferView, done, listed, page_of
from directory.offer.api_shapes import ListQuery
from directory.rights import Capability

extend_schema_field(PaperShape(many=True))(OrderShape.get_papers)


class OrdersView(OfferView):
    def orders(self, capability: Capability = Capability.SEE) -> QuerySet[Order]:
        rows = Order.objects.for_user(self.request.user, capability)
        return rows.select_related("campaign__organization").order_by("pk")

    def one(self, number: str, capability: Capability = Capability.SEE) -> Order:
        """404 when it may not be seen, 403 when it may not be changed."""
        found: Order = get_object_or_404(self.orders(), number=number)
        if not self.orders(capability).filter(pk=found.pk).exists():
            raise PermissionDenied(_("Ce jeton ou ce rôle ne permet pas de commander."))
        return found

    def told(self, order: Order, status: int = 200) -> Response:
        rows = self.orders().prefetch_related("deliveries__delivery_point")
        return Response(OrderShape(rows.get(pk=order.pk)).data, status=status)


class OrderListView(OrdersView):
    @extend_schema(
        operation_id="orders",
        summary=_("Lire ses commandes"),
        parameters=[ListQuery],
        responses=page_of("Orders", OrderLine),
    )
    def get(self, request: Request) -> Response:
        return listed(request, self.orders(), OrderLine)

    @extend_schema(
        operation_id="order_quote",
        summary=_("Demander un devis"),
        description=_("Un devis n'engage à rien : `accept` commande. Les montants sont en centimes."),
        request=OrderInput,
        responses={201: OrderShape, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        given = dict(self.given(OrderInput).validated_data)
        campaign, deliveries = self.whose(given.pop("campaign"), given.pop("deliveries"))
        refused_as("booklets", lambda: price(campaign, given["booklets"]))
        refused_as("deliveries", lambda: ordering.check_deliveries(campaign, given["booklets"], deliveries))
        order = done(
            lambda: ordering.quote(
                campaign=campaign, deliveries=deliveries, **given, by=self.by, at=timezone.now()
            )
        )
        return self.told(order, 201)

    def whose(
        self, slug: str, lines: list[dict[str, int]]
    ) -> tuple[Campaign, list[tuple[DeliveryPoint, int]]]:
        """The campaign and delivery points that are meant, if they are one's own."""
        campaign = Campaign.objects.for_user(self.request.user, Capability.ORDER).filter(slug=slug).first()
        if campaign is None:
            if Campaign.objects.for_user(self.request.user).filter(slug=slug).exists():
                raise PermissionDenied(_("Ce jeton ou ce rôle ne permet pas de commander."))
            raise ValidationError({"campaign": [_("Ce n'est pas une de vos campagnes.")]})
        asked = [line["delivery_point"] for line in lines]
        points = DeliveryPoint.objects.filter(organization=campaign.organization_id).in_bulk(asked)
        if not set(asked) <= set(points):
            raise ValidationError({"deliveries": [_("Ce n'est pas un de vos points de remise.")]})
        return campaign, [(points[line["delivery_point"]], line["booklets"]) for line in lines]


def refused_as(field: str, check: Any) -> None:
    try:
        check()
    except Refused as refused:
        raise ValidationError({field: [str(refused)]}) from refused


class OrderView(OrdersView):
    @extend_schema(
        operation_id="order", summary=_("Lire une commande"), responses={200: OrderShape, **PROBLEMS}
    )
    def get(self, request: Request, number: str) -> Response:
        return self.told(self.one(number))


class OrderAcceptView(OrdersView):
    @extend_schema(
        operation_id="order_accept",
        summary=_("Commander selon un devis"),
        description=_(
            "La règle de la campagne devient définitive. Version des conditions : `terms_version`."
        ),
        request=AcceptInput,
        responses={200: OrderShape, **PROBLEMS},
    )
    def post(self, request: Request, number: str) -> Response:
        order, given = self.one(number, Capability.ORDER), self.given(AcceptInput).validated_data
        done(lambda: ordering.accept(order=order, **given, by=self.by, at=timezone.now()))
        return self.told(order)


class OrderCancelView(OrdersView):
    @extend_schema(
        operation_id="order_cancel",
        summary=_("Annuler une commande qui n'est pas encore financée"),
        request=None,
        responses={200: OrderShape, **PROBLEMS},
    )
    def post(self, request: Request, number: str) -> Response:
        order = self.one(number, Capability.ORDER)
        done(lambda: ordering.cancel(order=order, by=self.by, at=timezone.now()))
        return self.told(order)


class OrderPaperView(OrdersView):
    @extend_schema(
        operation_id="order_paper",
        summary=_("Télécharger un devis, une facture ou un avoir"),
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **PROBLEMS},
    )
    def get(self, request: Request, number: str, paper: str) -> HttpResponse:
        return served(get_object_or_404(self.one(number).papers, number=paper))
