"""One story of figures: a sponsor's dashboard, one figure opened to its lines, its file, the report for a council."""

import csv
import os
from io import StringIO
from pathlib import Path

import pypdfium2
import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, SignIn
from tests.browser.road import DESK
from tests.coupons.dashboards.life import Life, build

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def life(transactional_db: None) -> Life:
    cache.clear()
    return build()


def test_from_the_dashboard_to_the_report(open_page: OpenPage, sign_in: SignIn, life: Life) -> None:
    page = open_page(viewport=DESK, accept_downloads=True)
    sign_in(page, life.viewer)
    page.goto(f"/espace/{life.organization.pk}/tableau-de-bord/")
    page.get_by_role("link", name=life.campaign.name).click()
    remis = page.get_by_role("region", name="Chèques", exact=True).get_by_role("row", name="Remis")
    expect(remis).to_contain_text("124")
    report = page.get_by_role("link", name="Le rapport, en PDF").get_attribute("href") or ""
    page.get_by_role("link", name="Toutes les lignes : Où ils sont utilisés").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Où ils sont utilisés")
    lines = page.locator("tbody tr").all()
    rows = downloaded(page)[1:]
    assert len(rows) == len(lines) == 2
    for line, row in zip(lines, rows, strict=True):
        assert line.get_by_role("rowheader").inner_text() in row
        assert line.get_by_role("cell").first.inner_text() in row
    cover, figures = read(page.request.get(report).body())[:2]
    assert life.organization.name in cover
    assert life.campaign.name in cover
    assert "124" in figures


def downloaded(page: Page) -> list[list[str]]:
    with page.expect_download() as fetched:
        page.get_by_role("link", name="CSV").click()
    text = Path(fetched.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=";"))


def read(pdf: bytes) -> list[str]:
    """The words of each page; the first is drawn too, and not blank."""
    document = pypdfium2.PdfDocument(pdf)
    drawn = document[0].render(scale=1.5).to_pil()
    if SHOTS:
        drawn.save(Path(SHOTS, "report.png"))
    darkest, lightest = drawn.convert("L").getextrema()
    assert darkest < 80
    assert lightest > 240
    return [" ".join(one.get_textpage().get_text_range().split()) for one in document]
