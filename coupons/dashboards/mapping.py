"""The map of a campaign: where its coupons are used, from where they come, and from where nobody used any."""

import json
from math import sqrt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.dashboards.figures import Figures
from coupons.dashboards.keeping import kept
from coupons.dashboards.names import Named
from coupons.dashboards.tables import Table
from coupons.models import Campaign
from directory import maps, wording
from directory.maps import Arrow, Spot
from geodata.models import Area

SMALLEST, LARGEST = 5.0, 26.0
MOST_SPOTS, MOST_ARROWS, MOST_EMPTY = 400, 150, 200
WIDEST = 9.0
# About 500 m for what is drawn: the map of a whole region stays a few dozen kB.
GROUND_DEGREES = 0.005
MOST_EPCIS, MOST_DEPARTEMENTS = 60, 12


def drawn(figures: Figures, campaign: Campaign, level: str, *, nonce: str) -> dict[str, Any]:
    """`level` is commune or epci. Small counts are not on it."""
    parts = kept(f"map.{level}", figures.numbers, lambda: drawing(figures, campaign, level))
    return maps.movements(*parts, nonce=nonce)


def drawing(
    figures: Figures, campaign: Campaign, level: str
) -> tuple[list[dict[str, Any]], list[Arrow], list[Spot]]:
    """The ground, what moves, what is used or is not."""
    used, flows = (
        (figures.epcis, figures.epci_flows) if level == "epci" else (figures.communes, figures.flows)
    )
    spots = [*empty(figures), *circles(used)]
    return ground(figures, campaign, used, level), arrows(figures, flows, level), spots


def circles(used: Table) -> list[Spot]:
    """Their surface is what was used."""
    told = [line for line in used.told if line.at][:MOST_SPOTS]
    most = max((line.first or 0 for line in told), default=1)
    found = []
    for line in reversed(told):
        number = line.first or 0
        sentence = ngettext("%(n)s chèque utilisé", "%(n)s chèques utilisés", number)
        name = f"{line.labels[0]} : {sentence % {'n': wording.counted(number)}}"
        lon, lat = line.at or (0.0, 0.0)
        found.append(Spot(name, lon, lat, max(SMALLEST, LARGEST * sqrt(number / most))))
    return found


def empty(figures: Figures) -> list[Spot]:
    found = []
    for zone in figures.white_zones[:MOST_EMPTY]:
        if zone.name.at:
            sentence = _("%(place)s : %(n)s chèques remis, aucun utilisé")
            words = {"place": zone.name.labels[0], "n": wording.counted(zone.coupons)}
            found.append(Spot(sentence % words, *zone.name.at, radius=SMALLEST + 2, empty=True))
    return found


def arrows(figures: Figures, flows: Table, level: str) -> list[Arrow]:
    """Of those that go somewhere else; what stays where it was handed over is in the circle."""
    told = [line for line in flows.told if line.at and line.codes[0] != line.codes[1]][:MOST_ARROWS]
    most = max((line.first or 0 for line in told), default=1)
    where = {one.codes[0]: one.at for one in origins(figures, level)}
    found = []
    for line in told:
        start = where.get(line.codes[0])
        if start and line.at:
            number = line.first or 0
            words = {"from": line.labels[0], "to": line.labels[1], "n": wording.counted(number)}
            name = _("De %(from)s à %(to)s : %(n)s chèques") % words
            found.append(Arrow(name, start, line.at, max(1.0, round(WIDEST * number / most, 1))))
    return found


def origins(figures: Figures, level: str) -> list[Named]:
    return [figures.names.at_level(level, code) for code in {one.origin for one in figures.travels}]


def ground(figures: Figures, campaign: Campaign, used: Table, level: str) -> list[dict[str, Any]]:
    """The campaign's territory, or the intercommunalities that are told."""
    areas = campaign.areas.all()
    if level == "epci":
        codes = [line.codes[0] for line in used.told[:MOST_EPCIS]]
        areas = Area.objects.current().at_level(Area.Level.EPCI).filter(code__in=codes)
    outlines = areas.order_by().outlines(GROUND_DEGREES)
    drawn = [json.loads(outline) for _pk, outline in outlines]
    return drawn or departements(figures)


def departements(figures: Figures) -> list[dict[str, Any]]:
    """Those of the hand-overs: for a campaign that has no territory of its own."""
    numbers = figures.names.departements({one.commune for one in figures.handed_out})
    areas = Area.objects.filter(pk__in=sorted(numbers)[:MOST_DEPARTEMENTS]).order_by()
    return [json.loads(outline) for _pk, outline in areas.outlines(2 * GROUND_DEGREES)]
