"""What people type, and the place they mean: on the real names of five départements."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geodata import gazetteer
from geodata.boundaries import import_france
from geodata.folding import fold, without_article
from geodata.models import Toponym
from geodata.naming import import_toponyms
from geodata.registry import France, read_france
from tests.geodata.test_boundaries import silent

DEPARTEMENTS = {"23", "69", "75", "93", "974"}


@pytest.fixture(scope="module")
def france() -> France:
    return read_france(DEPARTEMENTS)


@pytest.fixture(scope="module")
def names(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, france: France) -> Iterator[None]:
    """Loaded once for the module, rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_france(france, step=silent)
        import_toponyms(france, step=silent)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(names: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def first(text: str) -> str:
    found = gazetteer.suggest(text)
    return found[0].full_label if found else ""


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lyon", "Lyon — Rhône"),
        ("LYON", "Lyon — Rhône"),
        ("lyo", "Lyon — Rhône"),
        ("Lyon, France", "Lyon — Rhône"),
        ("guéret", "Guéret — Creuse"),
        ("gueret", "Guéret — Creuse"),
        ("souterraine", "La Souterraine — Creuse"),
        ("la souterraine", "La Souterraine — Creuse"),
        ("la soutteraine", "La Souterraine — Creuse"),
        ("villeurbane", "Villeurbanne — Rhône"),
        ("vilurbanne", "Villeurbanne — Rhône"),
        ("st ouen", "Saint-Ouen-sur-Seine — Seine-Saint-Denis"),
        ("ste foy les lyon", "Sainte-Foy-lès-Lyon — Rhône"),
        ("velin", "Vaulx-en-Velin — Rhône"),
        ("lyon 3", "Lyon 3e — Rhône"),
        ("Lyon 3ème", "Lyon 3e — Rhône"),
        ("lyon (3e)", "Lyon 3e — Rhône"),
        ("3e arrondissement de Lyon", "Lyon 3e — Rhône"),
        ("paris 11e", "Paris 11e — Paris"),
        ("paris 1er", "Paris 1er — Paris"),
        ("69003", "69003 Lyon 3e — Rhône"),
        ("Lyon 69003", "69003 Lyon 3e — Rhône"),
        ("69003 Lyon", "69003 Lyon 3e — Rhône"),
        ("6900", "69003 Lyon 3e — Rhône"),
        ("23176", "La Souterraine — Creuse"),
        ("69", "Rhône — département"),
        ("creuse", "Creuse — département"),
        ("974", "La Réunion — département"),
        ("réunion", "La Réunion — département"),
        ("mairie de guéret", "Mairie de Guéret — Creuse"),
        ("mairie de la souterraine", "Mairie de La Souterraine — Creuse"),
        ("hôtel de ville de Bron", "Mairie de Bron — Rhône"),
        ("Bron, Rhône", "Bron — Rhône"),
        ("bron 69", "Bron — Rhône"),
        ("métropole de lyon", "Métropole de Lyon — intercommunalité"),
        ("pierrefitte sur seine", "Pierrefitte-sur-Seine — Saint-Denis, Seine-Saint-Denis"),
    ],
)
def test_the_place_meant_comes_first(text: str, expected: str) -> None:
    assert first(text) == expected


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "text",
    [
        "Saint-Denis, réunion",
        "Saint-Denis (974)",
        "saint denis 974",
        "st denis reunion",
        "97400 saint-denis",
        "Saint-Denis — La Réunion",
    ],
)
def test_homonyms_are_told_apart(text: str) -> None:
    assert gazetteer.suggest(text)[0].code == "97411"


@pytest.mark.usefixtures("loaded")
def test_homonyms_come_with_their_context_the_most_populous_first() -> None:
    found = [place.full_label for place in gazetteer.suggest("saint-denis")]
    assert found[:2] == ["Saint-Denis — La Réunion", "Saint-Denis — Seine-Saint-Denis"]


@pytest.mark.usefixtures("loaded")
def test_every_full_label_is_understood_when_it_comes_back() -> None:
    """A form without JavaScript sends it again as it is."""
    sample = Toponym.objects.filter(kind__in=["commune", "arrondissement"]).order_by("folded")[::40]
    for toponym in sample:
        resolved = gazetteer.resolve(f"{toponym.name} — {toponym.context}")
        assert resolved is not None, toponym.name
        assert resolved.code == toponym.code


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("12 rue de la République, Lyon", "Lyon"),
        ("12 rue Victor Hugo 69002 Lyon", "69002 Lyon 2e"),
        ("3 place Bonnyaud, Guéret", "Guéret"),
        ("8 route de la mairie La Souterraine", "La Souterraine"),
    ],
)
def test_a_street_address_is_not_resolved_but_its_town_is_known(address: str, town: str) -> None:
    assert gazetteer.resolve(address) is None
    found = gazetteer.town_of(address)
    assert found is not None
    assert found.label == town


@pytest.mark.usefixtures("loaded")
def test_a_company_postcode_gives_its_departement_without_certainty() -> None:
    assert first("69439") == "Rhône — département"
    assert gazetteer.resolve("69439") is None


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("text", ["", "   ", "%", "_", "'; DROP TABLE x; --", "\\", "\0", "🙂", "zzzzqqq"])
def test_nothing_is_found_in_nothing(text: str) -> None:
    assert gazetteer.suggest(text) == []
    assert gazetteer.resolve(text) is None


@pytest.mark.usefixtures("loaded")
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=300))
def test_any_text_will_do(text: str) -> None:
    assert len(gazetteer.suggest(text)) <= 8
    gazetteer.town_of(text)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("sql_of", "index"),
    [
        (lambda: gazetteer._rows("lyo", "").filter(folded__startswith="lyo"), "toponym_prefix"),
        (
            lambda: gazetteer._named(gazetteer._rows("lyo", "")).filter(folded__trigram_similar="lyom"),
            "toponym_trigrams",
        ),
    ],
)
def test_each_question_walks_its_index(sql_of: object, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = sql_of().order_by().explain()
        cursor.execute("SET LOCAL enable_seqscan = on")
    assert index in plan


@pytest.mark.usefixtures("loaded")
def test_a_second_load_writes_nothing(france: France) -> None:
    assert import_toponyms(france, step=silent, whole=True) == 0


@pytest.mark.usefixtures("loaded")
def test_areas_are_found_by_name_code_and_level() -> None:
    assert [area.name for area in gazetteer.areas(level="region", limit=1)] == ["Île-de-France"]
    assert [area.code for area in gazetteer.areas("rhone", level="departement")] == ["69"]
    assert [area.name for area in gazetteer.areas("23176")] == ["La Souterraine"]
    assert list(gazetteer.areas("zzzzqqq")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("ST ETIENNE", "saint etienne"),
        ("Ste-Foy", "sainte foy"),
        ("Œuilly", "oeuilly"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("Lyon 1er", "lyon 1"),
        ("Paris 03e", "paris 3"),
    ],
)
def test_one_spelling(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_articles() -> None:
    assert without_article("le havre") == "havre"
    assert without_article("la") == "la"
