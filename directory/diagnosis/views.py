"""Pages of the diagnosis: which département, its figures, its map, its data."""

import json
from datetime import date
from itertools import groupby
from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from directory import maps
from directory.diagnosis.measuring import Diagnosis, departements, diagnosis
from directory.portrait import Portrait
from directory.referential import referential
from directory.wording import distance
from geodata.folding import fold
from geodata.models import Area

MOST_LISTED = 200
LONGEST_QUESTION = 60


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All of them, by region; those that look like what was typed, or the only one."""
    typed = request.GET.get("q", "")[:LONGEST_QUESTION].replace("\x00", "").strip()
    rows = list(departements())
    if typed:
        folded = fold(typed)
        rows = [row for row in rows if row.code.upper() == typed.upper()] or [
            row for row in rows if folded and folded in fold(row.name)
        ]
    if typed and len(rows) == 1:
        return redirect("diagnosis:departement", code=rows[0].code)
    regions = [(region, list(some)) for region, some in groupby(rows, key=lambda row: row.parent)]
    return render(request, "diagnosis/index.html", {"regions": regions, "typed": typed})


@require_safe
def departement(request: HttpRequest, code: str) -> HttpResponse:
    area = departement_of(code)
    found = diagnosis(area, today())
    left_out = found.left_out
    context = {
        "area": area,
        "found": found,
        "categories": [(referential().categories[one.category], one) for one in found.categories],
        "left_out": left_out[:MOST_LISTED],
        "left_out_number": len(left_out),
    }
    return render(request, "diagnosis/departement.html", context)


@require_safe
@xframe_options_sameorigin
@csp_update({"script-src": [SELF, NONCE], "style-src": [SELF, NONCE]})  # type: ignore[arg-type]
def departement_map(request: HttpRequest, code: str) -> HttpResponse:
    """The folium map alone, for the frame of the page."""
    area = departement_of(code)
    found = diagnosis(area, today())
    quarters = Area.objects.current().at_level(Area.Level.QPV).filter(parent=area, geom__isnull=False)
    parts = maps.diagnosis(
        area,
        Portrait(area, today()).on_the_map(),
        [(spoken(one.name, one.km), one.lon, one.lat, one.population) for one in found.left_out],
        list(quarters),
        nonce=str(request.csp_nonce),  # type: ignore[attr-defined]
    )
    return render(request, "directory/area_map.html", {"name": area.name, **parts})


def spoken(name: str, km: float | None) -> str:
    if km is None:
        return _("%(name)s : rien à moins de 30 km") % {"name": name}
    return _("%(name)s : à %(far)s d'un lieu") % {"name": name, "far": distance(km * 1000)}


@require_safe
def data(request: HttpRequest, code: str) -> HttpResponse:
    """GeoJSON (RFC 7946): town halls of all communes, and priority districts, with their distances."""
    area = departement_of(code)
    text = json.dumps(collection(diagnosis(area, today())), ensure_ascii=False)
    name = f"diagnostic-{area.code}-{today()}.geojson"
    return HttpResponse(
        text,
        content_type="application/geo+json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def collection(found: Diagnosis) -> dict[str, Any]:
    communes = [
        feature(
            one.lon,
            one.lat,
            kind="commune",
            code=one.code,
            name=one.name,
            population=one.population,
            nearest_km=one.km,
            far=one.far,
        )
        for one in found.communes
    ]
    quarters = [
        feature(
            one.lon, one.lat, kind="qpv", code=one.code, name=one.name, venues=one.venues, nearest_km=one.km
        )
        for one in found.quarters
    ]
    return {"type": "FeatureCollection", "counted_on": str(found.day), "features": [*communes, *quarters]}


def feature(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }


def departement_of(code: str) -> Area:
    rows = Area.objects.current().select_related("parent").defer("parent__geom")
    return get_object_or_404(rows, level=Area.Level.DEPARTEMENT, code=code)


def today() -> date:
    return timezone.localdate()
