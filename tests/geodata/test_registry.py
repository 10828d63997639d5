"""The two registry packages as they are installed: one rural département, one city, one island overseas."""

import re

import pytest

from geodata.registry import France, RegistryMissing, read_france, town_halls


@pytest.fixture(scope="module")
def france() -> France:
    return read_france({"23", "69", "975"})


def test_a_departement_is_whole(france: France) -> None:
    creuse = [commune for commune in france.communes if commune.departement == "23"]
    assert 250 <= len(creuse) <= 260
    assert {departement.code for departement in france.departements} == {"23", "69"}
    assert [region.name for region in france.regions] == ["Nouvelle-Aquitaine", "Auvergne-Rhône-Alpes"]


def test_a_commune_has_its_article_its_postcodes_and_its_place(france: France) -> None:
    souterraine = next(commune for commune in france.communes if commune.code == "23176")
    assert souterraine.name == "La Souterraine"
    assert souterraine.postcodes == ("23300",)
    assert souterraine.population > 4000
    assert souterraine.outline.startswith("0106000020E6100000")
    assert souterraine.town_hall.startswith("0101000020E6100000")
    assert souterraine.epci in {epci.code for epci in france.epcis}


def test_arrondissements_are_named_as_people_say(france: France) -> None:
    named = {quarter.name: quarter for quarter in france.arrondissements}
    assert len(named) == 9
    assert (named["Lyon 3e"].code, named["Lyon 3e"].commune) == ("69383", "69123")
    assert named["Lyon 3e"].postcodes == ("69003",)


def test_a_merger_without_its_outlines_is_marked(france: France) -> None:
    assert {commune.name for commune in france.communes if commune.lacks == 2} >= {"Parsac"}


def test_overseas_seats_are_placed(france: France) -> None:
    assert {commune.name for commune in france.communes if commune.departement == "975"} == {
        "Saint-Pierre",
        "Miquelon-Langlade",
    }


def test_town_halls_have_what_the_demonstration_needs() -> None:
    halls = list(town_halls(["23"]))
    assert len(halls) > 240
    gueret = next(hall for hall in halls if hall.commune == "Guéret")
    assert re.search(r"23000 Guéret", gueret.address)
    assert gueret.hours.startswith("[[")
    assert 1.8 < gueret.lon < 1.95


def test_a_missing_package_is_said(settings: object, tmp_path: object) -> None:
    settings.NODE_MODULES = tmp_path
    with pytest.raises(RegistryMissing, match="decoupage-administratif"):
        read_france({"23"})
