"""What is shown is of one refresh: worked out once, and again after the next one, in each language."""

import pytest
from django.utils.translation import override

from coupons import reporting
from coupons.dashboards.figures import TABLES, Figures, table_of
from coupons.dashboards.keeping import kept
from coupons.dashboards.panels import panels
from tests.coupons.dashboards.life import Life

pytestmark = pytest.mark.django_db


def test_worked_out_once_for_a_refresh(life: Life) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    def ask(campaign: int = life.campaign.pk) -> int:
        return kept("essai", [campaign], make)

    assert (ask(), ask()) == (0, 0)
    assert ask(0) == 1
    with override("en"):
        assert ask() == 2
    reporting.refresh()
    assert (ask(), ask()) == (3, 3)


def test_what_is_kept_is_what_was_made(life: Life) -> None:
    """Through the cache and back: tables, drawings, words."""
    figures = Figures([life.campaign])
    for slug in TABLES:
        table = table_of(figures, slug)
        assert kept(slug, [life.campaign.pk], lambda made=table: made) == table
        assert kept(slug, [life.campaign.pk], lambda: None) == table
    assert panels(figures) == panels(Figures([life.campaign]))
