"""What a program reads about venues: GeoJSON features (RFC 7946)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from directory.markers import Marker
from directory.models import Place, Service
from directory.referential import referential
from directory.search import Result


class ServiceSerializer(serializers.ModelSerializer):
    """Prices are in euro cents: 0 is free, null is not known."""

    category = serializers.CharField(source="category.slug", help_text=_("Code de la sous-catégorie."))

    class Meta:
        model = Service
        fields = ["id", "name", "category", "price_cents", "price_note", "duration_min", "audiences", "modes"]


def service_properties(service: Service) -> dict[str, Any]:
    """What ServiceSerializer declares, a hundred times a page."""
    return {
        "id": service.id,
        "name": service.name,
        "category": service.category.slug,
        "price_cents": service.price_cents,
        "price_note": service.price_note,
        "duration_min": service.duration_min,
        "audiences": service.audiences,
        "modes": service.modes,
    }


class PaidServiceSerializer(serializers.Serializer):
    """In euro cents; null where the price is not known."""

    id = serializers.IntegerField()
    by_one_cents = serializers.IntegerField(allow_null=True, help_text=_("Ce que paie un chèque."))
    rest_cents = serializers.IntegerField(
        allow_null=True, help_text=_("Ce qui reste à payer après un chèque.")
    )
    coupons = serializers.IntegerField(allow_null=True, help_text=_("Nombre de chèques qui paient tout."))


class CouponSerializer(serializers.Serializer):
    payable = serializers.BooleanField(help_text=_("Au moins un service se paie avec ces chèques."))
    reason = serializers.CharField(allow_null=True, help_text=_("Pourquoi pas, en une phrase."))
    services = PaidServiceSerializer(many=True)


def coupon_properties(result: Result) -> dict[str, Any] | None:
    """What CouponSerializer declares; None when no campaign was asked about."""
    if result.verdict is None:
        return None
    return {
        "payable": not result.refused,
        "reason": result.refused or None,
        "services": [
            {
                "id": service.pk,
                "by_one_cents": left.by_one_cents,
                "rest_cents": left.rest_cents,
                "coupons": left.coupons,
            }
            for service, left in result.offers
            if left
        ],
    }


def local_instant(at: datetime | None) -> str | None:
    """An instant with the offset of the place it is about, not that of the site."""
    return at.isoformat(timespec="seconds") if at else None


class VenueFeatureSerializer(GeoFeatureModelSerializer):
    """A `Result` of the search: the venue at one of its places. Distances are metres, instants ISO 8601."""

    id = serializers.IntegerField(source="venue.pk", help_text=_("Numéro du lieu."))
    name = serializers.CharField(source="venue.name")
    slug = serializers.CharField(source="venue.slug")
    venue_type = serializers.CharField(
        source="venue.venue_type.slug", default=None, allow_null=True, help_text=_("Code du type de lieu.")
    )
    distance_m = serializers.FloatField(allow_null=True, help_text=_("En mètres ; nul sans lon et lat."))
    address = serializers.CharField(source="place.address")
    postcode = serializers.CharField(source="place.postcode")
    commune = serializers.CharField(source="place.commune")
    commune_code = serializers.CharField(source="place.commune_code", help_text=_("Code INSEE."))
    services = ServiceSerializer(many=True)
    open_now = serializers.BooleanField(
        source="opening.is_open",
        allow_null=True,
        help_text=_("Nul quand les horaires ne sont pas connus."),
    )
    next_change = serializers.DateTimeField(source="opening.next_change", allow_null=True)
    labelled = serializers.BooleanField(help_text=_("Accepte les chèques aujourd’hui."))
    url = serializers.SerializerMethodField(help_text=_("La fiche du lieu."))
    updated_on = serializers.DateField(source="venue.updated_on", allow_null=True)
    place_id = serializers.IntegerField(source="place.pk", help_text=_("Numéro du lieu de service."))
    itinerant = serializers.BooleanField(source="venue.itinerant")
    next_visit_at = serializers.DateTimeField(
        allow_null=True, help_text=_("Prochain passage à cet arrêt, pour un lieu itinérant.")
    )
    stale = serializers.BooleanField(help_text=_("Plus confirmé par sa structure depuis neuf mois."))
    demo = serializers.BooleanField(source="venue.demo", help_text=_("Donnée de démonstration."))
    coupon = CouponSerializer(
        allow_null=True, help_text=_("Ce que paient les chèques de `campaign` ; nul sans elle.")
    )

    class Meta:
        model = Place
        geo_field = "point"
        id_field = "id"
        fields = [
            "id",
            "point",
            "name",
            "slug",
            "venue_type",
            "distance_m",
            "address",
            "postcode",
            "commune",
            "commune_code",
            "services",
            "open_now",
            "next_change",
            "labelled",
            "url",
            "updated_on",
            "place_id",
            "itinerant",
            "next_visit_at",
            "stale",
            "demo",
            "coupon",
        ]

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, result: Result) -> str:
        return self.context["root"] + result.venue.get_absolute_url()

    def to_representation(self, instance: Result) -> dict[str, Any]:
        """What the fields above declare (a test compares them), without their cost: half of the whole
        answer."""
        venue, place, now = instance.venue, instance.place, instance.opening
        return {
            "id": venue.pk,
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [instance.lon, instance.lat]},
            "properties": {
                "name": venue.name,
                "slug": venue.slug,
                "venue_type": venue.venue_type.slug if venue.venue_type else None,
                "distance_m": instance.distance_m,
                "address": place.address,
                "postcode": place.postcode,
                "commune": place.commune,
                "commune_code": place.commune_code,
                "services": [service_properties(service) for service in instance.services],
                "open_now": now.is_open,
                "next_change": local_instant(now.next_change),
                "labelled": instance.labelled,
                "url": self.get_url(instance),
                "updated_on": venue.updated_on and venue.updated_on.isoformat(),
                "place_id": place.pk,
                "itinerant": venue.itinerant,
                "next_visit_at": local_instant(instance.next_visit_at),
                "stale": instance.stale,
                "demo": venue.demo,
                "coupon": coupon_properties(instance),
            },
        }


class MarkerSerializer(GeoFeatureModelSerializer):
    """A `Marker` of the map: a venue with its name, or a group of `count` venues within `bbox`."""

    count = serializers.IntegerField(help_text=_("Nombre de lieux ; 1 : c’est un lieu, avec son nom."))
    bbox = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        help_text=_("D’un groupe : ouest, sud, est, nord de ses lieux, la vue qui les montre tous."),
    )
    id = serializers.IntegerField(required=False, help_text=_("Numéro du lieu."))
    place_id = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False)
    venue_type = serializers.CharField(required=False, allow_null=True)
    itinerant = serializers.BooleanField(required=False)
    url = serializers.URLField(required=False)
    reason = serializers.CharField(
        required=False, help_text=_("Avec campaign et payable=all : pourquoi ces chèques n’y paient rien.")
    )

    class Meta:
        model = Place
        geo_field = "point"
        id_field = None
        fields = [
            "point",
            "count",
            "bbox",
            "id",
            "place_id",
            "name",
            "venue_type",
            "itinerant",
            "url",
            "reason",
        ]

    def to_representation(self, instance: Marker) -> dict[str, Any]:
        """A group has no name, a venue no rectangle: of hundreds of features, only what is there is said."""
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(instance.lon, 6), round(instance.lat, 6)]},
            "properties": self.of_venue(instance.place, instance.reason)
            if instance.place
            else of_group(instance),
        }

    def of_venue(self, place: Place, reason: str) -> dict[str, Any]:
        venue = place.venue
        kind = referential().venue_types.get(venue.venue_type_id or 0)
        return {
            "count": 1,
            "id": venue.pk,
            "place_id": place.pk,
            "name": venue.name,
            "venue_type": kind.slug if kind else None,
            "itinerant": venue.itinerant,
            "url": self.context["root"] + venue.get_absolute_url(),
            **({"reason": reason} if reason else {}),
        }


def of_group(marker: Marker) -> dict[str, Any]:
    return {"count": marker.count, "bbox": [round(degrees, 6) for degrees in marker.bbox]}


def collection(
    serializer: type[VenueFeatureSerializer | MarkerSerializer], found: Iterable[Any], root: str
) -> dict[str, Any]:
    """As `serializer(found, many=True).data`, without serializers that hold each other and all that they read."""
    one = serializer(context={"root": root})
    return {"type": "FeatureCollection", "features": [one.to_representation(row) for row in found]}


class ProblemSerializer(serializers.Serializer):
    """RFC 9457. `errors` names each parameter refused."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = serializers.ListField(  # type: ignore[assignment]
        child=inline_serializer(
            "Refusal", {"name": serializers.CharField(), "reason": serializers.CharField()}
        ),
        required=False,
    )
