"""All that the dashboard of a campaign shows, as words and drawings."""

from typing import Any

from coupons.dashboards import showing
from coupons.dashboards.figures import Figures
from coupons.dashboards.keeping import kept
from directory import wording

MOST_ZONES = 6


def panels(figures: Figures) -> dict[str, Any]:
    return kept("panels", figures.numbers, lambda: made(figures))


def made(figures: Figures) -> dict[str, Any]:
    return {
        "steps": showing.steps(figures.funnel),
        "money": {
            name: wording.amount(c) if c is not None else showing.few() for name, c in figures.money.items()
        },
        "months": showing.shown(figures.months, standing=True),
        "hand_overs": showing.shown(figures.hand_overs, standing=True),
        "where": showing.shown(figures.communes),
        "by": [showing.shown(one) for one in (figures.categories, figures.venue_types, figures.publics)],
        "flows": showing.shown(figures.flows),
        "delay": figures.delay,
        "delays": showing.shown(figures.delay_classes),
        "distance": figures.distance,
        "distances": showing.shown(figures.distance_classes),
        "zones": figures.white_zones[:MOST_ZONES],
        "more_zones": max(len(figures.white_zones) - MOST_ZONES, 0),
        "compared": [
            {"label": one.label, "own": showing.percent(one.own), "all": showing.percent(one.all)}
            for one in figures.compared
        ],
        "echo": figures.satisfaction,
        "passages": None if figures.too_few else figures.all_uses.payments,
    }
