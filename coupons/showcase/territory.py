"""The territory of a campaign as one outline, light enough to be drawn wherever it is."""

import json
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.cache import caches

from coupons.models import Campaign
from geodata.models import Area

MOST_BYTES = 60_000
# From fifty metres on; the last one is what there is.
TOLERANCES = (0.0005, 0.002, 0.005, 0.02, 0.05)
# An ordered rule is final; official outlines change once a year.
SECONDS_KEPT = 3600


def outline(campaign: Campaign) -> dict[str, Any] | None:
    """A GeoJSON geometry of at most MOST_BYTES or so; None for a rule without territory."""
    key = f"coupons.outline.{campaign.pk}"
    found: dict[str, Any] | None = caches["process"].get(key)
    if found is None and (areas := list(campaign.areas.order_by().values_list("pk", flat=True))):
        found = drawn(areas)
        caches["process"].set(key, found, SECONDS_KEPT)
    return found


def drawn(areas: list[int]) -> dict[str, Any] | None:
    for tolerance in TOLERANCES:
        text = Area.objects.filter(pk__in=areas).united_outline(tolerance)
        if len(text) <= MOST_BYTES:
            break
    return json.loads(text) if text else None


def extent(geometry: dict[str, Any] | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north."""
    return GEOSGeometry(json.dumps(geometry)).extent if geometry else None
