"""The printed kit of a labelled venue, drawn by typst when it is asked for: nothing is kept.

What people wrote enters as one JSON text (`sys.inputs.data`): typst reads it as strings, never as markup.
The colours are those of the site's own tokens.css.
"""

import io
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from directory import wording
from directory.label.labels import last_labelling
from directory.label.steps import local_day
from directory.models import Place, Venue

FOLDER = settings.BASE_DIR / "templates" / "label" / "kit"
FONTS = settings.NODE_MODULES / "@expo-google-fonts" / "atkinson-hyperlegible-next"
PARTS = {
    "kit": _("Tout le kit"),
    "vitrophanie": _("La vitrophanie, avec le QR code de votre fiche"),
    "affiche-a3": _("L'affiche A3"),
    "affiche-a4": _("L'affiche A4"),
    "guide": _("Le guide du comptoir : « Accepter un chèque »"),
}
MOST_SERVICES = 4
LONGEST_WORD = 24
COLOURS = (
    "green",
    "green-deep",
    "green-wash",
    "red",
    "stub-wash",
    "hole",
    "paper",
    "card",
    "ink",
    "muted",
    "line",
)


def pdf(venue: Venue, part: str) -> bytes:
    """One of PARTS, as a PDF. In French: it is for a counter in France."""
    with override("fr"):
        inputs = {"part": part, "data": json.dumps(told(venue), ensure_ascii=False)}
    return typst.compile(
        FOLDER / "kit.typ",
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs=inputs,
        timestamp=timezone.now().replace(microsecond=0),
    )


def told(venue: Venue) -> dict[str, Any]:
    """Everything of the venue that is printed."""
    place = venue.places.order_by("is_stop", "pk").first() or Place()
    labelling = last_labelling(venue)
    address = qr_address(venue)
    return {
        "name": breakable(venue.name),
        "kind": breakable(venue.venue_type.name if venue.venue_type else ""),
        "address": breakable(written_on_one_line(place)),
        "phone": breakable(wording.phone(venue.phone)),
        "serial": wording.serial(venue.pk),
        "until": wording.dated(labelling.last_day) if labelling else "",
        "site": settings.PUBLIC_URL.partition("://")[2],
        "qr": qr_code(address),
        "services": [
            {"name": breakable(service.name), "price": wording.price(service.price_cents)}
            for service in venue.services.public()[:MOST_SERVICES]
        ],
        "colours": colours(),
    }


def written_on_one_line(place: Place) -> str:
    town = f"{place.postcode} {place.commune}".strip()
    return ", ".join(part for part in (place.address, town) if part)


def is_held(venue: Venue) -> bool:
    """Whether the venue has the label today: the kit is for it alone."""
    return venue.labellings.filter(during__contains=local_day(venue, timezone.now())).exists()


def qr_address(venue: Venue) -> str:
    """In capitals all through, which a QR code holds in fewer modules; a site below a path keeps its case."""
    address = settings.PUBLIC_URL + reverse("label:short", args=[venue.pk])
    return address.upper() if re.fullmatch(r"https?://[^/]+/L/\d+", address) else address


def qr_code(address: str) -> str:
    """An SVG whose quiet zone is part of it."""
    drawn = io.BytesIO()
    segno.make(address, error="q", micro=False).save(drawn, kind="svg", border=4, dark="#000", light="#fff")
    return drawn.getvalue().decode()


def breakable(text: str) -> str:
    """A long word may break anywhere (zero-width spaces); control and direction marks are left out."""
    visible = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(rf"(\S{{{LONGEST_WORD}}})(?=\S)", "\\1\u200b", " ".join(visible.split()))


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


@lru_cache(maxsize=1)
def colours() -> dict[str, str]:
    tokens = Path(str(finders.find("directory/css/tokens.css"))).read_text()
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", tokens))
    return {name: found[name] for name in COLOURS}
