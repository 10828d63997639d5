"""A coverage in plain words and bars, for the page beside the map."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.accepting import Rule
from coupons.coverage import FAR_KM, WIDENED_KM, Coverage, LeftOut, Loosened, Tally
from geodata.models import Area

# Outlines to look at: of what is chosen, and of communes that are left out.
TERRITORY_DEGREES, COMMUNE_DEGREES = 0.01, 0.002
MOST_OUTLINES = 200
LISTED = 12


@dataclass(frozen=True)
class Bar:
    """`percent` is the length of the bar, 0 to 100."""

    label: str
    value: str
    percent: int


@dataclass(frozen=True)
class Warned:
    code: str
    sentence: str
    # What would help, each a sentence.
    remedies: list[str]


def headline(found: Coverage) -> str:
    sentence = ngettext(
        "%(n)s lieu accepterait ces chèques", "%(n)s lieux accepteraient ces chèques", found.venues
    )
    return counted(sentence, found.venues)


def services_line(found: Coverage) -> str:
    said = [counted(ngettext("pour %(n)s service", "pour %(n)s services", found.services), found.services)]
    if found.at_home:
        home = ngettext("%(n)s lieu vient à domicile", "%(n)s lieux viennent à domicile", found.at_home)
        said.append(counted(home, found.at_home))
    return " ; ".join(said)


def people_line(found: Coverage) -> str:
    sentence = ngettext(
        "%(n)s habitant sur ce territoire", "%(n)s habitants sur ce territoire", found.inhabitants
    )
    return counted(sentence, found.inhabitants)


def hours_line(found: Coverage) -> str:
    """Empty when no hours are known."""
    if not found.places_with_hours:
        return ""
    sentence = _(
        "Ouverts %(hours)s heures par semaine en tout : horaires connus pour %(known)s adresses sur %(all)s."
    )
    numbers = (found.hours_a_week, found.places_with_hours, found.places)
    return sentence % dict(zip(("hours", "known", "all"), map(number, numbers), strict=True))


def far_line(commune: LeftOut) -> str:
    people = counted(ngettext("%(n)s habitant", "%(n)s habitants", commune.population), commune.population)
    if commune.km is None:
        return people
    return _("%(km)s km, %(people)s") % {"km": number(round(commune.km)), "people": people}


def reach_bars(found: Coverage) -> list[Bar]:
    return [
        Bar(
            _("à moins de %(km)s km d'un lieu") % {"km": reach.km},
            share(reach.share),
            round(100 * reach.share),
        )
        for reach in found.reach
    ]


def bars(counts: list[Tally]) -> list[Bar]:
    most = max((line.count for line in counts), default=1)
    return [
        Bar(line.label or _("Type non précisé"), number(line.count), max(1, round(100 * line.count / most)))
        for line in counts
    ]


def warnings(found: Coverage) -> list[Warned]:
    remedies = [remedy(found, step) for step in found.loosened]
    if not found.venues:
        sentence = _("Aucun lieu : personne ne pourrait utiliser ces chèques.")
        return [Warned("no_venue", sentence, remedies)]
    if not found.left_out_communes:
        return []
    words = {
        "n": number(found.left_out_communes),
        "km": FAR_KM,
        "people": number(found.left_out_inhabitants),
    }
    sentence = ngettext(
        "%(n)s commune sans lieu à moins de %(km)s km : %(people)s habitants.",
        "%(n)s communes sans lieu à moins de %(km)s km : %(people)s habitants.",
        found.left_out_communes,
    )
    return [Warned("left_out", sentence % words, remedies)]


def remedy(found: Coverage, step: Loosened) -> str:
    change = {
        "categories": _("Avec tous les services"),
        "venue_types": _("Avec tous les types de lieu"),
        "both": _("Avec tous les services et tous les types de lieu"),
        "wider": _("Avec un territoire plus large de %(km)s km") % {"km": WIDENED_KM},
    }[step.change]
    venues = ngettext("%(n)s lieu", "%(n)s lieux", step.venues) % {"n": number(step.venues)}
    if not step.left_out:
        return _("%(change)s : %(venues)s, et aucune commune trop loin.") % {
            "change": change,
            "venues": venues,
        }
    sentence = ngettext(
        "%(change)s : %(venues)s, et %(n)s commune trop loin.",
        "%(change)s : %(venues)s, et %(n)s communes trop loin.",
        step.left_out,
    )
    return sentence % {"change": change, "venues": venues, "n": number(step.left_out)}


def on_the_map(found: Coverage, rule: Rule) -> dict[str, Any]:
    """What the map shows: the chosen territories, the places, and the communes left out in colour."""
    far = {commune.pk: commune for commune in found.left_out[:MOST_OUTLINES]}
    outlines = dict(Area.objects.filter(pk__in=list(far)).outlines(COMMUNE_DEGREES))
    chosen = Area.objects.filter(pk__in=rule.areas).outlines(TERRITORY_DEGREES)
    return {
        "territory": [json.loads(outline) for _pk, outline in chosen],
        "dots": found.dots,
        "left_out": [
            {
                "name": commune.name,
                "lon": commune.lon,
                "lat": commune.lat,
                "outline": json.loads(outlines[pk]) if pk in outlines else None,
            }
            for pk, commune in far.items()
        ],
    }


def told(found: Coverage, rule: Rule) -> dict[str, Any]:
    """The context of templates/campaigns/parts/coverage.html."""
    return {
        "found": found,
        "headline": headline(found),
        "services": services_line(found),
        "people": people_line(found),
        "hours": hours_line(found),
        "reach": reach_bars(found),
        "venue_types": bars(found.venue_types),
        "categories": bars(found.categories),
        "warnings": warnings(found),
        "left_out": [(commune.name, far_line(commune)) for commune in found.left_out[:LISTED]],
        "left_out_rest": max(found.left_out_communes - LISTED, 0),
        "map": on_the_map(found, rule),
    }


def counted(sentence: str, count: int) -> str:
    return sentence % {"n": number(count)}


def number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


def share(part: float) -> str:
    """Rounded down, so that "100 %" means everybody."""
    return _("%(percent)s %%") % {"percent": int(100 * part)}
