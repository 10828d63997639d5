"""The offer for organisations' own software: the verbs, forms and rights of the pages, as JSON.

Whatever belongs to another organisation answers 404; a token that may only read answers 403 to a change.
"""

from collections.abc import Callable
from typing import Any, NoReturn, cast

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, PermissionDenied, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from directory.accounts.refusals import Refused
from directory.limits import API_WRITES
from directory.models import Organization, Place, Service, User, Venue
from directory.offer.api_shapes import (
    HoursInput,
    ListQuery,
    NewServiceInput,
    NewVenueInput,
    PlaceInput,
    ServiceInput,
    ServiceShape,
    Strict,
    VenueInput,
    VenueShape,
)
from directory.offer.places import place_venue, set_hours
from directory.offer.publishing import create_service, delete_service, edit_service, submit, withdraw
from directory.offer.venues import create_venue, edit_venue, hide_venue, publish_venue
from directory.rights import Capability
from geodata.geometry import GeometryRefused

PROBLEM = "application/problem+json"
PROBLEMS = {
    (400, PROBLEM): OpenApiResponse(description=_("Chaque champ refusé, et pourquoi")),
    (401, PROBLEM): OpenApiResponse(description=_("Il manque un jeton qui marche")),
    (403, PROBLEM): OpenApiResponse(description=_("Ce jeton ou ce rôle ne permet pas de modifier")),
    (404, PROBLEM): OpenApiResponse(description=_("N'existe pas, ou est à une autre structure")),
    (409, PROBLEM): OpenApiResponse(
        description=_("Pas possible dans l'état actuel : la phrase dit pourquoi")
    ),
    (429, PROBLEM): OpenApiResponse(
        description=_("Trop de modifications : Retry-After dit quand recommencer, en secondes")
    ),
}


class Conflict(APIException):
    status_code = 409
    default_detail = _("Ce n'est pas possible dans l'état actuel.")


class TooMany(APIException):
    """`wait`: seconds, which the answer tells in Retry-After."""

    status_code = 429
    default_detail = _("Trop de modifications en peu de temps. Attendez un peu, puis recommencez.")

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


class ShallowJSONParser(JSONParser):
    """What is nested so deep that Python gives up is no JSON of ours."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError(_("Ce JSON est trop imbriqué.")) from error


class WritesThrottle(BaseThrottle):
    """Counted for an account, whatever process answers."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.seconds = (
            0 if request.method in SAFE_METHODS else API_WRITES.wait(request.user.pk, timezone.now())
        )
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds


class OfferView(APIView):
    permission_classes = [IsAuthenticated]
    parser_classes = [ShallowJSONParser]
    throttle_classes = [WritesThrottle]

    def throttled(self, request: Request, wait: float) -> NoReturn:
        raise TooMany(wait)

    @property
    def by(self) -> User:
        return cast(User, self.request.user)

    def venues(self, capability: Capability = Capability.SEE) -> QuerySet[Venue]:
        rows = Venue.objects.for_user(self.request.user, capability).filter(merged_into=None)
        places = Place.objects.order_by("pk").defer("week")
        return rows.prefetch_related(Prefetch("places", places)).order_by("pk")

    def services(self, capability: Capability = Capability.SEE) -> QuerySet[Service]:
        rows = Service.objects.for_user(self.request.user, capability).select_related("revision")
        return rows.filter(replaces=None, venue__merged_into=None).order_by("pk")

    def to_change(self, rows: Callable[[Capability], QuerySet[Any]], number: int) -> Any:
        """404 when it may not be seen, 403 when it may not be changed."""
        found = get_object_or_404(rows(Capability.SEE), pk=number)
        if not rows(Capability.EDIT_OFFER).filter(pk=number).exists():
            raise PermissionDenied(_("Ce jeton ou ce rôle ne permet pas de modifier."))
        return found

    def given(self, shape: type[Strict], partial: bool = False) -> Any:
        read = shape(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        return read


def checked(form: Any) -> Any:
    """The form, when all of it is right; else 400 in the names of the API."""
    if not form.is_valid():
        names = {"price": "price_cents", "__all__": ""}
        raise ValidationError({names.get(name, name): reasons for name, reasons in form.errors.items()})
    return form


def done(act: Callable[[], Any]) -> Any:
    """What the verb gives; what it refuses becomes a problem."""
    try:
        return act()
    except Refused as refused:
        raise Conflict(str(refused)) from refused
    except GeometryRefused as refused:
        raise ValidationError({refused.field or "lon": [refused.message]}) from refused


def listed(request: Request, rows: QuerySet[Any], shape: type[serializers.BaseSerializer]) -> Response:
    """A page, and the number to give as `after` for the next one."""
    query = ListQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    after, limit = query.validated_data["after"], query.validated_data["limit"]
    found = list(rows.filter(pk__gt=after)[: limit + 1])
    following = found[limit - 1].pk if len(found) > limit else None
    return Response({"results": shape(found[:limit], many=True).data, "next": following})


def page_of(name: str, shape: type[serializers.BaseSerializer]) -> dict[Any, Any]:
    following = serializers.IntegerField(allow_null=True)
    return {200: inline_serializer(name, {"results": shape(many=True), "next": following}), **PROBLEMS}


class VenuesView(OfferView):
    @extend_schema(
        operation_id="offer_venues",
        summary=_("Lire ses lieux"),
        parameters=[ListQuery],
        responses=page_of("OfferVenues", VenueShape),
    )
    def get(self, request: Request) -> Response:
        return listed(request, self.venues(), VenueShape)

    @extend_schema(
        operation_id="offer_venue_create",
        summary=_("Ajouter un lieu"),
        request=NewVenueInput,
        responses={201: VenueShape, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        read = self.given(NewVenueInput)
        number = read.validated_data.pop("organization")
        owners = Organization.objects.for_user(request.user, Capability.EDIT_OFFER)
        owner = owners.filter(pk=number).first()
        if owner is None:
            raise ValidationError({"organization": [_("Ce n'est pas une de vos structures.")]})
        fields = checked(read.form()).given()
        made = done(lambda: create_venue(organization=owner, fields=fields, by=self.by, at=timezone.now()))
        return Response(VenueShape(made).data, status=201)


class VenueView(OfferView):
    @extend_schema(
        operation_id="offer_venue", summary=_("Lire un lieu"), responses={200: VenueShape, **PROBLEMS}
    )
    def get(self, request: Request, venue_id: int) -> Response:
        return Response(VenueShape(get_object_or_404(self.venues(), pk=venue_id)).data)

    @extend_schema(
        operation_id="offer_venue_edit",
        summary=_("Modifier un lieu"),
        request=VenueInput,
        responses={200: VenueShape, **PROBLEMS},
    )
    def patch(self, request: Request, venue_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        fields = checked(self.given(VenueInput, partial=True).form(venue)).given()
        done(lambda: edit_venue(venue=venue, fields=fields, by=self.by, at=timezone.now()))
        return self.get(request, venue_id)


class VenuePlaceView(OfferView):
    @extend_schema(
        operation_id="offer_venue_place",
        summary=_("Placer un lieu fixe"),
        request=PlaceInput,
        responses={200: VenueShape, **PROBLEMS},
    )
    def put(self, request: Request, venue_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        form = checked(self.given(PlaceInput).form())
        point = form.cleaned_data["point"]
        done(
            lambda: place_venue(venue=venue, point=point, address=form.written, by=self.by, at=timezone.now())
        )
        return Response(VenueShape(get_object_or_404(self.venues(), pk=venue_id)).data)


class VenueHoursView(OfferView):
    @extend_schema(
        operation_id="offer_venue_hours",
        summary=_("Écrire les horaires d'un lieu fixe"),
        request=HoursInput,
        responses={200: VenueShape, **PROBLEMS},
    )
    def put(self, request: Request, venue_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        hours = self.given(HoursInput).validated_data["hours"].strip()
        place = venue.places.filter(is_stop=False).first()
        if place is None:
            raise Conflict(_("Placez d'abord le lieu."))
        done(lambda: set_hours(place=place, hours=hours, by=self.by, at=timezone.now()))
        return Response(VenueShape(get_object_or_404(self.venues(), pk=venue_id)).data)


class VenuePublishView(OfferView):
    @extend_schema(
        operation_id="offer_venue_publish",
        summary=_("Rendre la fiche d'un lieu publique"),
        request=None,
        responses={200: VenueShape, **PROBLEMS},
    )
    def post(self, request: Request, venue_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        done(lambda: publish_venue(venue=venue, by=self.by, at=timezone.now()))
        return Response(VenueShape(get_object_or_404(self.venues(), pk=venue_id)).data)


class VenueHideView(OfferView):
    @extend_schema(
        operation_id="offer_venue_hide",
        summary=_("Cacher la fiche d'un lieu"),
        request=None,
        responses={200: VenueShape, **PROBLEMS},
    )
    def post(self, request: Request, venue_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        done(lambda: hide_venue(venue=venue, by=self.by))
        return Response(VenueShape(get_object_or_404(self.venues(), pk=venue_id)).data)


class ServicesView(OfferView):
    @extend_schema(
        operation_id="offer_services",
        summary=_("Lire ses services"),
        parameters=[ListQuery],
        responses=page_of("OfferServices", ServiceShape),
    )
    def get(self, request: Request) -> Response:
        return listed(request, self.services(), ServiceShape)

    @extend_schema(
        operation_id="offer_service_create",
        summary=_("Ajouter un service"),
        description=_("Un brouillon : `submit` l'envoie à la relecture."),
        request=NewServiceInput,
        responses={201: ServiceShape, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        read = self.given(NewServiceInput)
        number = read.validated_data.pop("venue")
        venue = self.venues(Capability.EDIT_OFFER).filter(pk=number).first()
        if venue is None:
            raise ValidationError({"venue": [_("Ce n'est pas un de vos lieux.")]})
        fields = checked(read.form()).given()
        made = done(lambda: create_service(venue=venue, fields=fields, by=self.by))
        return Response(ServiceShape(made).data, status=201)


class ServiceView(OfferView):
    @extend_schema(
        operation_id="offer_service", summary=_("Lire un service"), responses={200: ServiceShape, **PROBLEMS}
    )
    def get(self, request: Request, service_id: int) -> Response:
        return Response(ServiceShape(get_object_or_404(self.services(), pk=service_id)).data)

    @extend_schema(
        operation_id="offer_service_edit",
        summary=_("Modifier un service"),
        description=_("Nouveau prix ou nouvelle catégorie d'un service public : relus d'abord (`pending`)."),
        request=ServiceInput,
        responses={200: ServiceShape, **PROBLEMS},
    )
    def patch(self, request: Request, service_id: int) -> Response:
        service = self.to_change(self.services, service_id)
        fields = checked(self.given(ServiceInput, partial=True).form(service)).given()
        done(lambda: edit_service(service=service, fields=fields, by=self.by, at=timezone.now()))
        return self.get(request, service_id)

    @extend_schema(
        operation_id="offer_service_delete",
        summary=_("Supprimer un service"),
        description=_("Un service public ou en relecture se retire d'abord (`withdraw`)."),
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: Request, service_id: int) -> Response:
        service = self.to_change(self.services, service_id)
        done(lambda: delete_service(service=service, by=self.by))
        return Response(status=204)


class ServiceSubmitView(OfferView):
    @extend_schema(
        operation_id="offer_service_submit",
        summary=_("Envoyer un service à la relecture"),
        request=None,
        responses={200: ServiceShape, **PROBLEMS},
    )
    def post(self, request: Request, service_id: int) -> Response:
        service = self.to_change(self.services, service_id)
        done(lambda: submit(service=service, by=self.by, at=timezone.now()))
        return Response(ServiceShape(get_object_or_404(self.services(), pk=service_id)).data)


class ServiceWithdrawView(OfferView):
    @extend_schema(
        operation_id="offer_service_withdraw",
        summary=_("Retirer un service"),
        request=None,
        responses={200: ServiceShape, **PROBLEMS},
    )
    def post(self, request: Request, service_id: int) -> Response:
        service = self.to_change(self.services, service_id)
        done(lambda: withdraw(service=service, by=self.by))
        return Response(ServiceShape(get_object_or_404(self.services(), pk=service_id)).data)
