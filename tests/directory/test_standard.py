"""Files as people send them, values as they write them: read, mended, or refused in one sentence."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.choices import Accessibility, Audience, Fee, SupportMode
from directory.standard import mending
from directory.standard.columns import canonical
from directory.standard.files import FileRefused, read_bytes, read_file
from directory.standard.kinds import kind_of, says_itinerant
from directory.standard.placing import Commune, Communes, place
from directory.standard.reading import Contribution, Referential, RowRefused, read_row
from directory.standard.rows import VenueRow

REFERENTIAL = Referential(
    {"utiliser le numerique au quotidien": "utiliser", "prendre en main un ordinateur": "utiliser"},
    {"BIB": "mediatheque", "Autre": "autre"},
)
HEADER = "id{0}nom{0}commune{0}code_postal{0}adresse\n"
LINE = "1{0}Médiathèque d’été{0}Aigreville{0}01000{0}1 rue de l’Œuvre\n"
RAW = {"id": "1", "nom": "Le lieu", "commune": "Aigreville", "code_postal": "01000", "adresse": "1 rue"}


def read(**columns: Any) -> Contribution:
    raw = {canonical(name): value for name, value in (RAW | columns).items()}
    return read_row(7, raw, REFERENTIAL, "fichier")


def mended(contribution: Contribution) -> list[str]:
    assert all(each.line == 7 and each.what for each in contribution.mended)
    return [each.field for each in contribution.mended]


@pytest.mark.parametrize("delimiter", [";", ",", "|", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_in_any_dress(delimiter: str, encoding: str, end: str) -> None:
    text = (HEADER + LINE).format(delimiter).replace("\n", end)
    sheet = read_bytes(text.encode(encoding))
    assert sheet.rows == [
        (2, {**RAW, "nom": "Médiathèque d’été", "adresse": "1 rue de l’Œuvre"}),
    ]


def test_json_in_any_envelope() -> None:
    for document in ([RAW], {"data": [RAW], "count": 1}, RAW):
        assert read_bytes(json.dumps(document).encode()).rows == [(1, RAW)]


def test_a_quoted_field_over_two_lines_keeps_the_line_numbers() -> None:
    text = HEADER.format(",") + '1,"Le\nlieu",A,01000,x\n2,L,A,01000,x\n'
    assert [line for line, _row in read_bytes(text.encode()).rows] == [2, 4]


def test_two_columns_for_the_same_list_are_put_together() -> None:
    row = {**RAW, "publics_accueillis": "Adultes", "publics_specifiquement_adresses": "Jeunes"}
    ((_line, read_back),) = read_bytes(json.dumps([row]).encode()).rows
    assert read_back["publics_specifiquement_adresses"] == "Adultes|Jeunes"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "vide"),
        (b" \n ", "vide"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x1f\x8bxx", "gzip"),
        (b"%PDF-1.4", "PDF"),
        (b"\x00\x01\x02\x03", "binaire"),
        (b"[{", "coupé"),
        (b'[{"id": 1, "nom"', "coupé"),
        (b"[" * 200_000, "liste de lieux"),
        (b"[]", "aucun lieu"),
        (b"{}", "pas une liste"),
        (b'{"a": [1], "b": [2]}', "pas une liste"),
        (b"[" + b"1" * 5_000 + b"]", "liste de lieux"),
        (b"[1, 2]", "il manque id, nom, commune"),
        (b"Bonjour", "il manque id, nom, commune"),
        (b'"id_fs","lib_fs","adresse","code_postal","lib_com"\n1,2,3,4,5\n', "il manque id, nom, commune"),
        (HEADER.format(",").encode(), "aucun lieu"),
        ((HEADER + '1,"Le lieu,A,01000,x\n' * 3).format(",").encode(), "ne se ferme pas"),
        ((HEADER + '1,"' + "x" * 1_100_000 + '",A,01000,x\n').format(",").encode(), "abîmé"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(raw: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        read_bytes(raw)


def test_a_stray_quote_in_a_line_is_read() -> None:
    ((_line, row),) = read_bytes((HEADER + '1,"Le "petit" lieu",A,01000,x\n').format(",").encode()).rows
    assert "petit" in row["nom"]
    assert row["adresse"] == "x"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1_000_000_000)  # sparse: takes no disk
    with pytest.raises(FileRefused, match="trop gros"):
        read_file(huge)
    with pytest.raises(FileRefused, match="ne peut pas être lu"):
        read_file(tmp_path / "none.csv")


def test_rows_that_are_no_rows() -> None:
    csv = (HEADER + "1;a;b;01000;c;surplus\n" + "2;a;b\n" + ";;;;\n").format(";")
    sheet = read_bytes(csv.encode())
    assert [line for line, _reason in sheet.unreadable] == [2]
    assert [line for line, _row in sheet.rows] == [3]
    assert [(each.line, each.field) for each in sheet.mended] == [(3, "code_postal")]
    assert read_bytes(json.dumps([RAW, 3]).encode()).unreadable[0][0] == 2


def test_a_whole_row() -> None:
    row = read(
        services="Utiliser le numérique au quotidien;Prendre en main un ordinateur",
        publics_accueillis="Seniors (+ 65 ans);Surdité",
        conditions_access="Gratuit : Je peux accéder gratuitement au lieu et à ses services",
        labels_nationaux="CNFS;APTIC;Fabriques de Territoire",
        modalites_accompagnement="À distance",
        typologie="BIB",
        SIRET="401 092 267 00020",
    ).row
    assert row.audiences == [Audience.SENIORS, Audience.DISABLED]
    assert row.accessibility == [Accessibility.HEARING]
    assert (row.fees, row.support_modes) == ([Fee.FREE], [SupportMode.REMOTE])
    assert (row.programmes, row.trainings) == (
        ["Conseillers numériques", "APTIC"],
        ["Fabriques de Territoire"],
    )
    assert (row.pivot, row.venue_type, row.extra) == ("40109226700020", "mediatheque", {})
    (service,) = row.services
    assert (service.category, service.price_cents, service.modes) == ("utiliser", 0, ["remote"])
    assert service.description == "Prendre en main un ordinateur"


def test_defects_are_mended_and_told() -> None:
    contribution = read(
        code_postal=1000,
        telephone=33630392518,
        latitude="46,2",
        longitude="5,1",
        presentation_detail="<p>Bonjour &amp; bienvenue</p><script>x()</script>",
        horaires="Mo-Fr 9h-12h30",
        date_maj="02/06/2022",
        site_web="www.exemple.fr, javascript:alert(1)",
    )
    row = contribution.row
    assert (row.places[0].postcode, row.phone) == ("01000", "+33630392518")
    assert (row.places[0].lat, row.places[0].lon) == (46.2, 5.1)
    assert (row.description, row.places[0].hours) == ("Bonjour & bienvenue", "Mo-Fr 09:00-12:30")
    assert (row.updated_on, row.websites) == (date(2022, 6, 2), ["https://www.exemple.fr"])
    assert row.extra == {"site_web": ["javascript:alert(1)"]}
    assert set(mended(contribution)) == {
        "code_postal", "telephone", "latitude", "longitude", "presentation_detail", "horaires", "site_web"
    }  # fmt: skip


def test_what_cannot_be_read_is_kept_aside() -> None:
    contribution = read(
        telephone="appelez-nous",
        horaires="le matin",
        services="Tricot",
        code_postal="?",
        date_maj="hier",
        inconnue=[1],
    )
    row = contribution.row
    assert (row.phone, row.places[0].hours, row.services) == ("", "le matin", [])
    assert row.extra == {
        "telephone": "appelez-nous", "services": ["Tricot"], "code_postal": "?", "date_maj": "hier",
        "inconnue": [1],
    }  # fmt: skip
    assert set(mended(contribution)) == {"telephone", "horaires", "services", "code_postal", "date_maj"}


def test_what_a_database_refuses_is_taken_out() -> None:
    row = read(nom="Le\x00 lieu\ud800", autre={"a\x00": [float("inf"), 10**400, "x\x00"]}).row
    assert row.name == "Le lieu"
    assert row.extra == {"autre": {"a": [None, str(10**400), "x"]}}


def test_long_values_are_cut_and_kept_whole() -> None:
    contribution = read(nom="x" * 300)
    assert len(contribution.row.name) == 250
    assert contribution.row.extra == {"nom": "x" * 300}


@pytest.mark.parametrize("columns", [{"id": ""}, {"nom": None}, {"commune": "", "code_postal": ""}])
def test_rows_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(RowRefused):
        read(**columns)


def test_a_stop_of_a_round() -> None:
    row = read(
        nom="Bus numérique - [Place du marché]",
        horaires="Mo 09:30-12:30,13:30-15:30; PH off",
        ouverture="Semaine impaire",
    ).row
    (stop,) = row.places
    assert (row.name, row.itinerant, row.venue_type) == ("Bus numérique", True, "itinerance")
    assert (stop.name, stop.is_stop, stop.source_id) == ("Place du marché", True, "1")
    assert stop.hours == "week 01-53/2 Mo 09:30-12:30,13:30-15:30; PH off"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mo-Fr 09:00-12:00", "Mo-Fr 09:00-12:00"),
        ("du lundi au jeudi de 9h à 12h et de 14h à 17h", "Mo-Th 09:00-12:00,14:00-17:00"),
        ("Lundi et mardi : 9h00 - 12h00 / 13h30 - 17h00", "Mo,Tu 09:00-12:00,13:30-17:00"),
        ("Lundi 9h-12h, mardi 14h-17h", "Mo 09:00-12:00; Tu 14:00-17:00"),
        ("sur rendez-vous", None),
        ("Mo 08:30-12:00-14:00", None),
    ],
)
def test_hours(written: str, meant: str | None) -> None:
    assert mending.hours(written) == meant


@pytest.mark.parametrize(
    ("written", "postcode", "meant"),
    [
        ("33630392518", "", "+33630392518"),
        ("630392518", "", "+33630392518"),
        ("06.30.39.25.18", "", "+33630392518"),
        ("0262 90 12 34", "97400", "+262262901234"),
        ("3939", "", None),
        ("", "", None),
    ],
)
def test_phones(written: str, postcode: str, meant: str | None) -> None:
    assert mending.phone(written, postcode) == meant


def test_kinds() -> None:
    assert kind_of("Médiathèque Jean-Macé", [], {}) == "mediatheque"
    assert kind_of("Mairie", ["BIB"], {"BIB": "mediatheque"}) == "mediatheque"
    assert kind_of("Le FabLab", ["Autre"], {"Autre": "autre"}) == "fablab"
    assert kind_of("Mairie", ["MUNI"], {}) == ""
    assert says_itinerant("Itinérant|Fixe", "")
    assert says_itinerant("", "Maison du Département Itinérante")
    assert not says_itinerant("Fixe", "Busserolles")


AIGREVILLE = Commune("01001", "Aigreville", 5.0, 46.0)
COMMUNES = Communes(
    [("aigreville", "01000", AIGREVILLE), ("l autre", "01000", Commune("01002", "L'Autre", 5.5, 46.0))]
)


def placed(**columns: Any) -> tuple[tuple[float | None, float | None], list[str]]:
    contribution = read(**columns)
    place(contribution, COMMUNES)
    spot = contribution.row.places[0]
    return (spot.lon, spot.lat), [each.what for each in contribution.mended]


def test_good_coordinates_stay() -> None:
    assert placed(longitude=5.1, latitude=46.1) == ((5.1, 46.1), [])


def test_swapped_and_projected_coordinates_are_read() -> None:
    assert placed(longitude=46.1, latitude=5.1)[0] == (5.1, 46.1)
    (lon, lat), what = placed(longitude=855_000, latitude=6_545_000)
    assert lon == pytest.approx(5.0, abs=0.1)
    assert lat == pytest.approx(46.0, abs=0.1)
    assert "Lambert-93" in what[0]


@pytest.mark.parametrize(
    "where",
    [{}, {"latitude": None, "longitude": ""}, {"latitude": 0, "longitude": 0},
     {"latitude": 43.3, "longitude": 5.4},
     {"latitude": 46.0}, {"latitude": 1e6, "longitude": 1e6}],
)  # fmt: skip
def test_others_are_placed_at_the_town_hall(where: dict[str, Any]) -> None:
    spot, what = placed(**where)
    assert spot == (5.0, 46.0)
    assert "placé à la mairie de Aigreville" in what[-1]


def test_a_misspelled_commune_is_understood() -> None:
    spot, what = placed(commune="AIGREVILE cedex 9")
    assert spot == (5.0, 46.0)
    assert "comprise comme Aigreville" in what[0]


def test_an_unknown_place_is_not_listed() -> None:
    spot, what = placed(commune="Nulle-Part", code_postal="99999")
    assert spot == (None, None)
    assert "ne sera pas listé" in what[0]


values = (
    st.none() | st.text(max_size=30) | st.integers() | st.floats() | st.lists(st.text(max_size=5), max_size=3)
)
columns = [
    "id",
    "nom",
    "commune",
    "code_postal",
    "latitude",
    "longitude",
    "telephone",
    "horaires",
    "services",
]
columns += ["date_maj", "site_web", "pivot", "itinerance", "autre"]


@given(st.fixed_dictionaries(dict.fromkeys(columns, values)))
def test_any_row_is_read_or_refused(raw: dict[str, Any]) -> None:
    try:
        contribution = read_row(1, raw, REFERENTIAL, "fichier")
    except RowRefused:
        return
    place(contribution, COMMUNES)
    row = contribution.row
    assert VenueRow.from_json(json.loads(json.dumps(row.as_json()))) == row
    spot = row.places[0]
    assert (spot.lon is None) is (spot.lat is None)
