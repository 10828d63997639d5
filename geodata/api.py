"""The public API of places and territories."""

from typing import Any

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from geodata import gazetteer
from geodata.models import Area, Toponym

PUBLIC_LEVELS = [choice for choice in Area.Level.choices if choice[0] != Area.Level.CUSTOM]
MOST_AREAS = 1000


class StrictQuery(serializers.Serializer):
    """Query parameters: an unknown one is refused by its name, like a bad one."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: _("Paramètre inconnu.") for name in sorted(unknown)})
        return attrs


class PlacesQuery(StrictQuery):
    q = serializers.CharField(
        max_length=gazetteer.TEXT_LENGTH,
        help_text="Nom, code postal ou code INSEE, même incomplet ou mal écrit",
    )
    limit = serializers.IntegerField(min_value=1, max_value=20, default=8)


class AreasQuery(StrictQuery):
    q = serializers.CharField(
        max_length=gazetteer.TEXT_LENGTH, default="", allow_blank=True, help_text="Nom ou code ; vide : tous"
    )
    level = serializers.ChoiceField(PUBLIC_LEVELS, default="", allow_blank=True)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_AREAS, default=20)


class PlaceSerializer(serializers.Serializer):
    label = serializers.CharField(help_text="Nom affiché : « Saint-Denis »")  # type: ignore[assignment]
    kind = serializers.ChoiceField(Toponym.Kind.choices)
    code = serializers.CharField(help_text="Code INSEE (SIREN pour une intercommunalité)")
    context = serializers.CharField(help_text="Ce qui le distingue : « La Réunion »")  # type: ignore[assignment]
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    postcode = serializers.CharField(allow_blank=True, help_text="Vide s'il y en a plusieurs")


class ParentSerializer(serializers.Serializer):
    level = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()


class AreaSerializer(serializers.Serializer):
    level = serializers.ChoiceField(PUBLIC_LEVELS)
    code = serializers.CharField()
    name = serializers.CharField()
    population = serializers.IntegerField(allow_null=True)
    lon = serializers.FloatField(source="point.x", help_text="Point de repère (la mairie d'une commune)")
    lat = serializers.FloatField(source="point.y")
    parent = ParentSerializer(allow_null=True)


class PublicView(APIView):
    """Open to all, the same for all: no session is looked up."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []


def results_of(name: str, serializer: type[serializers.Serializer]) -> dict[int, Any]:
    problem = OpenApiResponse(description="application/problem+json, qui nomme chaque paramètre refusé")
    return {200: inline_serializer(name, {"results": serializer(many=True)}), 400: problem}


@method_decorator(cache_control(public=True, max_age=300), name="get")
class PlacesView(PublicView):
    @extend_schema(
        operation_id="places",
        summary="Compléter le nom d'un lieu",
        parameters=[PlacesQuery],
        responses=results_of("Places", PlaceSerializer),
    )
    def get(self, request: Request) -> Response:
        query = PlacesQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = gazetteer.suggest(query.validated_data["q"], limit=query.validated_data["limit"])
        return Response({"results": PlaceSerializer(found, many=True).data})


@method_decorator(cache_control(public=True, max_age=300), name="get")
class AreasView(PublicView):
    @extend_schema(
        operation_id="areas",
        summary="Chercher un territoire officiel",
        parameters=[AreasQuery],
        responses=results_of("Areas", AreaSerializer),
    )
    def get(self, request: Request) -> Response:
        query = AreasQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        found = gazetteer.areas(wanted["q"], level=wanted["level"], limit=wanted["limit"])
        return Response({"results": AreaSerializer(found, many=True).data})
