"""The pages as the server sends them: redirections, refusals, escaping, a bounded number of queries."""

import html
import json
import re
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory import maps
from directory.models import Category, Labelling, Place, Service, Venue
from directory.sheet import embedded, web_addresses
from geodata.models import Area

pytestmark = pytest.mark.django_db
HOSTILE = "</script><b>Atelier & Cie"


def make_venue(name: str = HOSTILE, lon: float = 2.5, **fields: Any) -> Venue:
    venue = Venue.objects.create(name=name, slug="atelier", **fields)
    Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2100, 1, 1)))
    category = Category.objects.get(slug="utiliser")
    Service.objects.create(
        venue=venue, category=category, name="<i>Réparer", price_cents=0, status="approved"
    )
    Place.objects.create(
        venue=venue, point=Point(lon, 46.5, srid=4326), hours="Mo-Fr 09:00-17:00", commune="Guéret"
    )
    return venue


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("lon=4&lat=95", "lat"),
        ("lon=NaN&lat=46", "lon"),
        ("bbox=1,2,3", "bbox"),
        ("price_max=-1", "price_max"),
        ("open_at=demain", "open_at"),
        ("cursor=zzz", "cursor"),
        (f"q={'a' * 10_000}", "q"),
        ("category=%3Cb%3E", "category"),
    ],
)
def test_a_bad_parameter_is_named_on_a_page(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/lieux/?{query}")
    assert answer.status_code == 400
    assert f"<strong>{parameter}</strong>" in answer.content.decode()
    assert "<b>" not in answer.content.decode()


def test_the_reason_does_not_repeat_the_name(client: Client) -> None:
    assert "<strong>lat</strong> : hors limites" in client.get("/lieux/?lon=4&lat=95").content.decode()
    assert "<strong>lat</strong>: out of range" in client.get("/en/lieux/?lon=4&lat=95").content.decode()


def test_the_map_knows_where_the_search_starts(client: Client) -> None:
    page = client.get("/lieux/?lon=2.5&lat=46.5").content.decode()
    assert re.search(r'data-features="[^"]+" data-lon="2.500000" data-lat="46.500000"', page)


def test_everything_typed_is_escaped(client: Client) -> None:
    venue = make_venue()
    for address in ("/lieux/?lon=2.5&lat=46.5", venue.get_absolute_url(), "/lieux/?q=<b>"):
        page = client.get(address).content.decode()
        assert "<b>Atelier" not in page
        assert "<i>" not in page


def test_an_old_name_leads_to_the_venue(client: Client) -> None:
    venue = make_venue()
    address = f"/lieux/{venue.pk}/atelier/"
    answer = client.get(f"/lieux/{venue.pk}/autre/")
    assert (answer.status_code, answer["Location"]) == (301, address)
    assert client.get(f"/en/lieux/{venue.pk}/autre/")["Location"] == f"/en{address}"


def test_an_unpublished_venue_does_not_exist(client: Client) -> None:
    assert client.get(make_venue(published=False).get_absolute_url()).status_code == 404


@pytest.mark.parametrize("number", [1, 20])
def test_queries_of_the_results_do_not_grow(
    client: Client, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rank in range(number):
        make_venue(f"Lieu {rank}", 2.5 + rank / 1000)
    client.get("/lieux/?lon=2.5&lat=46.5")
    with django_assert_max_num_queries(14):
        answer = client.get("/lieux/?lon=2.5&lat=46.5")
    assert len(answer.context["results"]) == number


def test_a_link_to_the_next_page_keeps_the_search(client: Client) -> None:
    for rank in range(22):
        make_venue(f"Lieu {rank}", 2.5 + rank / 1000)
    first = client.get("/lieux/?lon=2.5&lat=46.5&price_max=0&place=Guéret")
    second = client.get(first.context["next_url"])
    assert len(second.context["results"]) == 2
    assert second.context["place"] == "Guéret"
    assert second.context["next_url"] is None


def test_linked_data_stays_inside_its_script(client: Client) -> None:
    page = client.get(make_venue().get_absolute_url()).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    assert json.loads(found[1])["name"] == HOSTILE
    assert embedded({"name": HOSTILE}).count("<") == 0


def test_only_web_addresses_are_links() -> None:
    given = web_addresses(
        "https://www.exemple.fr/a", "javascript:alert(1)", "//exemple.fr", "", "data:text/html,x"
    )
    assert given == [{"url": "https://www.exemple.fr/a", "name": "exemple.fr"}]


def test_a_framed_map_asks_nothing_of_other_hosts() -> None:
    square = MultiPolygon(Polygon.from_bbox((2, 46, 3, 47)), srid=4326)
    area = Area(level="commune", code="23096", name="Guéret", geom=square, point=Point(2.5, 46.5, srid=4326))
    parts = maps.territory(area, [(HOSTILE, 2.5, 46.5)], nonce="abc")
    page = "".join(parts.values())
    assert not re.findall(r"(?:src|href)=\"(?!/static/)", page)
    assert "https://" not in page
    assert len(re.findall(r"<(?:script|style)\b", page)) == page.count('nonce="abc"')
    assert "<b>" not in page


@pytest.mark.parametrize(
    "name", ["{{ 7 * 7 }}", "{% for x in 'ab' %}x{% endfor %}", "{# x #}", "}}{{ cycler.__init__ }}", "{{"]
)
def test_a_name_is_no_template_of_the_drawing_library(name: str) -> None:
    square = MultiPolygon(Polygon.from_bbox((2, 46, 3, 47)), srid=4326)
    area = Area(level="commune", code="23096", name="Guéret", geom=square, point=Point(2.5, 46.5, srid=4326))
    script = maps.territory(area, [(name, 2.5, 46.5)], nonce="abc")["script"]
    data = script.replace("\\u0026", "&").replace("\\u0027", "'")
    assert html.unescape(name) in html.unescape(html.unescape(data))


def test_a_territory_counts_what_is_inside_and_on_its_border(client: Client) -> None:
    square = MultiPolygon(Polygon.from_bbox((2, 46, 3, 47)), srid=4326)
    Area.objects.create(
        level="commune", code="23096", name="Carré", geom=square, point=Point(2.5, 46.5, srid=4326)
    )
    make_venue("Dedans"), make_venue("Au bord", lon=3.0), make_venue("Dehors", lon=3.1)
    answer = client.get("/territoires/commune/23096/")
    assert answer.context["figures"]["venues"] == 2
    assert answer.context["categories"][1]["number"] == 2
    assert client.get("/territoires/commune/99999/").status_code == 404
