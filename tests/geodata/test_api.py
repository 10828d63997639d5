"""`/api/v1/places/` and `/api/v1/areas/`."""

import pytest
from django.test import Client

from geodata.boundaries import import_france
from geodata.naming import import_toponyms
from tests.geodata.test_boundaries import silent
from tests.geodata.toy_france import commune, country

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def france() -> None:
    toy = country(
        commune("01001", "Le Bourg", 0, 0, population=5000),
        commune("01002", "Saint-Denis", 1, 0, population=300),
        commune("93066", "Saint-Denis", 2, 0, population=150_000, postcodes=("93200", "93210")),
    )
    import_france(toy, step=silent)
    import_toponyms(toy, step=silent)


def test_a_place_has_what_the_page_needs(client: Client) -> None:
    answer = client.get("/api/v1/places/", {"q": "bourg"})
    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {
                "label": "Le Bourg",
                "kind": "commune",
                "code": "01001",
                "context": "Ain",
                "lon": 0.5,
                "lat": 0.5,
                "postcode": "01100",
            }
        ]
    }


def test_homonyms_are_ordered_and_told_apart(client: Client) -> None:
    results = client.get("/api/v1/places/", {"q": "st denis"}).json()["results"]
    assert [place["context"] for place in results[:2]] == ["Seine-Saint-Denis", "Ain"]
    assert results[0]["postcode"] == ""


def test_no_place_is_an_empty_list(client: Client) -> None:
    assert client.get("/api/v1/places/", {"q": "zzzzqqq"}).json() == {"results": []}


def test_an_answer_costs_few_queries(client: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(2):
        client.get("/api/v1/places/", {"q": "saint denis"})


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "many"}, "limit"),
        ({"q": "a", "nope": "1"}, "nope"),
    ],
)
def test_a_bad_parameter_of_places_is_named(client: Client, parameters: dict[str, str], name: str) -> None:
    answer = client.get("/api/v1/places/", parameters)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["name"] for error in answer.json()["errors"]] == [name]


def test_areas_by_level_and_name(client: Client) -> None:
    answer = client.get("/api/v1/areas/", {"level": "departement", "q": "seine"}).json()
    assert answer == {
        "results": [
            {
                "level": "departement",
                "code": "93",
                "name": "Seine-Saint-Denis",
                "population": 150_000,
                "lon": 2.5,
                "lat": 0.5,
                "parent": {"level": "region", "code": "84", "name": "Auvergne-Rhône-Alpes"},
            }
        ]
    }
    assert client.get("/api/v1/areas/", {"q": "FR"}).json()["results"][0]["parent"] is None


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"level": "planet"}, "level"),
        ({"level": "custom"}, "level"),
        ({"q": "x" * 201}, "q"),
        ({"p": "1"}, "p"),
    ],
)
def test_a_bad_parameter_of_areas_is_named(client: Client, parameters: dict[str, str], name: str) -> None:
    answer = client.get("/api/v1/areas/", parameters)
    assert answer.status_code == 400
    assert [error["name"] for error in answer.json()["errors"]] == [name]


def test_both_are_in_the_schema(client: Client) -> None:
    paths = client.get("/api/schema/", headers={"accept": "application/json"}).json()["paths"]
    places = paths["/api/v1/places/"]["get"]
    assert {parameter["name"] for parameter in places["parameters"]} == {"q", "limit"}
    assert {"200", "400"} <= set(places["responses"])
    assert "/api/v1/areas/" in paths
