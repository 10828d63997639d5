"""Payouts for organisations' own software: what is stated, planned, paid, and what each statement counts."""

from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.models import Payout, Redemption, SettledPayment
from coupons.settlement import queues
from coupons.settlement.api_shapes import PayoutLine, SettledPaymentShape
from directory.offer.api import PROBLEMS, OfferView, page_of
from directory.offer.api_shapes import ListQuery
from directory.rights import Capability, organization_ids

FOLLOWING = serializers.IntegerField(allow_null=True)


class PayoutsView(OfferView):
    def payouts(self) -> QuerySet[Payout]:
        own = organization_ids(self.request.user, Capability.SEE_MONEY)
        rows = Payout.objects.filter(
            Q(account__organization__in=own) | Q(account__campaign__organization__in=own)
        )
        return queues.with_payee(rows).order_by("pk")


def bounds(request: Request) -> tuple[int, int]:
    query = ListQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    return query.validated_data["after"], query.validated_data["limit"]


class PayoutListView(PayoutsView):
    @extend_schema(
        operation_id="payouts",
        summary=_("Lire ses versements"),
        description=_("Ce qui est relevé, prévu, payé ou retenu. Les montants sont en centimes."),
        parameters=[ListQuery],
        responses=page_of("Payouts", PayoutLine),
    )
    def get(self, request: Request) -> Response:
        after, limit = bounds(request)
        found = list(self.payouts().filter(pk__gt=after)[: limit + 1])
        for payout, state in queues.with_states(found[:limit], timezone.now()):
            payout.told = state  # type: ignore[attr-defined]
        following = found[limit - 1].pk if len(found) > limit else None
        return Response({"results": PayoutLine(found[:limit], many=True).data, "next": following})


class PayoutView(PayoutsView):
    @extend_schema(
        operation_id="payout",
        summary=_("Lire un versement et ses paiements"),
        description=_("Les paiements viennent par pages : `after` est le `next` de la page d'avant."),
        parameters=[ListQuery],
        responses={
            200: inline_serializer(
                "Payout",
                {"payout": PayoutLine(), "payments": SettledPaymentShape(many=True), "next": FOLLOWING},
            ),
            **PROBLEMS,
        },
    )
    def get(self, request: Request, number: str) -> Response:
        payout = get_object_or_404(self.payouts(), number=number)
        after, limit = bounds(request)
        coupons = Redemption.objects.select_related("coupon__booklet__order__campaign")
        rows = SettledPayment.objects.of(payout).filter(pk__gt=after).order_by("pk")
        rows = rows.select_related("payment__venue", "payment__service").prefetch_related(
            Prefetch(
                "payment__redemptions", coupons.defer("coupon__booklet__order__campaign__logo").order_by("pk")
            )
        )
        found = list(rows[: limit + 1])
        following = found[limit - 1].pk if len(found) > limit else None
        payments = SettledPaymentShape(found[:limit], many=True).data
        return Response({"payout": PayoutLine(payout).data, "payments": payments, "next": following})
