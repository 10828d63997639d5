"""Payments for a provider's own software, and for the counter's page: the verbs of the pages, as JSON.

Who may not take payments gets 403; a service or a payment of somebody else is as unknown as none: 404. Payments are
not throttled: the second asking of a key must never be turned away, and wrong codes are counted by `guessing`.
"""

from typing import Any, cast
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coupons.cheque.api import TooManyTries
from coupons.counter.api_shapes import (
    PassageInput,
    PaymentInput,
    PaymentRefusedShape,
    PaymentShape,
    TillShape,
    refusal_rows,
)
from coupons.counter.cancelling import CancelRefused, cancel_here
from coupons.counter.devices import PROGRAM, device_of, device_of_program
from coupons.counter.history import taken_coupons
from coupons.counter.offering import FixedPrice, NoPrice, only
from coupons.counter.passing import Question, TooManyWrong, Who, look_at, pay_here
from coupons.models import Payment
from coupons.payment import KeyUsed, PaymentRefused
from coupons.rules import Refusal
from directory.models import Place, Service, User
from directory.offer.api import PROBLEM, Conflict, ShallowJSONParser, listed, page_of
from directory.offer.api_shapes import ListQuery, Strict
from directory.rights import Capability, organization_ids
from geodata.problems import MEDIA_TYPE, problem

KEY = "Idempotency-Key"
FOUND = {
    (401, PROBLEM): OpenApiResponse(description=gettext_lazy("Il manque un jeton qui marche")),
    (403, PROBLEM): OpenApiResponse(
        description=gettext_lazy("Ce jeton ou ce rôle ne permet pas d'encaisser")
    ),
    (404, PROBLEM): OpenApiResponse(description=gettext_lazy("N'existe pas, ou est à une autre structure")),
}
ASKED = {
    (400, PROBLEM): OpenApiResponse(description=gettext_lazy("Chaque champ refusé, et pourquoi")),
    **FOUND,
    (422, PROBLEM): OpenApiResponse(
        PaymentRefusedShape, description=gettext_lazy("Rien n'est payé : chaque refus, et son chèque")
    ),
    (429, PROBLEM): OpenApiResponse(description=gettext_lazy("Trop de codes faux : rien n'est dit d'aucun")),
}

# What a payment and the reasons against it need; the rest is texts for the public.
ASKED_OF_A_SERVICE = (
    "name", "status", "modes", "price_cents", "price_note",
    "venue__name", "venue__published", "venue__organization", "venue__venue_type", "category__parent",
)  # fmt: skip


class TakesPayments(BasePermission):
    """Somewhere; which organisation is asked of each row."""

    message = gettext_lazy("Ce jeton ou ce rôle ne permet pas d'encaisser.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return organization_ids(request.user, Capability.TAKE_PAYMENTS).exists()


class CounterView(APIView):
    permission_classes = [IsAuthenticated, TakesPayments]
    parser_classes = [ShallowJSONParser]

    @property
    def by(self) -> User:
        return cast(User, self.request.user)

    def given(self, shape: type[Strict]) -> dict[str, Any]:
        read = shape(data=self.request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    @sensitive_variables()
    def question(self, given: dict[str, Any]) -> Question:
        services = Service.objects.for_user(self.by, Capability.TAKE_PAYMENTS).filter(replaces=None)
        services = services.select_related("venue", "category").order_by()
        service = services.filter(pk=given["service"]).only(*ASKED_OF_A_SERVICE).first()
        if service is None:
            raise NotFound(_("Aucun de vos services n'a ce numéro."))
        return Question(service, place_of(service, given["place"]), given["coupons"], given["price_cents"])

    def asking(self, named: str = "") -> Who:
        return Who(self.by, self.device(named), get_client_ip(self.request))

    def device(self, named: str = "") -> str:
        """The page's own, by its cookie; a program's by the name it gives or its token."""
        token = self.by.token
        own = device_of(self.request) if token is None and not named else ""
        return own or device_of_program(named, token.pk if token else None)

    def payments(self) -> Any:
        return Payment.objects.for_user(self.by, Capability.TAKE_PAYMENTS).prefetch_related(taken_coupons())

    def told(self, payment: Payment, status: int) -> Response:
        prefetch_related_objects([payment], taken_coupons())
        return Response(PaymentShape(payment).data, status=status)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


def place_of(service: Service, number: int | None) -> Place:
    """The one that is meant; a venue of one place needs no number."""
    places = Place.objects.filter(venue=service.venue_id).only("venue", "name", "point", "timezone")
    if number is None:
        found = only(places[:2])
        if found is None:
            raise ValidationError({"place": [_("Ce lieu a plusieurs arrêts : dites lequel.")]})
        return found
    chosen = places.filter(pk=number).first()
    if chosen is None:
        raise ValidationError({"place": [_("Ce n'est pas un endroit où ce service est rendu.")]})
    return chosen


def key_of(request: Request) -> UUID:
    try:
        return UUID(request.headers.get(KEY, ""))
    except ValueError:
        said = _("Envoyez cet en-tête, avec un UUID neuf pour chaque paiement et le même à chaque essai.")
        raise ValidationError({KEY: [said]}) from None


def refused(refusals: dict[int, list[Refusal]]) -> Response:
    """Nothing was paid, and why."""
    rows = refusal_rows(refusals)
    body = problem(422, _("Rien n'est payé : un chèque au moins est refusé"))
    body["detail"] = " ".join(dict.fromkeys(row["sentence"] for row in rows))
    return Response({**body, "refusals": rows}, status=422, content_type=MEDIA_TYPE)


def as_problem(error: Exception) -> Response:
    """What stands against the passage as a whole."""
    if isinstance(error, TooManyWrong):
        raise TooManyTries(str(error)) from error
    if isinstance(error, NoPrice):
        raise ValidationError({"price_cents": [str(error)]}) from error
    return refused({-1: [Refusal("fixed_price", str(error))]})


class LookView(CounterView):
    @extend_schema(
        operation_id="coupons_look",
        summary=gettext_lazy("Voir ce que des chèques paieraient, sans rien payer"),
        request=PassageInput,
        responses={200: TillShape, **ASKED},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        question = self.question(self.given(PassageInput))
        try:
            till = look_at(question, by=self.asking(), at=timezone.now())
        except (TooManyWrong, NoPrice, FixedPrice) as error:
            return as_problem(error)
        return Response(TillShape(till).data)


class PaymentsView(CounterView):
    @extend_schema(
        operation_id="payments",
        summary=gettext_lazy("Lire ses paiements"),
        parameters=[ListQuery],
        responses=page_of("Payments", PaymentShape),
    )
    def get(self, request: Request) -> Response:
        return listed(request, self.payments().order_by("pk"), PaymentShape)

    @extend_schema(
        operation_id="payment_create",
        summary=gettext_lazy("Encaisser des chèques"),
        description=gettext_lazy(
            "La même clé et la même demande ont la même réponse, autant de fois qu'on veut : 201 la première fois, "
            "200 ensuite. Après toute erreur, et quand la réponse se perd, redemandez avec la même clé."
        ),
        parameters=[
            OpenApiParameter(
                KEY,
                OpenApiTypes.UUID,
                OpenApiParameter.HEADER,
                required=True,
                description=gettext_lazy("Une par paiement, faite par la caisse"),
            )
        ],
        request=PaymentInput,
        responses={
            201: PaymentShape,
            200: OpenApiResponse(PaymentShape, description=gettext_lazy("Déjà payé avec cette clé")),
            **ASKED,
            (409, PROBLEM): OpenApiResponse(
                description=gettext_lazy("Cette clé a servi à une autre demande")
            ),
        },
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        key, given = key_of(request), self.given(PaymentInput)
        question, by = self.question(given), self.asking(given["device"])
        try:
            payment, replayed = pay_here(question, key=key, by=by, at=timezone.now())
        except PaymentRefused as error:
            return refused(error.refusals)
        except KeyUsed as error:
            raise Conflict(
                _("Cette clé a servi à une autre demande : une clé neuve par paiement.")
            ) from error
        except (TooManyWrong, NoPrice, FixedPrice) as error:
            return as_problem(error)
        return self.told(payment, 200 if replayed else 201)


class PaymentView(CounterView):
    @extend_schema(
        operation_id="payment",
        summary=gettext_lazy("Lire un paiement"),
        responses={200: PaymentShape, **FOUND},
    )
    def get(self, request: Request, payment_id: int) -> Response:
        return Response(PaymentShape(get_object_or_404(self.payments(), pk=payment_id)).data)


class PaymentCancelView(CounterView):
    @extend_schema(
        operation_id="payment_cancel",
        summary=gettext_lazy("Annuler un paiement"),
        description=gettext_lazy(
            "Pendant 15 minutes, sur la même caisse ou par le compte du logiciel qui l'a fait. Ensuite, la plateforme "
            "l'annule."
        ),
        request=None,
        responses={
            200: PaymentShape,
            **FOUND,
            (409, PROBLEM): OpenApiResponse(description=gettext_lazy("Déjà annulé, trop tard, ou ailleurs")),
        },
    )
    def post(self, request: Request, payment_id: int) -> Response:
        payment = get_object_or_404(self.payments(), pk=payment_id)
        try:
            cancel_here(payment=payment, by=self.by, device=self.device_for(payment), at=timezone.now())
        except CancelRefused as error:
            raise Conflict(str(error)) from error
        return Response(PaymentShape(self.payments().get(pk=payment.pk)).data)

    def device_for(self, payment: Payment) -> str:
        """A program has no cookie: what its account took through the API, it may take back."""
        by_program = payment.device.startswith(PROGRAM) and payment.agent_id == self.by.pk
        return payment.device if by_program else self.device()
