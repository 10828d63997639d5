"""What the API of campaigns and coverage takes and gives. Values go through the forms of the pages."""

import json
from typing import Any

from django.contrib.gis.geos import MultiPolygon
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from coupons.accepting import Rule
from coupons.campaigns.forms import AreasField, DistributionForm, SheetForm, UseForm, areas_among
from coupons.campaigns.telling import warnings
from coupons.choices import Public, Situation
from coupons.coverage import Coverage
from coupons.models import Campaign, Zone
from coupons.rules import distribution_in_words, in_words
from directory.models import User
from directory.offer.api_shapes import Strict, codes
from directory.offer.fields import euros
from directory.referential import referential
from geodata.geometry import GeometryRefused, read_geojson
from geodata.models import Area


class AreaKey(Strict):
    level = serializers.ChoiceField(Area.Level.choices)
    code = serializers.CharField(max_length=40)


class Slugs(serializers.ListField):
    child = serializers.CharField(max_length=40)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 50, **options})


class Areas(serializers.ListField):
    child = AreaKey()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 500, **options})

    def to_internal_value(self, data: Any) -> list[str]:
        return [f"{area['level']}/{area['code']}" for area in super().to_internal_value(data)]


@extend_schema_field(OpenApiTypes.OBJECT)
class Geometry(serializers.JSONField):
    """A GeoJSON Polygon or MultiPolygon, alone or in Features."""


class CoverageInput(Strict):
    areas = Areas(help_text=_("Territoires officiels, ou vos zones (`custom`) ; vide : partout"))
    geometry = Geometry(required=False, allow_null=True, help_text=_("Territoire dessiné, en GeoJSON"))
    venue_types = Slugs(help_text=_("Codes des types de lieu ; vide : tous"))
    categories = Slugs(help_text=_("Codes des catégories ou sous-catégories ; vide : toutes"))

    def rule(self, user: User) -> Rule:
        """Raises ValidationError, which names what is wrong."""
        given = self.validated_data
        areas = AreasField(required=False)
        areas.mine = areas_among(Zone.objects.for_user(user))
        return Rule(
            areas=frozenset(area.pk for area in checked("areas", lambda: areas.clean(given.get("areas")))),
            shape=shape_of(given.get("geometry")),
            venue_types=known("venue_types", given, referential().venue_types),
            categories=known("categories", given, referential().categories),
        )


def shape_of(geometry: Any) -> MultiPolygon | None:
    if geometry is None:
        return None
    try:
        return read_geojson(json.dumps(geometry))
    except GeometryRefused as refusal:
        raise serializers.ValidationError({"geometry": [refusal.message]}) from refusal


def checked(name: str, act: Any) -> Any:
    try:
        return act()
    except ValidationError as error:
        raise serializers.ValidationError({name: error.messages}) from error


def known(name: str, given: Any, rows: Any) -> frozenset[int]:
    by_slug = {row.slug: row.pk for row in rows.values()}
    for slug in given.get(name, ()):
        if slug not in by_slug:
            raise serializers.ValidationError(
                {name: [_("« %(slug)s » n'est pas dans la liste.") % {"slug": slug}]}
            )
    return frozenset(by_slug[slug] for slug in given.get(name, ()))


class TallyShape(serializers.Serializer):
    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class ReachShape(serializers.Serializer):
    km = serializers.IntegerField()
    inhabitants = serializers.IntegerField()
    share = serializers.FloatField()


class LeftOutShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    population = serializers.IntegerField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    km = serializers.FloatField(allow_null=True, help_text=_("Jusqu'au lieu le plus proche"))


class WarnedShape(serializers.Serializer):
    code = serializers.CharField()
    sentence = serializers.CharField()
    remedies = serializers.ListField(child=serializers.CharField())


class LoosenedShape(serializers.Serializer):
    change = serializers.ChoiceField(["categories", "venue_types", "both", "wider"])
    venues = serializers.IntegerField()
    left_out = serializers.IntegerField(help_text=_("Communes encore trop loin"))


class CoverageShape(serializers.Serializer):
    venues = serializers.IntegerField()
    places = serializers.IntegerField()
    services = serializers.IntegerField()
    at_home = serializers.IntegerField(help_text=_("Lieux qui viennent à domicile"))
    venue_types = TallyShape(many=True)
    categories = TallyShape(many=True)
    communes = serializers.IntegerField()
    inhabitants = serializers.IntegerField()
    approximate = serializers.BooleanField()
    reach = ReachShape(many=True)
    left_out = LeftOutShape(many=True, help_text=_("Les 300 plus peuplées, à plus de 20 km d'un lieu"))
    left_out_communes = serializers.IntegerField()
    left_out_inhabitants = serializers.IntegerField()
    hours_a_week = serializers.IntegerField()
    places_with_hours = serializers.IntegerField()
    loosened = LoosenedShape(many=True)
    warnings = serializers.SerializerMethodField()

    @extend_schema_field(WarnedShape(many=True))
    def get_warnings(self, found: Coverage) -> Any:
        return WarnedShape(warnings(found), many=True).data


class CampaignInput(CoverageInput):
    """What is not named stays as it is."""

    name = serializers.CharField(max_length=120)
    summary = serializers.CharField(required=False, allow_blank=True, max_length=600)
    face_value_cents = serializers.IntegerField(required=False, min_value=100, max_value=50_000)
    booklet_size = serializers.IntegerField(required=False, min_value=1, max_value=50)
    validity_months = serializers.IntegerField(required=False, min_value=1, max_value=36)
    zone_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    hand_over_areas = Areas()
    delivery_points = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=500)
    publics = codes(Public)
    situations = codes(Situation)
    max_booklets_per_person = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=1_000
    )

    def touches(self, form: Any) -> bool:
        names = {"zone": "geometry"}
        return any(names.get(name, name) in self.validated_data for name in form.base_fields)

    def sheet(self, campaign: Campaign) -> SheetForm:
        data = {**SheetForm.initial_of(campaign), **self.validated_data}
        return SheetForm({**data, "face_value_cents": euros(data["face_value_cents"])})

    def use(self, campaign: Campaign) -> UseForm:
        given = dict(self.validated_data)
        if "geometry" in given:
            geometry = given.pop("geometry")
            given["zone"] = "" if geometry is None else json.dumps(geometry)
        return UseForm({**UseForm.initial_of(campaign), **given}, campaign=campaign)

    def distribution(self, campaign: Campaign) -> DistributionForm:
        data = {**DistributionForm.initial_of(campaign), **self.validated_data}
        return DistributionForm(data, campaign=campaign)


class NewCampaignInput(CampaignInput):
    organization = serializers.IntegerField()


class CampaignShape(serializers.ModelSerializer):
    organization = serializers.IntegerField(source="organization_id")
    areas = serializers.SerializerMethodField()
    hand_over_areas = serializers.SerializerMethodField()
    venue_types: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)
    categories: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)
    use_in_words = serializers.SerializerMethodField()
    distribution_in_words = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields = (
            "id",
            "organization",
            "name",
            "slug",
            "summary",
            "face_value_cents",
            "booklet_size",
            "validity_months",
            "areas",
            "venue_types",
            "categories",
            "starts_on",
            "ends_on",
            "hand_over_areas",
            "delivery_points",
            "publics",
            "situations",
            "max_booklets_per_person",
            "use_in_words",
            "distribution_in_words",
            "created_at",
            "frozen_at",
            "archived_at",
        )

    @extend_schema_field(AreaKey(many=True))
    def get_areas(self, campaign: Campaign) -> list[dict[str, str]]:
        return keys(campaign.areas.all())

    @extend_schema_field(AreaKey(many=True))
    def get_hand_over_areas(self, campaign: Campaign) -> list[dict[str, str]]:
        return keys(campaign.hand_over_areas.all())

    def get_use_in_words(self, campaign: Campaign) -> list[str]:
        return in_words(campaign)

    def get_distribution_in_words(self, campaign: Campaign) -> list[str]:
        return distribution_in_words(campaign)


class CampaignLine(serializers.ModelSerializer):
    """As in a list: without its rule."""

    organization = serializers.IntegerField(source="organization_id")

    class Meta:
        model = Campaign
        fields = ("id", "organization", "name", "slug", "created_at", "frozen_at", "archived_at")


def keys(areas: Any) -> list[dict[str, str]]:
    return [{"level": area.level, "code": area.code} for area in areas]
