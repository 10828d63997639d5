"""GET parameters in, `Criteria` out. The names are those of the API; pages use the same ones."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from directory.choices import Audience, Mode
from directory.criteria import DEFAULT_LIMIT, MAX_LIMIT, MAX_RADIUS_KM, Criteria
from directory.cursors import BadCursor, Cursor
from directory.referential import referential
from directory.schemes import Scheme, scheme_named
from geodata.geometry import GeometryRefused, read_bbox, read_point, touches_france

MAX_ZOOM = 22
ANY = ("", _("Tous"))
NUMBER = forms.TextInput(attrs={"inputmode": "decimal"})


class FlagInput(forms.CheckboxInput):
    """A checkbox that hands over what was sent, so that "accessible=banana" can be refused."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name, "")


class FlagField(forms.Field):
    widget = FlagInput
    MEANINGS = {"": False, "false": False, "0": False, "true": True, "1": True, "on": True}

    def to_python(self, value: Any) -> bool:
        try:
            return self.MEANINGS[str(value or "").lower()]
        except KeyError:
            raise ValidationError(_("Répondez par true ou false.")) from None


class EurosField(forms.DecimalField):
    """Euros, with a point or a comma."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class OpenAtField(forms.Field):
    """ "now", or the wall clock at the venue: 2026-11-24T14:30."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if text in ("", "now"):
            return text or None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo or not 2000 <= moment.year < 2100:
            raise ValidationError(
                _("Donnez « now », ou un jour et une heure sur place comme 2026-11-24T14:30.")
            )
        return moment.replace(second=0, microsecond=0)


def categories() -> Iterator[tuple[str, Any]]:
    """Each category with its sub-categories, as grouped choices."""
    rows = referential()
    yield ANY
    for parent in rows.main_categories:
        children = [(child.slug, child.name) for child in rows.children(parent)]
        yield parent.name, [(parent.slug, parent.name), *children]


def venue_types() -> list[tuple[str, Any]]:
    return [ANY, *((row.slug, row.name) for row in referential().venue_types.values())]


class SharedFields(dict[str, forms.Field]):
    """Fields that no form changes, so that none copies them: the copies took a tenth of an answer."""

    def __deepcopy__(self, memo: Any) -> dict[str, forms.Field]:
        return dict(self)


def sharing_fields(form: type[forms.Form]) -> type[forms.Form]:
    form.base_fields = SharedFields(form.base_fields)
    return form


@sharing_fields
class SearchForm(forms.Form):
    """`strict` is for programs: a parameter that is unknown, repeated or without effect is an error."""

    place = forms.CharField(label=_("Où êtes-vous ?"), required=False, max_length=200)
    q = forms.CharField(label=_("Que cherchez-vous ?"), required=False, max_length=200)
    lon = forms.CharField(label=_("Longitude"), required=False, max_length=40)
    lat = forms.CharField(label=_("Latitude"), required=False, max_length=40)
    radius_km = forms.FloatField(
        label=_("Rayon en kilomètres"),
        required=False,
        min_value=0.01,
        max_value=MAX_RADIUS_KM,
        widget=NUMBER,
    )
    bbox = forms.CharField(label=_("Rectangle"), required=False, max_length=200)
    category = forms.ChoiceField(label=_("Besoin"), required=False, choices=categories)
    venue_type = forms.ChoiceField(label=_("Type de lieu"), required=False, choices=venue_types)
    audience = forms.ChoiceField(
        label=_("Particulièrement pour"), required=False, choices=[ANY, *Audience.choices]
    )
    accessible = FlagField(label=_("Accessible en fauteuil roulant"), required=False)
    price_max = EurosField(
        label=_("Prix maximum en euros"), required=False, min_value=0, max_value=10_000, decimal_places=2
    )
    open_at = OpenAtField(label=_("Ouvert"), required=False)
    mode = forms.ChoiceField(label=_("Comment"), required=False, choices=[ANY, *Mode.choices])
    labelled = forms.ChoiceField(
        label=_("Chèques #APTIC"),
        required=False,
        choices=[("yes", _("Lieux qui acceptent les chèques")), ("all", _("Tous les lieux"))],
    )
    campaign = forms.CharField(label=_("Chèques de la campagne"), required=False, max_length=80)
    payable = forms.ChoiceField(
        label=_("Payé par ces chèques"),
        required=False,
        choices=[("yes", _("Lieux où ces chèques paient")), ("all", _("Tous les lieux"))],
    )
    limit = forms.IntegerField(
        label=_("Résultats par page"), required=False, min_value=1, max_value=MAX_LIMIT
    )
    cursor = forms.CharField(label=_("Suite"), required=False, max_length=1600)

    PAGES_ONLY = {"place"}

    def __init__(self, data: Mapping[str, Any] | None = None, *, strict: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.strict = strict
        if strict:
            for name in self.PAGES_ONLY:
                del self.fields[name]

    def clean_cursor(self) -> Cursor | None:
        text = self.cleaned_data["cursor"]
        try:
            return Cursor.decoded(text) if text else None
        except BadCursor:
            raise ValidationError(
                _("Ce n’est pas la suite d’une recherche : repartez de la première page.")
            ) from None

    def clean_campaign(self) -> Scheme | None:
        slug = self.cleaned_data["campaign"]
        found = scheme_named(slug) if slug else None
        if slug and not found:
            raise ValidationError(
                _("Aucune campagne de chèques ne s’appelle « %(slug)s »."), params={"slug": slug}
            )
        return found

    def clean_bbox(self) -> Any:
        text = self.cleaned_data["bbox"]
        try:
            return read_bbox(text) if text else None
        except GeometryRefused as refused:
            raise ValidationError(without_name(refused)) from None

    def clean(self) -> dict[str, Any]:
        if self.strict:
            self._refuse_what_means_nothing()
        data = self.cleaned_data
        data["point"] = self._point(data.get("lon", ""), data.get("lat", ""))
        cursor = data.get("cursor")
        if cursor and isinstance(cursor.after, str) == bool(data["point"]):
            self.add_error("cursor", _("Cette suite est celle d’une autre recherche."))
        return data

    def _refuse_what_means_nothing(self) -> None:
        for name in self.data:
            if name not in self.fields:
                self.errors[name[:60]] = self.error_class([_now("Ce paramètre n’existe pas.")])
            elif hasattr(self.data, "getlist") and len(self.data.getlist(name)) > 1:
                self.add_error(name, _("Ce paramètre est donné plusieurs fois."))
        if self.data.get("payable") and not self.data.get("campaign"):
            self.add_error("payable", _("Dites de quelle campagne : donnez aussi campaign."))
        if self.data.get("radius_km") and not (self.data.get("lon") or self.data.get("lat")):
            self.add_error("radius_km", _("Un rayon a besoin d’un centre : donnez aussi lon et lat."))

    def _point(self, lon: str, lat: str) -> Point | None:
        if not (lon or lat) or {"lon", "lat"} & self.errors.keys():
            return None
        for coordinates in ((lon, "0"), ("0", lat)):
            try:
                read_point(*coordinates)
            except GeometryRefused as refused:
                self.add_error(refused.field, without_name(refused))
        if {"lon", "lat"} & self.errors.keys():
            return None
        point = read_point(lon, lat)
        if not in_france(point.x, point.y) and in_france(point.y, point.x):
            self.add_error("lon", _("latitude et longitude semblent inversées."))
        return point

    def criteria(self) -> Criteria:
        """What was asked; call it on a valid form."""
        data = self.cleaned_data
        radius_km, price_max = data["radius_km"], data["price_max"]
        return Criteria(
            point=data["point"],
            radius_m=radius_km * 1000 if radius_km and data["point"] else None,
            bbox=data["bbox"],
            q=data["q"],
            category=data["category"],
            venue_type=data["venue_type"],
            audience=data["audience"],
            accessible=data["accessible"],
            price_max_cents=None if price_max is None else int(price_max * 100),
            open_at=data["open_at"],
            mode=data["mode"],
            labelled=data["labelled"] != "all",
            campaign=data["campaign"],
            payable=not data["campaign"] or data["payable"] != "all",
            limit=data.get("limit") or DEFAULT_LIMIT,
            cursor=data.get("cursor"),
        )


@sharing_fields
class MapForm(SearchForm):
    """What a map asks: its rectangle and zoom, and the criteria of the search. Always strict."""

    bbox = forms.CharField(label=_("Rectangle"), max_length=200)
    zoom = forms.IntegerField(label=_("Zoom"), min_value=0, max_value=MAX_ZOOM)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, strict=True)
        for name in ("limit", "cursor"):
            del self.fields[name]


def in_france(lon: float, lat: float) -> bool:
    return touches_france((lon, lat, lon, lat))


def without_name(refused: GeometryRefused) -> str:
    """The reason alone: a form's error already stands beside the parameter's name."""
    return refused.message.removeprefix(refused.field).lstrip(" :")
