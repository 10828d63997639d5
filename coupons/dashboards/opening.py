"""Open data: a campaign's aggregates, for anybody, where its sponsor says so."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from coupons.dashboards import exporting
from coupons.dashboards.figures import Figures
from coupons.dashboards.tables import Table
from coupons.discretion import K
from coupons.models import Campaign
from directory.audit import acting
from directory.models import User

LICENCE = "Licence Ouverte / Open Licence 2.0"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"


def let_open(*, campaign: Campaign, is_open: bool, by: User) -> None:
    with acting(by):
        Campaign.objects.filter(pk=campaign.pk).update(open_data=is_open)


def opened(figures: Figures) -> list[Table]:
    return [
        figures.months,
        figures.communes,
        figures.categories,
        figures.venue_types,
        figures.publics,
        figures.hand_overs,
        figures.hand_over_communes,
    ]


def as_csv(campaign: Campaign, on: date) -> Iterator[str]:
    """All tables under one another: figure, code, what it is called, column, number. What is not told is not named."""
    lines = [["campaign", "figure", "code", "name", "measure", "value", "licence", "as_of"]]
    for table in opened(Figures([campaign])):
        for line in table.told:
            for column, value in zip(table.columns, line.values or (), strict=True):
                number = exporting.written(value, column)
                measure = column.code.replace("_cents", "_eur")
                lines.append(
                    [
                        campaign.slug,
                        table.slug,
                        *line.codes,
                        *line.labels,
                        measure,
                        number,
                        LICENCE,
                        on.isoformat(),
                    ]
                )
    yield from exporting.lines_of_csv(lines)


def as_json(campaign: Campaign, on: date) -> Iterator[str]:
    tables = {
        table.slug: [exporting.said(table, line) for line in table.told]
        for table in opened(Figures([campaign]))
    }
    said: dict[str, Any] = {
        "campaign": campaign.slug,
        "name": campaign.name,
        "sponsor": campaign.organization.name,
        "licence": {"name": LICENCE, "url": LICENCE_URL},
        "as_of": on.isoformat(),
        "smallest_count": K,
        "figures": tables,
    }
    yield json.dumps(said, ensure_ascii=False, indent=1)
