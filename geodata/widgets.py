"""A point typed as two numbers: the admin's own map would load its code and tiles from other sites."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _

from geodata.geometry import GeometryRefused, read_point


class LonLatWidget(forms.MultiWidget):
    """Longitude, then latitude."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        longitude = forms.NumberInput(
            {"step": "any", "aria-label": _("longitude"), "placeholder": _("longitude")}
        )
        latitude = forms.NumberInput(
            {"step": "any", "aria-label": _("latitude"), "placeholder": _("latitude")}
        )
        super().__init__({"lon": longitude, "lat": latitude}, attrs)

    def decompress(self, value: Point | None) -> list[float | None]:
        return [value.x, value.y] if value else [None, None]


class LonLatField(forms.MultiValueField):
    """Cleans to a WGS 84 point, or None when both numbers are left out."""

    widget = LonLatWidget

    def __init__(self, **kwargs: Any) -> None:
        for unused in ("srid", "geom_type", "is_3d", "max_geom_collections"):
            kwargs.pop(unused, None)
        super().__init__(fields=[forms.FloatField(), forms.FloatField()], require_all_fields=True, **kwargs)

    def compress(self, data_list: list[float]) -> Point | None:
        if not data_list:
            return None
        try:
            return read_point(*data_list)
        except GeometryRefused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
