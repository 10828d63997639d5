"""What a manager fills in about a campaign. The same forms check the pages and the API.

The rule's form is one page: what is picked, typed, drawn or uploaded travels in it until it is saved.
"""

from collections import defaultdict
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib.gis.geos import MultiPolygon
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from coupons.accepting import Rule
from coupons.campaigns.composing import MOST_AREAS, Distribution, Use
from coupons.choices import Public, Situation
from coupons.models import Campaign, Zone
from directory.models import Category, VenueType
from directory.offer.fields import EurosField
from directory.offer.forms import ticks
from directory.offer.place_forms import date_input
from directory.referential import referential
from geodata.geometry import MAX_BYTES, GeometryRefused, read_geojson
from geodata.models import Area

LEAST_CENTS, MOST_CENTS = 100, 50_000


class AreasField(forms.Field):
    """Territories as "level/code" -> Areas, without their outlines. `mine` are those a rule may name."""

    widget = forms.MultipleHiddenInput
    mine: QuerySet[Area] = Area.objects.none()

    def to_python(self, value: Any) -> list[Area]:
        asked = list(dict.fromkeys(str(text) for text in value or []))
        if len(asked) > MOST_AREAS:
            raise forms.ValidationError(_("500 territoires au plus. Choisissez-en de plus grands."))
        by_level: dict[str, list[str]] = defaultdict(list)
        for text in asked:
            level, _slash, code = text.replace("\0", "").partition("/")
            by_level[level].append(code)
        named = (Q(level=level, code__in=codes) for level, codes in by_level.items())
        found = list(self.mine.filter(reduce(or_, named)).order_by("level", "name")) if asked else []
        if missing := set(asked) - {key(area) for area in found}:
            raise forms.ValidationError(
                _("« %(area)s » n'est pas un territoire que vous pouvez choisir."),
                params={"area": min(missing)[:60]},
            )
        return found


def key(area: Area) -> str:
    return f"{area.level}/{area.code}"


def areas_among(zones: QuerySet[Zone], kept: QuerySet[Area] | None = None) -> QuerySet[Area]:
    """What a rule may name: official territories that have an outline, these zones, what it named before."""
    official = ~Q(level=Area.Level.CUSTOM) & Q(valid_until=None, geom__isnull=False)
    before = Q(pk__in=kept.values("pk")) if kept is not None else Q()
    return Area.objects.filter(official | Q(zone__in=zones) | before).defer("geom")


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Nom de la campagne"),
        max_length=120,
        help_text=_("Il sera imprimé sur les chèques. Par exemple : Chèque numérique de Villeneuve 2027."),
    )


class SheetForm(NameForm):
    summary = forms.CharField(
        label=_("En quelques mots, pour le public"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    face_value_cents = EurosField(
        label=_("Valeur d'un chèque, en euros"),
        required=True,
        help_text=_("De 1 à 500 euros."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    booklet_size = forms.IntegerField(label=_("Chèques par carnet"), min_value=1, max_value=50)
    validity_months = forms.IntegerField(
        label=_("Mois de validité, à partir de la remise"), min_value=1, max_value=36
    )

    def clean_face_value_cents(self) -> int:
        cents = self.cleaned_data["face_value_cents"]
        if cents is None or not LEAST_CENTS <= cents <= MOST_CENTS:
            raise forms.ValidationError(_("Un chèque vaut de 1 à 500 euros."))
        return cents

    def __init__(self, *args: Any, final: bool = False, **kwargs: Any) -> None:
        """`final`: only what is not printed on paper."""
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if final and name != "summary"]:
            del self.fields[name]

    @classmethod
    def initial_of(cls, campaign: Campaign) -> dict[str, Any]:
        return {name: getattr(campaign, name) for name in cls.base_fields}


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("PNG, JPEG ou WebP, 1 Mo au plus. Il sera imprimé sur les chèques."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )


class UseForm(forms.Form):
    """The rule of use. `repaired` is the valid shape to agree to, when the given one is refused but mendable."""

    areas = AreasField(label=_("Territoires"), required=False)
    zone = forms.CharField(
        label=_("Contour en GeoJSON"),
        max_length=MAX_BYTES,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        error_messages={"max_length": _("Ce contour est trop lourd : 1 Mo au plus.")},
    )
    zone_id = forms.ModelChoiceField(queryset=Zone.objects.none(), required=False)
    zone_name = forms.CharField(
        label=_("Nom de la zone dessinée"),
        max_length=200,
        required=False,
        help_text=_("Vous pourrez la reprendre dans une autre campagne."),
    )
    venue_types = ticks([], _("Types de lieu"), _("Ne cochez rien pour accepter tous les lieux."))
    categories = ticks([], _("Services"), _("Ne cochez rien pour accepter tous les services."))
    starts_on = forms.DateField(label=_("Utilisable à partir du"), required=False, widget=date_input())
    ends_on = forms.DateField(label=_("Utilisable jusqu'au (inclus)"), required=False, widget=date_input())
    repaired: MultiPolygon | None = None

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, zones = referential(), campaign.organization.zones.all()
        kinds = sorted(known.venue_types.values(), key=lambda kind: (kind.position, kind.slug))
        self.fields["areas"].mine = areas_among(zones, campaign.areas.all())  # type: ignore[attr-defined]
        self.fields["zone_id"].queryset = zones  # type: ignore[attr-defined]
        self.fields["venue_types"].choices = [(kind.slug, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["categories"].choices = [(row.slug, row.label) for row in known.categories.values()]  # type: ignore[attr-defined]

    def clean_zone(self) -> MultiPolygon | None:
        text = self.cleaned_data["zone"].strip()
        if not text:
            return None
        try:
            return read_geojson(text)
        except GeometryRefused as refusal:
            self.repaired = refusal.repaired
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Le dernier jour est avant le premier."))
        return cleaned

    @property
    def use(self) -> Use:
        cleaned = self.cleaned_data
        return Use(
            areas=list(cleaned["areas"]),
            shape=cleaned["zone"],
            zone=cleaned["zone_id"],
            zone_name=cleaned["zone_name"],
            venue_types=chosen(VenueType, cleaned["venue_types"]),
            categories=chosen(Category, cleaned["categories"]),
            starts_on=cleaned["starts_on"],
            ends_on=cleaned["ends_on"],
        )

    @property
    def rule(self) -> Rule:
        """What was given, as far as it is valid: a preview does not wait for the rest."""
        cleaned, known = self.cleaned_data, referential()
        zone = cleaned.get("zone_id")
        return Rule(
            areas=frozenset(area.pk for area in cleaned.get("areas", ()) if not zone or area.pk != zone.pk),
            shape=cleaned.get("zone"),
            venue_types=frozenset(
                row.pk for row in known.venue_types.values() if row.slug in cleaned.get("venue_types", ())
            ),
            categories=frozenset(
                row.pk for row in known.categories.values() if row.slug in cleaned.get("categories", ())
            ),
        )

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        """The first zone of the campaign is the one that the map opens."""
        chosen_areas = campaign.areas.defer("geom").order_by("pk")
        drawn = next((area for area in chosen_areas if area.level == Area.Level.CUSTOM), None)
        shape = Area.objects.get(pk=drawn.pk).geom if drawn else None
        return {
            "areas": [key(area) for area in chosen_areas if area != drawn],
            "zone": shape.geojson if shape else "",
            "zone_id": drawn.pk if drawn else None,
            "zone_name": drawn.name if drawn else "",
            "venue_types": [kind.slug for kind in campaign.venue_types.all()],
            "categories": [category.slug for category in campaign.categories.all()],
            "starts_on": campaign.starts_on,
            "ends_on": campaign.ends_on,
        }


class DistributionForm(forms.Form):
    hand_over_areas = AreasField(label=_("Territoires de remise"), required=False)
    delivery_points: Any = forms.ModelMultipleChoiceField(
        label=_("Points de remise"),
        help_text=_("Ne cochez rien pour les remettre partout."),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    publics = ticks(Public.choices, _("Pour quel public ?"), _("Ne cochez rien si c'est pour tous."))
    situations = ticks(
        Situation.choices, _("Dans quelle situation ?"), _("Ne cochez rien si c'est pour tous.")
    )
    max_booklets_per_person = forms.IntegerField(
        label=_("Carnets par personne, au plus"), min_value=1, max_value=1_000, required=False
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = campaign.organization.zones.all()
        self.fields["hand_over_areas"].mine = areas_among(zones, campaign.hand_over_areas.all())  # type: ignore[attr-defined]
        points = campaign.organization.delivery_points.in_use()
        self.fields["delivery_points"].queryset = points  # type: ignore[attr-defined]

    @property
    def distribution(self) -> Distribution:
        cleaned = self.cleaned_data
        return Distribution(
            areas=list(cleaned["hand_over_areas"]),
            delivery_points=list(cleaned["delivery_points"]),
            publics=cleaned["publics"],
            situations=cleaned["situations"],
            max_booklets_per_person=cleaned["max_booklets_per_person"],
        )

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        return {
            "hand_over_areas": [key(area) for area in campaign.hand_over_areas.defer("geom")],
            "delivery_points": list(campaign.delivery_points.in_use().values_list("pk", flat=True)),
            "publics": campaign.publics,
            "situations": campaign.situations,
            "max_booklets_per_person": campaign.max_booklets_per_person,
        }


def chosen(model: type[VenueType] | type[Category], slugs: list[str]) -> list[Any]:
    return list(model.objects.filter(slug__in=slugs)) if slugs else []
