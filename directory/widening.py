"""What to propose when a search finds nothing: the same search with one thing less, when that finds
something."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.criteria import Criteria
from directory.facets import COUNTED_AROUND_M, Counts
from directory.matching import Matching
from directory.paging import nearest_hits

RADII_KM = (5, 10, 20, 50, 100, 200)
MOST_PROPOSED = 3
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Widening:
    """`total` is how many venues `criteria` find, up to MOST_COUNTED."""

    label: str
    criteria: Criteria
    total: int


def widenings(matching: Matching, counts: Counts) -> list[Widening]:
    """The smallest radius that finds something, then what finds something here."""
    found = []
    for name, label, criteria in (*farther(matching), *here(matching.criteria)):
        known = None if counts.capped else counts.without.get(name)
        total = total_of(Matching(criteria, matching.at)) if known is None else known
        if total:
            found.append(Widening(label, criteria, total))
        if len(found) == MOST_PROPOSED:
            break
    return found


def total_of(matching: Matching) -> int:
    radius_m = matching.criteria.radius_m or COUNTED_AROUND_M
    return matching.listings(radius_m).values("venue").distinct()[:MOST_COUNTED].count()


def farther(matching: Matching) -> Iterator[tuple[str, str, Criteria]]:
    """A radius that finds something: "radius_m", label, criteria."""
    given = matching.criteria
    if not given.point or not given.radius_m or matching.comes_to_you:
        return
    anywhere = Matching(given.without("radius_m"), matching.at)
    nearest = nearest_hits(anywhere, given.point, 1, empty_m=given.radius_m)
    for km in RADII_KM:
        if nearest and (nearest[0].distance_m or 0) <= km * 1000:
            yield "radius_m", _("Jusqu’à %(km)s km") % {"km": km}, given.but(radius_m=km * 1000.0)
            return


def here(given: Criteria) -> Iterator[tuple[str, str, Criteria]]:
    """Another hour first, then fewer demands, then without the label."""
    labels = {
        "open_at": _("À toute heure"),
        "price_max_cents": _("À tous les prix"),
        "audience": _("Pour tous les publics"),
        "accessible": _("Même si l’accès en fauteuil n’est pas assuré"),
        "mode": _("Sur place, à distance ou à domicile"),
        "venue_type": _("Dans tous les types de lieux"),
        "category": _("Pour tous les besoins"),
        "campaign": _("Avec les lieux où ces chèques ne paient pas"),
        "q": _("Sans les mots « %(words)s »") % {"words": given.q},
        "labelled": _("Avec les lieux qui n’acceptent pas les chèques"),
    }
    for name in (name for name in labels if name in given.narrowing):
        shown_too = {"labelled": {"labelled": False}, "campaign": {"payable": False}}
        relaxed = given.but(**shown_too[name]) if name in shown_too else given.without(name)
        yield name, labels[name], relaxed
