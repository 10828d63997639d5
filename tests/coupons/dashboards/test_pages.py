"""The pages of the dashboards: who sees what, in how many queries, and what they say."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coupons import reporting
from coupons.dashboards.figures import TABLES, Figures, table_of
from coupons.models import Campaign
from coupons.taking import take
from directory.offer.spreadsheets import read
from tests.coupons import toy
from tests.coupons.dashboards.life import START, Life

pytestmark = pytest.mark.django_db


def page(client: Client, user: Any, name: str, *arguments: Any) -> str:
    client.force_login(user)
    answer = client.get(reverse(f"dashboards:{name}", args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def of(life: Life) -> tuple[int, int]:
    return life.organization.pk, life.campaign.pk


def test_a_dashboard_says_the_numbers_of_the_campaign(client: Client, life: Life) -> None:
    steps = {step.slug: (step.coupons, step.cents) for step in Figures([life.campaign]).funnel}
    assert steps["ordered"] == steps["delivered"] == (160, 160_000)
    assert steps["handed_over"] == (124, 124_000)
    # Payments of 17 € for 2 coupons, one of them taken back; of 10 € for one.
    assert steps["used"] == (20 * 2 + 6, 46_000)
    assert steps["started"] == (21 * 4, 84_000)
    assert steps["expired"] == steps["cancelled"] == (0, 0)
    assert steps["refunded"] == (None, 20 * 300)
    html = page(client, life.viewer, "campaign", *of(life))
    for said in ("124", "460", "Guéret", "Aubusson", "Bourganeuf", "6 carnets"):
        assert said in html
    assert "non montré" in html


def test_whom_a_dashboard_is_for(client: Client, life: Life) -> None:
    stranger = toy.User.objects.create_user("ailleurs@exemple.test")
    other = toy.a_campaign(toy.a_sponsor("Autre"))
    client.force_login(stranger)
    assert client.get(reverse("dashboards:campaign", args=of(life))).status_code == 404
    client.force_login(life.viewer)
    for name in ("campaign", "map", "white_zones", "what_if", "report"):
        address = reverse(f"dashboards:{name}", args=[life.organization.pk, other.pk])
        assert client.get(address).status_code == 404, name
    assert client.post(reverse("dashboards:let_open", args=of(life)), {"open": "1"}).status_code == 403


def test_figures_open_to_their_lines_and_to_files(client: Client, life: Life) -> None:
    client.force_login(life.viewer)
    for figure in TABLES:
        assert client.get(reverse("dashboards:lines", args=[*of(life), figure])).status_code == 200
        lines = table_of(Figures([life.campaign]), figure).lines
        files = {form: downloaded(client, life, figure, form) for form in ("csv", "xlsx", "geojson")}
        rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == len(lines) + 1
        assert {len(row) for row in rows} == {len(rows[0])}
        assert len(json.loads(files["geojson"])["features"]) == len(lines)
        assert len(read(files["xlsx"])) == len(lines) + 1
    assert client.get(reverse("dashboards:lines", args=[*of(life), "autre"])).status_code == 404


def downloaded(client: Client, life: Life, figure: str, form: str) -> bytes:
    answer = client.get(reverse("dashboards:export", args=[*of(life), figure, form]))
    assert answer.status_code == 200
    assert f"-{figure}-" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_lines_of_days_never_tell_a_small_count(life: Life) -> None:
    table = Figures([life.campaign]).days
    assert all(line.values is not None for line in table.lines)
    assert table.heads[0] == "Jour"


def test_what_was_used_in_few_passages_is_not_told(client: Client) -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(4)
    campaign = coupons[0].booklet.order.campaign
    take(counter.passage([coupons[0].pk]), at=toy.AT)
    reporting.refresh()
    figures = Figures([campaign])
    assert figures.too_few
    told = {step.slug: step.coupons for step in figures.funnel}
    assert told["used"] is None
    assert told["started"] is None
    assert figures.money["paid"] is None
    assert figures.delay is None
    assert figures.distance is None


def test_constant_queries(client: Client, life: Life) -> None:
    client.force_login(life.viewer)
    names = [
        ("overview", of(life)[:1]),
        ("campaign", of(life)),
        ("map", of(life)),
        ("what_if", of(life)),
        ("white_zones", of(life)),
    ]

    def asked() -> list[int]:
        counts = []
        for name, arguments in names:
            client.get(reverse(f"dashboards:{name}", args=arguments))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(reverse(f"dashboards:{name}", args=arguments)).status_code == 200
            counts.append(len(queries))
        return counts

    before = asked()
    for number in range(20):
        other = toy.a_campaign(life.organization, name=f"Autre {number}", frozen_at=START)
        assert isinstance(other, Campaign)
    counters = [toy.a_counter(f"Lieu {n}", 1.2 + n / 50, 46.2) for n in range(6)]
    coupons = list(life.order.booklet_set.filter(status="active").order_by("pk")[:6])
    for counter, booklet in zip(counters, coupons, strict=True):
        coupon = booklet.coupons.filter(state="active")[0]
        take(counter.passage([coupon.pk]), at=toy.AT)
    reporting.refresh()
    assert asked() == before
    assert max(before) < 40


def test_refresh_on_demand(client: Client, life: Life) -> None:
    coupon = life.order.booklet_set.filter(status="active")[0].coupons.filter(state="active")[0]
    take(life.counters["23008"].passage([coupon.pk], price_cents=1000), at=toy.AT)
    html = page(client, life.viewer, "campaign", *of(life))
    assert "Actualiser" in html
    address = reverse("dashboards:campaign", args=of(life))
    answer = client.post(reverse("dashboards:refresh", args=of(life)[:1]), {"next": address})
    assert answer.headers["Location"] == address
    assert "Actualiser" not in page(client, life.viewer, "campaign", *of(life))
    away = client.post(reverse("dashboards:refresh", args=of(life)[:1]), {"next": "//example.org/"})
    assert away.headers["Location"] == f"/espace/{life.organization.pk}/"


def test_open_data_where_the_sponsor_says_so(client: Client, life: Life) -> None:
    addresses = {
        form: reverse("dashboards:open_data", args=[life.campaign.slug, form]) for form in ("csv", "json")
    }
    for address in addresses.values():
        assert Client().get(address).status_code == 404
    client.force_login(life.manager)
    client.post(reverse("dashboards:let_open", args=of(life)), {"open": "1"})
    answer = Client().get(addresses["json"])
    said = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert said["licence"]["name"].startswith("Licence Ouverte")
    told = {one["communes_name"]: one["coupons"] for one in said["figures"]["communes"]}
    assert sum(told.values()) == 46
    assert b"Felletin" not in b"".join(Client().get(addresses["csv"]).streaming_content)  # type: ignore[attr-defined]
    client.post(reverse("dashboards:let_open", args=of(life)))
    assert Client().get(addresses["json"]).status_code == 404


def test_activity_of_a_provider(client: Client, life: Life) -> None:
    """An agent sees what was done; what is owed is for those who see money."""
    html = page(client, life.agent, "activity", life.provider.pk)
    assert "à verser" not in html
    toy_manager = toy.User.objects.create_user("gerante@exemple.test")
    life.provider.memberships.create(user=toy_manager, role="provider-manager")
    html = page(client, toy_manager, "activity", life.provider.pk)
    # Nine payments of 17 € stand.
    assert "153" in html
    assert "à verser" in html


def test_what_if_the_rule_changed(client: Client, life: Life) -> None:
    client.force_login(life.viewer)
    address = reverse("dashboards:what_if", args=of(life))
    assert client.get(address).status_code == 200
    assert client.get(address, {"territory": "999999"}).status_code == 400
    answer = client.get(address, {"territory": "everywhere", "venue_types": ["1"]})
    assert answer.status_code in (200, 400)


def test_the_report_is_a_pdf(client: Client, life: Life) -> None:
    client.force_login(life.viewer)
    answer = client.get(reverse("dashboards:report", args=of(life)))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
