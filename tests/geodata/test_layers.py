"""Territories from files: any projection, odd column names, broken shapes, files that are something else."""

import json
import sqlite3
import struct
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.core.management import CommandError, call_command

from geodata.layers import LayerRefused, import_layer
from geodata.models import Area

pytestmark = pytest.mark.django_db
SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


def feature(code: str | None, ring: list, *, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [ring] if kind == "Polygon" else ring}
    return {
        "type": "Feature",
        "properties": {"code_qp": code, "nom_qp": "Centre"} | properties,
        "geometry": geometry,
    }


def geojson(folder: Path, *features: dict[str, Any], **members: Any) -> Path:
    path = folder / "quartiers.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | members))
    return path


def geopackage(folder: Path, code: str, polygon: Polygon) -> Path:
    """The least that the GeoPackage standard asks for, with one polygon in the projection of the polygon."""
    path = folder / "quartiers.gpkg"
    with sqlite3.connect(path) as package:
        package.executescript(
            """
            PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300;
            CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
                organization_coordsys_id INTEGER, definition TEXT, description TEXT);
            CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT,
                description TEXT, last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL,
                srs_id INTEGER);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,
                srs_id INTEGER, z TINYINT, m TINYINT);
            CREATE TABLE quartiers (fid INTEGER PRIMARY KEY, geom BLOB, CODE_QPV TEXT, LIB_QPV TEXT);
            INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('quartiers', 'features', 2154);
            INSERT INTO gpkg_geometry_columns VALUES ('quartiers', 'geom', 'POLYGON', 2154, 0, 0);
            """
        )
        srs = GEOSGeometry("POINT(0 0)", srid=2154).srs.wkt
        package.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('Lambert-93', 2154, 'EPSG', 2154, ?, '')", [srs]
        )
        blob = b"GP\x00\x01" + struct.pack("<i", 2154) + bytes(polygon.wkb)
        package.execute("INSERT INTO quartiers VALUES (1, ?, ?, 'Les Tours')", [blob, code])
    return path


def test_a_geojson_becomes_areas_with_a_point_and_a_departement(tmp_path: Path) -> None:
    around = GEOSGeometry("MULTIPOLYGON(((-5 -5, 5 -5, 5 5, -5 5, -5 -5)))", srid=4326)
    ain = Area.objects.create(level="departement", code="01", name="Ain", geom=around, point=Point(0, 0))
    outcome = import_layer(geojson(tmp_path, feature("QP001", SQUARE)), level="qpv")
    assert (outcome.rows, outcome.created, outcome.refused, outcome.mended) == (1, 1, [], [])
    quarter = Area.objects.get(level="qpv", code="QP001")
    assert (quarter.name, quarter.parent, quarter.geom.geom_type) == ("Centre", ain, "MultiPolygon")
    assert quarter.geom.covers(quarter.point)


def test_a_second_import_changes_nothing_and_a_third_only_what_differs(tmp_path: Path) -> None:
    import_layer(geojson(tmp_path, feature("QP001", SQUARE), feature("QP002", SQUARE)), level="qpv")
    again = import_layer(geojson(tmp_path, feature("QP001", SQUARE), feature("QP002", SQUARE)), level="qpv")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    renamed = geojson(tmp_path, feature("QP001", SQUARE), feature("QP002", SQUARE, nom_qp="Gare"))
    outcome = import_layer(renamed, level="qpv")
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 1)


def test_an_invalid_shape_is_mended_and_said(tmp_path: Path) -> None:
    outcome = import_layer(geojson(tmp_path, feature("QP001", BOW_TIE)), level="qpv")
    assert outcome.mended == ["QP001"]
    assert Area.objects.get(code="QP001").geom.valid


def test_lambert_93_in_a_geopackage(tmp_path: Path) -> None:
    lyon = Polygon.from_bbox((842000, 6519000, 843000, 6520000))
    lyon.srid = 2154
    outcome = import_layer(geopackage(tmp_path, "QN069", lyon), level="qpv")
    assert outcome.created == 1
    quarter = Area.objects.get(code="QN069")
    assert quarter.name == "Les Tours"
    assert quarter.point.coords == pytest.approx((4.833, 45.762), abs=0.02)


def test_parts_of_the_same_code_are_one_area(tmp_path: Path) -> None:
    other = [[lon + 5, lat] for lon, lat in SQUARE]
    outcome = import_layer(geojson(tmp_path, feature("QP001", SQUARE), feature("QP001", other)), level="qpv")
    assert outcome.created == 1
    assert len(Area.objects.get(code="QP001").geom) == 2


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature(None, SQUARE), "code absent"),
        (feature("  ", SQUARE), "code absent"),
        (feature("QP9", [1, 1], kind="Point"), "n'est pas un contour"),
        (feature("QP9", [[x * 1e6, y] for x, y in SQUARE]), "hors du monde"),
        (
            {"type": "Feature", "properties": {"code_qp": "QP9", "nom_qp": ""}, "geometry": None},
            "contour absent",
        ),
    ],
)
def test_a_bad_feature_is_refused_with_its_rank(tmp_path: Path, bad: dict[str, Any], reason: str) -> None:
    outcome = import_layer(geojson(tmp_path, feature("QP001", SQUARE), bad), level="qpv")
    assert outcome.created == 1
    assert [refusal["rank"] for refusal in outcome.refused] == [2]
    assert reason in outcome.refused[0]["reason"]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = geojson(tmp_path, {**feature("x", SQUARE), "properties": {"Clef": "A1", "Étiquette": "Gare"}})
    with pytest.raises(LayerRefused, match=r"--code-field.*Clef"):
        import_layer(path, level="custom")
    import_layer(path, level="custom", code_field="clef", name_field="Étiquette")
    assert Area.objects.get(level="custom", code="A1").name == "Gare"


@pytest.mark.parametrize(
    "content", [b"", b"not a map", b"{", b"\x00" * 100, b'{"type": "FeatureCollection", "features": []}']
)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.geojson"
    path.write_bytes(content)
    with pytest.raises(LayerRefused, match=r"bad\.geojson"):
        import_layer(path, level="qpv")


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="introuvable"):
        call_command("import_areas", str(tmp_path / "none.geojson"), level="qpv")
    with pytest.raises(CommandError, match="--level"):
        call_command("import_areas", str(tmp_path / "none.geojson"))


def test_the_command_reports_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_areas", str(geojson(tmp_path, feature("QP001", SQUARE))), level="qpv", json=True)
    assert json.loads(capsys.readouterr().out)["created"] == 1
