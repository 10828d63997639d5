"""What to propose when a search finds nothing: the same search with one thing less, when that finds something."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from directory.criteria import Criteria
from directory.facets import counted
from directory.matching import Matching

RADII_KM = (5, 10, 20, 50, 100)
MOST_PROPOSED = 4


@dataclass(frozen=True)
class Widening:
    """`total` is how many venues `criteria` find (at least, beyond 10,000)."""

    label: str
    criteria: Criteria
    total: int


def widenings(matching: Matching) -> list[Widening]:
    found = []
    for label, criteria in proposals(matching.criteria):
        total = counted(Matching(criteria, matching.at)).total
        if total:
            found.append(Widening(label, criteria, total))
        if len(found) == MOST_PROPOSED:
            break
    return found


def proposals(given: Criteria) -> Any:
    """Nearest to what was asked first: further, another hour, then fewer demands, then without the label."""
    if given.radius_m:
        for km in (km for km in RADII_KM if km * 1000 > given.radius_m):
            yield _("Jusqu’à %(km)s km") % {"km": km}, given.but(radius_m=km * 1000.0)
    labels = {
        "open_at": _("À toute heure"),
        "price_max_cents": _("À tous les prix"),
        "audience": _("Pour tous les publics"),
        "accessible": _("Même si l’accès en fauteuil n’est pas assuré"),
        "mode": _("Sur place, à distance ou à domicile"),
        "venue_type": _("Dans tous les types de lieux"),
        "category": _("Pour tous les besoins"),
        "q": _("Sans les mots « %(words)s »") % {"words": given.q},
        "labelled": _("Avec les lieux qui n’acceptent pas les chèques"),
    }
    narrowing = [name for name in labels if name in given.narrowing]
    for name in narrowing:
        relaxed = given.but(labelled=False) if name == "labelled" else given.without(name)
        yield labels[name], relaxed
