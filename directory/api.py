"""The public, read-only API of the directory: venues near a place, one venue, and the map."""

from typing import Any
from urllib.parse import urlencode

from django.core.cache import caches
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from directory.api_parameters import LIST, MAP
from directory.criteria import Criteria
from directory.cursors import Cursor
from directory.forms import MapForm, SearchForm
from directory.models import Venue
from directory.search import VenueSearch, venue_alone
from directory.serializers import MarkerSerializer, ProblemSerializer, VenueFeatureSerializer, collection

SECONDS_FRESH = 60


class PublicThrottle(AnonRateThrottle):
    """So generous that only a runaway program meets it, and counted in each process: the shared cache is a table,
    and costs more than the answer."""

    cache = caches["process"]
    scope = "public"


class PublicView(APIView):
    """Open data: no session is read, so that any cache may keep the answer for a minute."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [PublicThrottle]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        if response.status_code == 200:
            patch_cache_control(response, public=True, max_age=SECONDS_FRESH)
        if isinstance(response, Response):
            response.add_post_render_callback(let_go)
        return response


def let_go(response: Response) -> None:
    """A written answer forgets what it was written from.

    View, request and response know each other, so that all they hold would wait for the garbage collector: a
    thousand objects an answer, and every twentieth answer waited while twenty thousand were collected.
    """
    response.data = None
    response.renderer_context = {}  # type: ignore[attr-defined]


def asked(form: SearchForm) -> SearchForm:
    """The form, when all of it can be understood; else 400 that names each parameter refused."""
    if not form.is_valid():
        errors = {name: [str(reason) for reason in reasons] for name, reasons in form.errors.items()}
        raise ValidationError(errors)
    return form


def root(request: Request) -> str:
    """Scheme and host, to make addresses absolute."""
    return request.build_absolute_uri("/").rstrip("/")


VENUES = {
    "type": "object",
    "required": ["type", "features", "next"],
    "properties": {
        "type": {"enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"$ref": "#/components/schemas/VenueFeature"}},
        "next": {"type": ["string", "null"], "format": "uri"},
    },
}
PROBLEM_TYPE = "application/problem+json"
PROBLEMS = {
    (400, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, _("Chaque paramètre refusé, et pourquoi.")),
    (429, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, _("Trop de demandes : réessayez plus tard.")),
    (503, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, _("La recherche prend trop de temps.")),
}
NOT_FOUND = {(404, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, _("Ce lieu n’existe pas."))}


class VenuesView(PublicView):
    """Venues that match, nearest first when `lon` and `lat` are given, by name otherwise."""

    @extend_schema(
        operation_id="venues",
        summary=_("Chercher des lieux"),
        parameters=LIST,
        responses={(200, "application/json"): VENUES, **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        criteria = asked(SearchForm(request.query_params, strict=True)).criteria()
        page = VenueSearch(criteria, timezone.now()).page()
        found = collection(VenueFeatureSerializer, page.results, root(request))
        return Response({**found, "next": next_link(request, criteria, page.next_cursor)})


def next_link(request: Request, criteria: Criteria, cursor: Cursor | None) -> str | None:
    if not cursor:
        return None
    parameters = criteria.but(cursor=cursor).parameters()
    return f"{root(request)}{request.path}?{urlencode(parameters)}"


class VenueView(PublicView):
    """One venue; an itinerant one at its first stop. One merged into another answers with its address, for good."""

    @extend_schema(
        operation_id="venue",
        summary=_("Un lieu"),
        responses={
            (200, "application/json"): VenueFeatureSerializer,
            301: OpenApiResponse(description=_("Réuni avec un autre lieu : Location dit lequel.")),
            **NOT_FOUND,
            **PROBLEMS,
        },
    )
    def get(self, request: Request, venue_id: int) -> Response | HttpResponsePermanentRedirect:
        found = venue_alone(venue_id, timezone.now())
        if found is None:
            merged = get_object_or_404(Venue, pk=venue_id, merged_into__published=True)
            return redirect("directory-api:venue", merged.merged_into_id, permanent=True)
        return Response(VenueFeatureSerializer(found, context={"root": root(request)}).data)


class MapView(PublicView):
    """What a map of this rectangle shows: at most 300 markers, each a venue or a cluster with its `count`."""

    @extend_schema(
        operation_id="map",
        summary=_("Lieux et groupes de lieux d’une carte"),
        parameters=MAP,
        responses={(200, "application/json"): MarkerSerializer(many=True), **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        form = asked(MapForm(request.query_params))
        search = VenueSearch(form.criteria(), timezone.now())
        found = search.clusters(form.cleaned_data["bbox"], form.cleaned_data["zoom"])
        return Response(collection(MarkerSerializer, found, root(request)))
