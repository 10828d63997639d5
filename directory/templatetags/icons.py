"""Icons of bootstrap-icons, drawn inline: no icon font, no extra request, and they follow the text colour."""

import re
from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

NAME = re.compile(r"[a-z0-9-]+")
FOLDER = settings.NODE_MODULES / "bootstrap-icons" / "icons"


@lru_cache(maxsize=256)
def drawing(name: str) -> SafeString:
    """The icon as SVG, or nothing when no icon has this name: an icon only ever stands beside its words."""
    path = FOLDER / f"{name}.svg"
    if not NAME.fullmatch(name) or not path.is_file():
        return mark_safe("")
    inside = re.sub(r"(?s)^.*?<svg[^>]*>|</svg>\s*$|\n\s*", "", path.read_text())
    return mark_safe(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{inside}</svg>')  # noqa: S308


@register.simple_tag
def icon(name: str) -> SafeString:
    return drawing(name or "")
