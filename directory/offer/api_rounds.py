"""The API of where and when: the stops of a round with their visits, the closures of a venue, the territory of a
service at home."""

import json
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from directory.models import Closure, Place, Service, Venue
from directory.offer import coverage as covering
from directory.offer.api import PROBLEMS, OfferView, checked, done, listed, page_of
from directory.offer.api_shapes import ListQuery, PlaceInput, PlaceShape, Strict
from directory.offer.place_forms import WHEN, ClosureForm, StopForm, VisitForm, ZoneForm
from directory.offer.places import remove_stop, save_stop
from directory.offer.rounds import MOST_VISITS, Round, Visit, When, from_osm, to_osm
from directory.offer.venues import close_venue, open_again
from geodata.models import Area

GONE: dict[Any, Any] = {204: None, **PROBLEMS}


class VisitInput(Strict):
    when = serializers.ChoiceField([choice for choice in WHEN if choice[0]])
    day = serializers.DateField(required=False, allow_null=True, help_text=_("Pour une date"))
    weekday = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=6, help_text=_("Sinon : 0 est lundi")
    )
    start = serializers.CharField(max_length=8, help_text=_("HH:MM"))
    end = serializers.CharField(max_length=8, help_text=_("HH:MM ; 00:00 est la fin du jour"))

    def to_representation(self, visit: Visit) -> dict[str, Any]:
        dated = visit.when is When.DATE
        shown = VisitForm(initial=VisitForm.initial_of(visit))
        return {
            "when": visit.when.value,
            "day": visit.day.isoformat() if dated and visit.day else None,
            "weekday": None if dated else visit.weekday,
            "start": shown["start"].value(),
            "end": shown["end"].value(),
        }


class StopInput(PlaceInput):
    name = serializers.CharField(max_length=250)
    closed_on_holidays = serializers.BooleanField(default=True)
    visits = VisitInput(many=True, max_length=MOST_VISITS)  # type: ignore[call-arg]

    def form(self) -> StopForm:
        given = self.validated_data
        return StopForm({**given, "lon": repr(given["lon"]), "lat": repr(given["lat"])})

    def round(self) -> Round:
        """Each visit by the rules of its line on the page."""
        lines = [VisitForm(dict(visit)) for visit in self.validated_data["visits"]]
        wrong: Any = {str(rank): line.errors for rank, line in enumerate(lines) if not line.is_valid()}
        if wrong:
            raise ValidationError({"visits": wrong})
        visits = tuple(line.visit for line in lines if line.visit)
        return Round(visits, self.validated_data["closed_on_holidays"])


class StopShape(PlaceShape):
    """`visits` is null when the hours were written otherwise than as visits (an import)."""

    closed_on_holidays = serializers.SerializerMethodField()
    visits = serializers.SerializerMethodField()

    class Meta(PlaceShape.Meta):
        fields = (*PlaceShape.Meta.fields, "closed_on_holidays", "visits")  # type: ignore[assignment]

    def get_closed_on_holidays(self, stop: Place) -> bool | None:
        calendar = from_osm(stop.hours)
        return calendar.closed_on_holidays if calendar else None

    @extend_schema_field(VisitInput(many=True, allow_null=True))
    def get_visits(self, stop: Place) -> list[dict[str, Any]] | None:
        calendar = from_osm(stop.hours)
        return list(VisitInput(calendar.visits, many=True).data) if calendar else None


class ClosureInput(Strict):
    first = serializers.DateField(help_text=_("Premier jour de fermeture"))
    last = serializers.DateField(help_text=_("Dernier jour de fermeture"))
    reason = serializers.CharField(required=False, allow_blank=True, max_length=120)


class ClosureShape(serializers.Serializer):
    id = serializers.IntegerField()
    first = serializers.DateField(source="during.lower")
    last = serializers.DateField(source="last_day")
    reason = serializers.CharField()


class AreaShape(serializers.Serializer):
    level = serializers.ChoiceField(Area.Level.choices)
    code = serializers.CharField()
    name = serializers.CharField()


class ServedTerritoryShape(serializers.Serializer):
    areas = AreaShape(many=True)
    zone = serializers.DictField(allow_null=True, help_text=_("GeoJSON MultiPolygon"))


class OfStops(OfferView):
    """What both addresses of stops share."""

    def stops(self, venue: Venue) -> QuerySet[Place]:
        return venue.places.filter(is_stop=True).order_by("pk")

    def saved(self, venue: Venue, stop: Place | None) -> Place:
        read = self.given(StopInput)
        form, calendar = checked(read.form()), read.round()
        told = {"point": form.cleaned_data["point"], "address": form.written, "hours": to_osm(calendar)}
        return done(lambda: save_stop(venue=venue, stop=stop, **told, by=self.by, at=timezone.now()))


class StopsView(OfStops):
    @extend_schema(
        operation_id="offer_stops",
        summary=_("Lire les arrêts d'un lieu itinérant"),
        parameters=[ListQuery],
        responses=page_of("OfferStops", StopShape),
    )
    def get(self, request: Request, venue_id: int) -> Response:
        return listed(request, self.stops(get_object_or_404(self.venues(), pk=venue_id)), StopShape)

    @extend_schema(
        operation_id="offer_stop_create",
        summary=_("Ajouter un arrêt et ses passages"),
        request=StopInput,
        responses={201: StopShape, **PROBLEMS},
    )
    def post(self, request: Request, venue_id: int) -> Response:
        return Response(StopShape(self.saved(self.to_change(self.venues, venue_id), None)).data, status=201)


class StopView(OfStops):
    @extend_schema(
        operation_id="offer_stop", summary=_("Lire un arrêt"), responses={200: StopShape, **PROBLEMS}
    )
    def get(self, request: Request, venue_id: int, stop_id: int) -> Response:
        venue = get_object_or_404(self.venues(), pk=venue_id)
        return Response(StopShape(get_object_or_404(self.stops(venue), pk=stop_id)).data)

    @extend_schema(
        operation_id="offer_stop_replace",
        summary=_("Remplacer un arrêt et ses passages"),
        request=StopInput,
        responses={200: StopShape, **PROBLEMS},
    )
    def put(self, request: Request, venue_id: int, stop_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        return Response(StopShape(self.saved(venue, get_object_or_404(self.stops(venue), pk=stop_id))).data)

    @extend_schema(operation_id="offer_stop_remove", summary=_("Supprimer un arrêt"), responses=GONE)
    def delete(self, request: Request, venue_id: int, stop_id: int) -> Response:
        stop = get_object_or_404(self.stops(self.to_change(self.venues, venue_id)), pk=stop_id)
        done(lambda: remove_stop(stop=stop, by=self.by, at=timezone.now()))
        return Response(status=204)


class ClosuresView(OfferView):
    @extend_schema(
        operation_id="offer_closures",
        summary=_("Lire les fermetures d'un lieu"),
        parameters=[ListQuery],
        responses=page_of("OfferClosures", ClosureShape),
    )
    def get(self, request: Request, venue_id: int) -> Response:
        venue = get_object_or_404(self.venues(), pk=venue_id)
        return listed(request, venue.closures.order_by("pk"), ClosureShape)

    @extend_schema(
        operation_id="offer_closure_create",
        summary=_("Fermer un lieu pendant des jours"),
        description=_("Du premier jour au dernier, tous deux compris, quels que soient les horaires."),
        request=ClosureInput,
        responses={201: ClosureShape, **PROBLEMS},
    )
    def post(self, request: Request, venue_id: int) -> Response:
        venue = self.to_change(self.venues, venue_id)
        days = checked(ClosureForm(self.given(ClosureInput).validated_data)).cleaned_data
        made = done(lambda: close_venue(venue=venue, **days, by=self.by, at=timezone.now()))
        return Response(ClosureShape(made).data, status=201)


class ClosureView(OfferView):
    @extend_schema(operation_id="offer_closure_remove", summary=_("Rouvrir un lieu"), responses=GONE)
    def delete(self, request: Request, venue_id: int, closure_id: int) -> Response:
        closures: QuerySet[Closure] = self.to_change(self.venues, venue_id).closures
        closure = get_object_or_404(closures, pk=closure_id)
        done(lambda: open_again(closure=closure, by=self.by, at=timezone.now()))
        return Response(status=204)


class CoverageView(OfferView):
    @extend_schema(
        operation_id="offer_coverage",
        summary=_("Lire où un service est rendu à domicile"),
        responses={200: ServedTerritoryShape, **PROBLEMS},
    )
    def get(self, request: Request, service_id: int) -> Response:
        return Response(told(get_object_or_404(self.services(), pk=service_id)))


class CoverageAreaView(OfferView):
    """An official area, by its level and code."""

    @extend_schema(
        operation_id="offer_coverage_add",
        summary=_("Ajouter un territoire officiel"),
        request=None,
        responses={200: ServedTerritoryShape, **PROBLEMS},
    )
    def put(self, request: Request, service_id: int, level: str, code: str) -> Response:
        service = self.to_change(self.services, service_id)
        official = Area.objects.current().exclude(level=Area.Level.CUSTOM)
        area = get_object_or_404(official, level=level, code=code)
        done(lambda: covering.add_area(service=service, area=area, by=self.by))
        return Response(told(service))

    @extend_schema(
        operation_id="offer_coverage_remove", summary=_("Enlever un territoire officiel"), responses=GONE
    )
    def delete(self, request: Request, service_id: int, level: str, code: str) -> Response:
        service = self.to_change(self.services, service_id)
        area = get_object_or_404(service.coverage.exclude(level=Area.Level.CUSTOM), level=level, code=code)
        done(lambda: covering.remove_area(service=service, area=area, by=self.by))
        return Response(status=204)


class CoverageZoneView(OfferView):
    """The one drawn zone of a service."""

    @extend_schema(
        operation_id="offer_coverage_zone",
        summary=_("Dessiner la zone d'un service"),
        description=_(
            "GeoJSON : Polygon ou MultiPolygon, en longitude et latitude. Remplace la zone d'avant."
        ),
        request=OpenApiTypes.OBJECT,
        responses={200: ServedTerritoryShape, **PROBLEMS},
    )
    def put(self, request: Request, service_id: int) -> Response:
        """Read as it came: its guard counts bytes and brackets before anything parses it."""
        service = self.to_change(self.services, service_id)
        zone = checked(ZoneForm({"zone": request.body.decode(errors="replace")})).cleaned_data["zone"]
        done(lambda: covering.draw_zone(service=service, geom=zone, by=self.by))
        return Response(told(service))

    @extend_schema(
        operation_id="offer_coverage_zone_remove", summary=_("Effacer la zone d'un service"), responses=GONE
    )
    def delete(self, request: Request, service_id: int) -> Response:
        service = self.to_change(self.services, service_id)
        zone = covering.drawn_zone(service)
        if zone:
            done(lambda: covering.remove_area(service=service, area=zone, by=self.by))
        return Response(status=204)


def told(service: Service) -> dict[str, Any]:
    """What ServedTerritoryShape describes."""
    zone = covering.drawn_zone(service)
    areas = service.coverage.exclude(level=Area.Level.CUSTOM).defer("geom").order_by("level", "code")
    shape = json.loads(zone.geom.geojson) if zone and zone.geom else None
    return {"areas": AreaShape(areas, many=True).data, "zone": shape}
