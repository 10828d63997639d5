"""The pages of the diagnosis, its map and its file."""

import json

import pytest
from django.core.cache import caches
from django.test import Client

from directory.models import Venue
from geodata.models import Area
from tests.directory.diagnosis.conftest import Toy, box, make_area, make_venue
from tests.hostile import LONG, TELLING, Seen, assert_inert, intruders

pytestmark = pytest.mark.django_db
PAGE = "/diagnostic/D1/"


def test_which_departement(client: Client, toy: Toy) -> None:
    page = client.get("/diagnostic/").content.decode()
    assert 'href="/diagnostic/D1/"' in page
    assert 'href="/diagnostic/D2/"' in page
    for typed in ("d1", "departement d essai", " Département d'essai "):
        assert client.get("/diagnostic/", {"q": typed}).headers.get("Location") == PAGE, typed
    assert "ne s" in client.get("/diagnostic/", {"q": "Nulle part"}).content.decode()
    assert client.get("/diagnostic/", {"q": "a\x00b"}).status_code == 200


def test_the_figures_are_on_the_page(client: Client, toy: Toy) -> None:
    make_venue(2.5, 48.5)
    page = client.get(PAGE).content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert "33 % des habitants, soit 500 personnes" in page
    assert "Deux" in page
    assert "plus de 30 km" in page
    assert "ne sont pas chargés" in page


def test_priority_districts_stand_beside_the_communes(client: Client, toy: Toy) -> None:
    make_area("qpv", "QP1", "Les Tilleuls", box(2.5, 48.5, 2.51, 48.51), parent=toy.departement)
    make_venue(2.505, 48.505)
    page = client.get(PAGE).content.decode()
    assert "Les Tilleuls" in page
    assert "ne sont pas chargés" not in page
    assert "Les Tilleuls" in client.get(f"{PAGE}carte/").content.decode()


def test_the_file(client: Client, toy: Toy) -> None:
    make_area("qpv", "QP1", "Les Tilleuls", box(2.5, 48.5, 2.51, 48.51), parent=toy.departement)
    make_venue(2.505, 48.505)
    answer = client.get(f"{PAGE}donnees.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert "attachment" in answer.headers["Content-Disposition"]
    features = json.loads(answer.content)["features"]
    assert [one["properties"]["kind"] for one in features] == ["commune"] * 4 + ["qpv"]
    [one] = [one for one in features if one["properties"]["name"] == "Un"]
    assert one["geometry"] == {"type": "Point", "coordinates": [2.5, 48.5]}
    assert one["properties"] | {"nearest_km": 0} == {
        "kind": "commune",
        "code": "c0",
        "name": "Un",
        "population": 1000,
        "nearest_km": 0,
        "far": False,
    }


@pytest.mark.parametrize("address", ["/diagnostic/zz/", "/diagnostic/c0/", "/diagnostic/zz/carte/"])
def test_what_is_no_departement(client: Client, toy: Toy, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_map_is_light_and_asks_nobody(client: Client, toy: Toy) -> None:
    for i in range(30):
        make_venue(2.1 + i / 40, 48.2)
    answer = client.get(f"{PAGE}carte/")
    assert len(answer.content) < 500_000
    assert "//cdn" not in answer.content.decode()
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def fill(text: str) -> None:
    Venue.objects.update(name=text[:250])
    Area.objects.update(name=text[:200])
    for cache in caches.all(initialized_only=True):
        cache.clear()


def test_names_are_text(client: Client, toy: Toy) -> None:
    make_area("qpv", "QP1", "x", box(2.5, 48.5, 2.51, 48.51), parent=toy.departement)
    make_venue(2.505, 48.505)
    pages = ["/diagnostic/", PAGE]
    assert_inert(fill, [(client, pages)], [*TELLING, *LONG])


def test_what_is_looked_for_is_text(client: Client, toy: Toy) -> None:
    usual = Seen(client.get("/diagnostic/", {"q": "zzzz"}).content.decode()).kinds
    for text in TELLING:
        answer = client.get("/diagnostic/", {"q": text})
        assert answer.status_code in (200, 302)
        assert not intruders(answer.content.decode(), usual), text
