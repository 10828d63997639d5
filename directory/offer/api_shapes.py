"""What the offer API takes and gives. The rules are those of the pages: values go through the same forms."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from directory.choices import Accessibility, AccessMode, Audience, Mode, ReviewStatus, SupportMode
from directory.models import Place, Service, Venue
from directory.offer.fields import MOST_CENTS, euros
from directory.offer.forms import TRUTH, ServiceForm, VenueForm
from directory.offer.place_forms import AddressForm
from directory.referential import referential


def codes(choices: Any, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices.choices), required=False, **options)


def texts(longest: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=longest), required=False, max_length=10
    )


class Strict(serializers.Serializer):
    """What it does not name is refused by its name, rather than dropped in silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({str(name): [_("Champ inconnu.")] for name in sorted(unknown)})
        return super().to_internal_value(data)


class ServiceInput(Strict):
    name = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=40, help_text=_("Code de la sous-catégorie"))
    price_cents = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MOST_CENTS,
        help_text=_("0 : gratuit ; null : à demander"),
    )
    price_note = serializers.CharField(required=False, allow_blank=True, max_length=200)
    duration_min = serializers.IntegerField(required=False, allow_null=True)
    description = serializers.CharField(required=False, allow_blank=True)
    audiences = codes(Audience)
    modes = codes(Mode)
    schedule = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=_("Écriture d'OpenStreetMap ; vide : les horaires du lieu"),
    )

    def form(self, service: Service | None = None) -> ServiceForm:
        """The page's form, filled in with what is given over what stands."""
        given = dict(self.validated_data)
        data = ServiceForm.initial_of(service) if service else {}
        if "price_cents" in given:
            data["price"] = given.pop("price_cents")
        data = {**data, **given}
        data["price"] = euros(data.get("price"))
        return ServiceForm(
            {name: value for name, value in data.items() if value is not None}, with_schedule=True
        )


class NewServiceInput(ServiceInput):
    venue = serializers.IntegerField()


class VenueInput(Strict):
    name = serializers.CharField(max_length=250)
    venue_type = serializers.CharField(max_length=40, help_text=_("Code du type de lieu"))
    itinerant = serializers.BooleanField(required=False)
    summary = serializers.CharField(required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=40)
    emails = texts(254)
    websites = texts(500)
    booking_url = serializers.CharField(required=False, allow_blank=True, max_length=500)
    languages = texts(40)
    audiences = codes(Audience)
    access_modes = codes(AccessMode)
    support_modes = codes(SupportMode)
    accessible = serializers.BooleanField(required=False, allow_null=True)
    accessibility = codes(Accessibility)
    access_url = serializers.CharField(required=False, allow_blank=True, max_length=500)

    def form(self, venue: Venue | None = None) -> VenueForm:
        given = dict(self.validated_data)
        if "accessible" in given:
            given["accessible"] = {truth: answer for answer, truth in TRUTH.items()}[given["accessible"]]
        data = {**(VenueForm.initial_of(venue) if venue else {}), **given}
        lines = {name: "\n".join(data.get(name, [])) for name in ("emails", "websites", "languages")}
        return VenueForm({**data, **lines})


class NewVenueInput(VenueInput):
    organization = serializers.IntegerField()


class PlaceInput(Strict):
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    address = serializers.CharField(required=False, allow_blank=True, max_length=300)
    address_extra = serializers.CharField(required=False, allow_blank=True, max_length=300)
    postcode = serializers.CharField(required=False, allow_blank=True, max_length=5)

    def form(self) -> AddressForm:
        given = self.validated_data
        return AddressForm({**given, "lon": repr(given["lon"]), "lat": repr(given["lat"])})


class HoursInput(Strict):
    hours = serializers.CharField(allow_blank=True, max_length=1_000, help_text=_("Écriture d'OpenStreetMap"))


class PendingShape(serializers.Serializer):
    """A change of category or price that waits for its review."""

    category = serializers.SerializerMethodField()
    price_cents = serializers.IntegerField(allow_null=True)
    price_note = serializers.CharField()
    status = serializers.ChoiceField(ReviewStatus.choices)
    review_note = serializers.CharField()

    def get_category(self, service: Service) -> str:
        return referential().categories[service.category_id].slug


class ServiceShape(PendingShape):
    id = serializers.IntegerField()
    venue = serializers.IntegerField(source="venue_id")
    name = serializers.CharField()
    description = serializers.CharField()
    duration_min = serializers.IntegerField(allow_null=True)
    audiences = codes(Audience)
    modes = codes(Mode)
    schedule = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    pending = PendingShape(source="revision", allow_null=True, default=None)


class PlaceShape(serializers.ModelSerializer):
    lon = serializers.FloatField(source="point.x", default=None, allow_null=True)
    lat = serializers.FloatField(source="point.y", default=None, allow_null=True)

    class Meta:
        model = Place
        fields = (
            "id",
            "is_stop",
            "name",
            "address",
            "address_extra",
            "postcode",
            "commune",
            "commune_code",
            "lon",
            "lat",
            "hours",
            "timezone",
        )


class VenueShape(serializers.ModelSerializer):
    organization = serializers.IntegerField(source="organization_id")
    venue_type = serializers.SerializerMethodField()
    places = PlaceShape(many=True)

    class Meta:
        model = Venue
        fields = (
            "id",
            "organization",
            "published",
            "name",
            "venue_type",
            "itinerant",
            "summary",
            "description",
            "phone",
            "emails",
            "websites",
            "booking_url",
            "languages",
            "audiences",
            "access_modes",
            "support_modes",
            "accessible",
            "accessibility",
            "access_url",
            "updated_on",
            "verified_on",
            "places",
        )

    def get_venue_type(self, venue: Venue) -> str:
        kind = referential().venue_types.get(venue.venue_type_id or 0)
        return kind.slug if kind else ""


class ListQuery(serializers.Serializer):
    after = serializers.IntegerField(
        required=False, min_value=0, default=0, help_text=_("Numéro du dernier déjà lu")
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=50)
