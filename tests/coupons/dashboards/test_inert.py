"""Hostile names of campaigns, venues, services, territories and organisations: text on pages, maps, files and paper."""

import io

import pypdfium2
import pytest
from django.core.cache import caches
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from coupons.dashboards.exporting import as_csv, as_xlsx
from coupons.dashboards.figures import Figures
from coupons.dashboards.report import pdf
from coupons.models import Campaign
from directory.models import Organization, Service, Venue
from geodata import communes
from geodata.models import Area
from tests.coupons.dashboards.life import START, Life
from tests.hostile import FORMULAS, LONG, TELLING, assert_inert
from tests.signing_in import SignedInClient

# As the owner, who alone may rename what is final.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]


@pytest.fixture
def renamable(life: Life) -> Life:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE coupons_campaign DISABLE TRIGGER coupons_campaign_frozen")
    return life


def fill(text: str) -> None:
    Campaign.objects.update(name=text[:120], summary=text[:600])
    Organization.objects.update(name=text[:250])
    Venue.objects.update(name=text[:250])
    Service.objects.update(name=text[:120])
    Area.objects.update(name=text[:200])
    caches["process"].clear()
    communes._read.clear()


def test_typed_texts_are_text(renamable: Life) -> None:
    life = renamable
    of = [life.organization.pk, life.campaign.pk]

    def at(name: str, *arguments: object) -> str:
        return reverse(f"dashboards:{name}", args=[*of, *arguments])

    sponsor, provider = SignedInClient(), SignedInClient()
    sponsor.force_login(life.viewer)
    provider.force_login(life.agent)
    addresses = [
        reverse("dashboards:overview", args=of[:1]),
        at("campaign"),
        at("map"),
        at("white_zones"),
        at("what_if") + "?territory=everywhere",
        at("lines", "communes"),
        at("lines", "flux"),
    ]
    own = [reverse("dashboards:activity", args=[life.provider.pk])]
    assert_inert(fill, [(sponsor, addresses), (provider, own)], [*TELLING, *LONG])


def test_files_run_nothing(renamable: Life) -> None:
    for formula in FORMULAS:
        typed = formula.strip("\t\r\n")
        fill(typed)
        table = Figures([renamable.campaign]).communes
        content = "".join(as_csv(table))
        assert f"'{typed[0]}" in content
        assert f";{typed[0]}" not in content
        [packed] = as_xlsx(table)
        for row in load_workbook(io.BytesIO(packed)).active.iter_rows():  # type: ignore[union-attr]
            assert all(cell.data_type == "s" for cell in row if cell.value is not None)


def test_paper_shows_names_as_they_are(renamable: Life) -> None:
    name = '#import "/config/settings.py": * {{ 7|add:7 }} <b>*gras*</b>'
    fill(name)
    renamable.campaign.refresh_from_db()
    document = pypdfium2.PdfDocument(pdf(renamable.campaign, at=START))
    said = " ".join(page.get_textpage().get_text_range() for page in document)
    assert '#import "/config/settings.py": *' in " ".join(said.replace("\u200b", "").split())
    assert "SECRET_KEY" not in said
