"""What many cards have in common is laid out once."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from directory.search import Result

register = template.Library()


@register.simple_tag
def marks(result: Result) -> SafeString:
    """The badges of a card."""
    return laid_out(
        get_language(), result.labelled, bool(result.venue.accessible), result.stale, result.venue.demo
    )


@lru_cache(maxsize=64)
def laid_out(language: str | None, labelled: bool, accessible: bool, stale: bool, demo: bool) -> SafeString:
    context = {"labelled": labelled, "accessible": accessible, "stale": stale, "demo": demo}
    return render_to_string("directory/parts/marks.html", context)
