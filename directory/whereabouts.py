"""The place a person typed: where it is, how to say it in a heading, what else it could be."""

from typing import Any

from django.utils.translation import gettext as _

from directory.criteria import Criteria
from directory.links import search_url
from directory.search import Page
from directory.wording import counted, venues
from geodata import gazetteer, geocoding
from geodata.gazetteer import Suggestion

MOST_SUGGESTED = 6


def found_place(text: str) -> Suggestion | None:
    """Our own names when they are sure, else the address service if any, else the town, else None."""
    return geocoding.locate(text)


def near_misses(text: str, criteria: Criteria, page: str) -> dict[str, Any]:
    suggestions = gazetteer.suggest(text, limit=MOST_SUGGESTED)
    return {
        "heading": _("Lieu inconnu"),
        "place_error": _("Nous ne trouvons pas « %(place)s ». Essayez le nom d'une ville ou un code postal.")
        % {"place": text},
        "suggestions": [
            {
                "label": each.label,
                "context": each.context,
                "url": search_url(criteria.but(point=each.point), each.full_label, page),
            }
            for each in suggestions
        ],
    }


def heading(criteria: Criteria, place: str, page: Page) -> str:
    """« Lyon : 24 lieux à moins de 20 km », the page's title; said so, no name needs « d' » or « du »."""
    words = {
        "lieux": venues_in_words(page.total, page.total_capped),
        "place": place.split(" — ")[0],
        "km": f"{(page.counted_within_m or 0) / 1000:g}",
    }
    if criteria.bbox:
        return _("%(lieux)s dans cette zone") % words
    if not criteria.point:
        return _("%(lieux)s en France") % words
    if page.results and not page.total:
        return (
            _("%(place)s : les lieux les plus proches") % words if place else _("Les lieux les plus proches")
        )
    if place:
        words["lieux"] = words["lieux"].lower()
        return _("%(place)s : %(lieux)s à moins de %(km)s km") % words
    return _("%(lieux)s à moins de %(km)s km de vous") % words


def venues_in_words(total: int, capped: bool) -> str:
    if not total:
        return _("Aucun lieu")
    return _("Plus de %(number)s lieux") % {"number": counted(total)} if capped else venues(total)
