"""The GET parameters of the search, described once for the OpenAPI document."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from directory.choices import Audience, Mode
from directory.criteria import DEFAULT_LIMIT, MAX_LIMIT, MAX_RADIUS_KM


def parameter(name: str, kind: Any, description: Any, **kwargs: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, **kwargs)


def number(low: float, high: float) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high}


FILTERS = [
    parameter("q", {"type": "string", "maxLength": 200}, _("Mots cherchés ; le dernier peut être commencé.")),
    parameter("category", str, _("Code d’une catégorie ou d’une sous-catégorie de services.")),
    parameter("venue_type", str, _("Code d’un type de lieu.")),
    parameter("audience", str, _("Public particulièrement accueilli."), enum=Audience.values),
    parameter("accessible", bool, _("true : accessibles en fauteuil roulant.")),
    parameter(
        "price_max", number(0, 10_000), _("Au moins un service à ce prix, en euros ; 0 pour les gratuits.")
    ),
    parameter(
        "open_at", str, _("« now », ou un jour et une heure sur place, sans fuseau : 2026-11-24T14:30.")
    ),
    parameter(
        "mode",
        str,
        _("Sur place, à distance, ou à domicile (le rayon est alors celui du territoire desservi)."),
        enum=Mode.values,
    ),
    parameter(
        "labelled",
        str,
        _("Lieux qui acceptent les chèques (par défaut), ou tous."),
        enum=["yes", "all"],
        default="yes",
    ),
    parameter(
        "campaign",
        {"type": "string", "maxLength": 80},
        _("Code d’une campagne de chèques : là où ses chèques paient, et ce qu’ils paient."),
    ),
    parameter(
        "payable",
        str,
        _("Avec campaign : là où ses chèques paient (par défaut), ou partout, avec la raison."),
        enum=["yes", "all"],
        default="yes",
    ),
]
AROUND = [
    parameter("lon", number(-180, 180), _("Longitude en degrés, avec lat : les plus proches d’abord.")),
    parameter("lat", number(-90, 90), _("Latitude en degrés.")),
    parameter(
        "radius_km", number(0.01, MAX_RADIUS_KM), _("Pas plus loin ; sans lui, la liste n’a pas de limite.")
    ),
]
RECTANGLE = _("Dans ce rectangle : ouest,sud,est,nord en degrés.")
LIST = [
    *AROUND,
    parameter("bbox", str, RECTANGLE),
    *FILTERS,
    parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        _("Lieux par page."),
    ),
    parameter("cursor", str, _("Suite d’une liste : suivez plutôt le lien « next ».")),
]
MAP = [
    parameter("bbox", str, RECTANGLE, required=True),
    parameter(
        "zoom", {"type": "integer", "minimum": 0, "maximum": 22}, _("Zoom de la carte."), required=True
    ),
    *AROUND,
    *FILTERS,
]
