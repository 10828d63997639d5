"""The check of a code, for programs: `POST /api/v1/coupons/check/`."""

from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, Throttled, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coupons.cheque.checking import Checked, Mistyped, Standing, Unknown, check
from coupons.cheque.forms import LONGEST
from coupons.guessing import WINDOW, LockedOut
from directory.api import PublicThrottle
from directory.offer.api import PROBLEM, ShallowJSONParser
from directory.offer.api_shapes import Strict


class CodeInput(Strict):
    code = serializers.CharField(max_length=LONGEST, help_text=_("Seize signes, espaces et tirets permis"))


class CouponCampaignShape(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    sponsor = serializers.CharField(source="organization.name")


class CheckedShape(serializers.Serializer):
    standing = serializers.ChoiceField(Standing.choices)
    serial = serializers.CharField(source="coupon.serial", help_text=_("Public : ce n'est pas le code"))
    face_value_cents = serializers.IntegerField(source="face_cents")
    usable_from = serializers.DateField(source="since", allow_null=True)
    usable_until = serializers.DateField(source="until", allow_null=True, help_text=_("Ce jour compris"))
    campaign = CouponCampaignShape()
    rule = serializers.ListField(child=serializers.CharField(), help_text=_("La règle en phrases simples"))


class TooManyTries(Throttled):
    """Without the count of seconds that Throttled adds to its sentence: `Retry-After` says it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(wait=WINDOW.total_seconds())
        self.detail = sentence  # type: ignore[assignment]


class CheckView(APIView):
    """Anybody may ask: a beneficiary has no account. Wrong codes are counted by `guessing`, all by the throttle."""

    permission_classes = [AllowAny]
    parser_classes = [ShallowJSONParser]
    throttle_classes = [PublicThrottle]

    @extend_schema(
        operation_id="coupon_check",
        summary=_("Vérifier le code d'un chèque"),
        request=CodeInput,
        responses={
            200: CheckedShape,
            (400, PROBLEM): OpenApiResponse(
                description=_("Ce n'est pas un code : un signe manque ou est faux")
            ),
            (404, PROBLEM): OpenApiResponse(description=_("Aucun chèque n'a ce code")),
            (429, PROBLEM): OpenApiResponse(
                description=_("Trop de codes faux depuis ce compte ou cette adresse")
            ),
        },
    )
    def post(self, request: Request) -> Response:
        read = CodeInput(data=request.data)
        read.is_valid(raise_exception=True)
        checked = self.checked(read.validated_data["code"])
        return Response(CheckedShape(checked).data)

    @sensitive_variables("code")
    def checked(self, code: str) -> Checked:
        address = get_client_ip(self.request)
        try:
            return check(code=code, address=address, user=self.request.user, at=timezone.now())
        except Mistyped as refused:
            raise ValidationError({"code": [str(refused)]}) from refused
        except Unknown as refused:
            raise NotFound(str(refused)) from refused
        except LockedOut as refused:
            raise TooManyTries(str(refused)) from refused

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response
