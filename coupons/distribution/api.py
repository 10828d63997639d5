"""Handing over by a sponsor's own software: the verbs and rights of the pages, as JSON.

A booklet of another organisation is as unknown as none: 404. A token that may only read answers 403 to a hand-over.
"""

from typing import Any, NoReturn, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coupons.booklet_numbers import read_number
from coupons.choices import AgeBand, BookletStatus, Loss, Public, Situation
from coupons.distribution.finding import LARGEST
from coupons.distribution.handing import HandOverRefused, hand_over
from coupons.distribution.history import coupons_by_state
from coupons.models import Booklet, DeliveryPoint, HandOver
from coupons.querysets import BookletQuerySet
from directory.models import User
from directory.offer.api import PROBLEM, Conflict, ShallowJSONParser, TooMany, WritesThrottle
from directory.offer.api_shapes import Strict
from directory.rights import Capability

MOST = 200
PROBLEMS = {
    (400, PROBLEM): OpenApiResponse(description=_("Chaque champ refusé, et pourquoi")),
    (401, PROBLEM): OpenApiResponse(description=_("Il manque un jeton qui marche")),
    (403, PROBLEM): OpenApiResponse(description=_("Ce jeton ou ce rôle ne permet pas de remettre")),
    (404, PROBLEM): OpenApiResponse(description=_("Aucun de vos carnets n'a ce numéro")),
}


class HandOverInput(Strict):
    numbers = serializers.ListField(
        child=serializers.CharField(max_length=40),
        min_length=1,
        max_length=MOST,
        help_text=_("Numéros imprimés sur les couvertures : tous sont remis, ou aucun"),
    )
    delivery_point = serializers.IntegerField(required=False, allow_null=True, default=None)
    public = serializers.ChoiceField(Public.choices, required=False, default="", allow_blank=True)
    age_band = serializers.ChoiceField(AgeBand.choices, required=False, default="", allow_blank=True)
    situation = serializers.ChoiceField(Situation.choices, required=False, default="", allow_blank=True)
    one_each = serializers.BooleanField(
        required=False, default=False, help_text=_("Un carnet à chaque personne, plutôt que tous à la même")
    )


class BookletShape(serializers.ModelSerializer):
    """What is on its cover, and where it stands. Never a code."""

    number = serializers.CharField()
    campaign = serializers.CharField(source="order.campaign.slug")
    order = serializers.CharField(source="order.number")
    status = serializers.ChoiceField(BookletStatus.choices)
    face_value_cents = serializers.IntegerField(source="order.face_value_cents")
    handed_over_on = serializers.DateField(source="hand_over.on", default=None, allow_null=True)
    loss = serializers.ChoiceField(Loss.choices, allow_blank=True)

    class Meta:
        model = Booklet
        fields: tuple[str, ...] = (
            "number", "campaign", "order", "status", "face_value_cents", "delivery_point", "handed_over_on",
            "valid_until", "loss",
        )  # fmt: skip


class CountedBookletShape(BookletShape):
    coupons = serializers.SerializerMethodField(help_text=_("Combien de chèques dans chaque état"))

    class Meta(BookletShape.Meta):
        fields = (*BookletShape.Meta.fields, "coupons")

    def get_coupons(self, booklet: Booklet) -> dict[str, int]:
        return {state: n for state, _label, n in coupons_by_state(booklet)}


class HandOverShape(serializers.ModelSerializer):
    order = serializers.CharField(source="order.number")
    booklets = BookletShape(many=True)

    class Meta:
        model = HandOver
        fields = ("id", "order", "at", "on", "delivery_point", "public", "age_band", "situation", "booklets")


class DistributionView(APIView):
    permission_classes = [IsAuthenticated]
    parser_classes = [ShallowJSONParser]
    throttle_classes = [WritesThrottle]

    def throttled(self, request: Request, wait: float) -> NoReturn:
        raise TooMany(wait)

    def booklets(self, capability: Capability = Capability.SEE) -> BookletQuerySet:
        rows = Booklet.objects.for_user(self.request.user, capability)
        return rows.select_related("order__campaign__organization", "hand_over")


class HandOversView(DistributionView):
    @extend_schema(
        operation_id="hand_over",
        summary=_("Remettre des carnets"),
        description=_("La même demande deux fois : la seconde répond 409, les carnets étant déjà remis."),
        request=HandOverInput,
        responses={
            201: HandOverShape(many=True),
            **PROBLEMS,
            (409, PROBLEM): OpenApiResponse(
                description=_("Un carnet ne peut pas être remis : la phrase dit pourquoi")
            ),
        },
    )
    def post(self, request: Request) -> Response:
        read = HandOverInput(data=request.data)
        read.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(read.validated_data)
        booklets = self.to_hand_over(given.pop("numbers"))
        given["delivery_point"] = self.point(given["delivery_point"], booklets)
        try:
            done = hand_over(booklets=booklets, by=cast(User, request.user), at=timezone.now(), **given)
        except HandOverRefused as refused:
            raise Conflict(str(refused)) from refused
        rows = HandOver.objects.filter(pk__in=[one.pk for one in done]).select_related("order").order_by("pk")
        told = rows.prefetch_related("booklets__order__campaign", "booklets__hand_over")
        return Response(HandOverShape(told, many=True).data, status=201)

    def to_hand_over(self, numbers: list[str]) -> list[Booklet]:
        """All of them known and of organisations in which one may hand over."""
        read = [read_number(typed) for typed in numbers]
        wrong = [rank for rank, number in enumerate(read) if number is None or number > LARGEST]
        if wrong:
            raise ValidationError(
                {f"numbers.{rank}": [_("Ce n'est pas un numéro de carnet.")] for rank in wrong}
            )
        wanted = {number for number in read if number is not None}
        found = list(self.booklets().filter(pk__in=wanted))
        if len(found) != len(wanted):
            raise NotFound(_("Aucun de vos carnets n'a l'un de ces numéros."))
        if self.booklets(Capability.HAND_OVER).filter(pk__in=wanted).count() != len(wanted):
            raise PermissionDenied(_("Ce jeton ou ce rôle ne permet pas de remettre."))
        return found

    def point(self, number: int | None, booklets: list[Booklet]) -> DeliveryPoint | None:
        if number is None:
            return None
        owners = {booklet.order.campaign.organization_id for booklet in booklets}
        found = DeliveryPoint.objects.in_use().filter(pk=number).first() if 0 < number <= LARGEST else None
        if found is None or owners != {found.organization_id}:
            raise ValidationError({"delivery_point": [_("Ce n'est pas un de vos points de remise.")]})
        return found


class BookletView(DistributionView):
    @extend_schema(
        operation_id="booklet",
        summary=_("Lire un carnet par son numéro"),
        parameters=[OpenApiParameter("number", str, required=True, description=_("Comme sur la couverture"))],
        responses={200: CountedBookletShape, **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        unknown = sorted(set(request.query_params) - {"number"})
        if unknown:
            raise ValidationError({name: [_("Paramètre inconnu.")] for name in unknown})
        number = read_number(request.query_params.get("number", "")[:40])
        if number is None:
            raise ValidationError({"number": [_("Ce n'est pas un numéro de carnet.")]})
        found = get_object_or_404(self.booklets(), pk=min(number, LARGEST))
        return Response(CountedBookletShape(found).data)
