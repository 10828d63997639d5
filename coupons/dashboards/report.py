"""The territorial report, ready for an elected council: drawn by typst when it is asked for, in French.

What people wrote enters as one JSON text, which typst reads as strings, never as markup. Charts and map are the
SVG of coupons/charts.py and of paper_map.py.
"""

import json
from datetime import datetime
from typing import Any

import typst
from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from coupons import charts, reporting
from coupons.accepting import Rule
from coupons.dashboards import paper_map, showing, what_if
from coupons.dashboards.figures import Figures, Quartiles
from coupons.dashboards.tables import Table
from coupons.discretion import K
from coupons.models import Campaign
from coupons.rules import in_words
from directory import wording
from directory.label.kit import breakable, colours, fonts

TEMPLATE = settings.BASE_DIR / "templates" / "dashboards" / "report.typ"
MOST_ROWS, MOST_ZONES = 15, 12


def pdf(campaign: Campaign, *, at: datetime) -> bytes:
    with override("fr"):
        data = json.dumps(told(campaign, at), ensure_ascii=False)
    return typst.compile(
        TEMPLATE,
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs={"data": data},
        timestamp=at.replace(microsecond=0),
    )


def told(campaign: Campaign, at: datetime) -> dict[str, Any]:
    """Everything the report says, in words."""
    figures = Figures([campaign])
    as_of = reporting.as_of() or at
    on = localtime(at).date()
    return {
        "sponsor": breakable(campaign.organization.name),
        "campaign": breakable(campaign.name),
        "demo": campaign.demo,
        "day": wording.dated(on),
        "as_of": wording.dated(localtime(as_of), "j F Y à H:i"),
        "k": K,
        "colours": colours(),
        "rule": [breakable(sentence) for sentence in in_words(campaign)],
        "steps": [
            {"label": step.label, "coupons": step.coupons, "cents": step.cents, "percent": step.percent}
            for step in showing.steps(figures.funnel)
        ],
        "key": key_figures(figures),
        "map": paper_map.drawn(figures, campaign),
        "months": drawn(figures.months, standing=True),
        "tables": [
            drawn(one)
            for one in (
                figures.communes,
                figures.categories,
                figures.venue_types,
                figures.publics,
                figures.flows,
            )
        ],
        "delays": drawn(figures.delay_classes),
        "distances": drawn(figures.distance_classes),
        "satisfaction": satisfaction(figures),
        "zones": [zone(one) for one in what_if.remote(figures, Rule.of(campaign), on, MOST_ZONES)],
        "more_zones": max(len(figures.white_zones) - MOST_ZONES, 0),
    }


def key_figures(figures: Figures) -> list[dict[str, str]]:
    used = showing.few() if figures.too_few else wording.counted(figures.all_uses.coupons)
    paid = figures.money["paid"]
    found = [
        (_("chèques remis"), wording.counted(figures.handed_over[0])),
        (_("chèques utilisés"), used),
        (_("versés aux acteurs"), showing.few() if paid is None else wording.amount(paid)),
        (_("communes où ils sont utilisés"), wording.counted(len(figures.communes.lines))),
        (_("de la remise au premier usage, pour la moitié des carnets"), days(figures.delay)),
        (_("de la remise à l'usage, pour la moitié des chèques"), metres(figures.distance)),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def satisfaction(figures: Figures) -> dict[str, Any]:
    """Marks out of five, none while too few answered, and how many did."""
    echo, too_few = figures.satisfaction, figures.too_few
    marks = [
        (_("Accueil"), echo.reception),
        (_("Utilité"), echo.usefulness),
        (_("Progrès"), echo.progress),
    ]
    return {
        "marks": [
            {"label": label, "value": wording.out_of_five(mark)} for label, mark in marks if mark is not None
        ],
        "answers": wording.counted(echo.answers),
        "missing": echo.missing,
        "passages": "" if too_few else wording.counted(figures.all_uses.payments),
    }


def days(found: Quartiles | None) -> str:
    return _("%(n)s jours au plus") % {"n": round(found.median)} if found else ""


def metres(found: Quartiles | None) -> str:
    return _("%(distance)s au plus") % {"distance": wording.distance(found.median)} if found else ""


def drawn(table: Table, *, standing: bool = False) -> dict[str, Any]:
    lines = table.told[:MOST_ROWS] if not standing else table.lines[-showing.MOST_MONTHS :]
    draw = charts.columns if standing else charts.bars
    shown = lines if standing else lines[: showing.MOST_BARS]
    chart = draw(
        table.slug, str(table.title), showing.said(table), [showing.mark(table, one) for one in shown]
    )
    return {
        "title": str(table.title),
        "heads": [*map(str, table.heads), *(str(column.title) for column in table.columns)],
        "rows": [
            [*map(breakable, labels), *(cell.text for cell in cells)]
            for labels, cells in showing.rows(table, lines)
        ],
        "labels": len(table.heads),
        "more": max(len(table.told) - len(lines), 0),
        "hidden": table.hidden,
        "chart": str(chart) if shown else "",
        "said": showing.said(table),
    }


def zone(one: what_if.Remote) -> dict[str, str]:
    nearest = _("aucun lieu à moins de %(km)s km") % {"km": what_if.FARTHEST_KM}
    if one.km is not None:
        nearest = f"{one.venue}, {wording.distance(one.km * 1000)}"
    return {
        "name": breakable(one.zone.name.labels[0]),
        "coupons": wording.counted(one.zone.coupons),
        "nearest": breakable(nearest),
    }
