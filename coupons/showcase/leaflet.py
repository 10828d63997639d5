"""The leaflet of a campaign, A5, for people without internet: where they are, the nearest places, and a map.

What people wrote enters typst as one JSON text, which it reads as strings, never as markup.
"""

import json
from datetime import datetime
from typing import Any

import typst
from django.conf import settings
from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from coupons.eligible import CampaignScheme
from coupons.models import Campaign
from coupons.showcase import drawing, finding, territory
from directory import wording
from directory.label.kit import breakable, colours, fonts, qr_code

FOLDER = settings.BASE_DIR / "templates" / "showcase" / "pdf"


def pdf(campaign: Campaign, *, where: str, origin: Point, at: datetime) -> bytes:
    """In French: it is handed out in France. `where` is what the place is called."""
    with override("fr"):
        content = told(campaign, where, origin, at)
    return typst.compile(
        FOLDER / "leaflet.typ",
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        timestamp=at.replace(microsecond=0),
    )


def told(campaign: Campaign, where: str, origin: Point, at: datetime) -> dict[str, Any]:
    places = finding.nearest(CampaignScheme.of(campaign), origin, at)
    address = settings.PUBLIC_URL + reverse("showcase:campaign", args=[campaign.slug])
    return {
        "name": breakable(campaign.name),
        "sponsor": breakable(campaign.organization.name),
        "where": breakable(where),
        "value": wording.price(campaign.face_value_cents),
        "until": until(campaign),
        "day": wording.dated(at),
        "address": breakable(address.partition("://")[2]),
        "qr": qr_code(address),
        "map": drawing.drawn(
            origin, [(place.lon, place.lat) for place in places], territory.outline(campaign)
        ),
        "bordered": campaign.areas.exists(),
        "places": [
            {
                "rank": place.rank,
                "name": breakable(place.name),
                "address": breakable(place.address),
                "phone": breakable(place.phone),
                "hours": breakable(place.hours),
                "far": place.far,
                "price": breakable(place.prices[0]) if place.prices else "",
            }
            for place in places
        ],
        "colours": colours(),
    }


def until(campaign: Campaign) -> str:
    if campaign.ends_on:
        return _("À utiliser jusqu'au %(day)s.") % {"day": wording.dated(campaign.ends_on)}
    return _("La date de fin est écrite sur chaque chèque.")
