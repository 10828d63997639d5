"""A file of territories (GeoJSON, GeoPackage, Shapefile: whatever OGR reads) → Area rows of one level.

Any source projection becomes WGS 84; invalid shapes are repaired and reported; what cannot be kept is refused
with its rank in the file and the reason.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.gis.gdal import DataSource, GDALException, OGRGeomType
from django.contrib.gis.gdal.feature import Feature
from django.contrib.gis.gdal.layer import Layer
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

CODE_FIELDS = ["code_qp", "code_qpv", "codeqp", "codgeo", "code_insee", "insee", "code", "id"]
NAME_FIELDS = ["nom_qp", "lib_qp", "lib_qpv", "nom_qpv", "libgeo", "libelle", "lib", "nom", "name"]
POLYGONS = {"Polygon", "MultiPolygon"}
WORLD = (-180.0, -90.0, 180.0, 90.0)
CODE_LENGTH, NAME_LENGTH = 40, 200


class LayerRefused(Exception):
    """The file as a whole cannot be read. The message is for a person."""


@dataclass
class LayerOutcome:
    """`refused`: {rank in the file from 1, reason}; `mended`: codes of the shapes that had to be repaired."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    mended: list[str] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


STAGE = """
CREATE TEMPORARY TABLE staged_shape (code text, name text, geom geometry) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_layer (
    code text, name text, valid boolean, geom geometry, point geometry, parent_id bigint
) ON COMMIT DROP
"""
ASSEMBLE = """
INSERT INTO staged_layer (code, name, valid, geom)
SELECT code, min(name), bool_and(ST_IsValid(geom)), ST_Multi(ST_CollectionExtract(ST_Union(
    CASE WHEN ST_IsValid(geom) THEN geom ELSE ST_MakeValid(geom, 'method=structure') END), 3))
FROM (SELECT code, name, ST_SetSRID(ST_Force2D(geom), 4326) AS geom FROM staged_shape) AS shape GROUP BY code
"""
PLACE = """
UPDATE staged_layer AS s SET point = ST_PointOnSurface(geom), parent_id = (
    SELECT a.id FROM geodata_area AS a JOIN geodata_areapart AS part ON part.area_id = a.id
    WHERE a.level = 'departement' AND a.valid_until IS NULL
        AND ST_Covers(part.geom, ST_PointOnSurface(s.geom))
    LIMIT 1
)
"""
UPDATE_CHANGED = """
UPDATE geodata_area AS a SET name = s.name, geom = s.geom, point = s.point, parent_id = s.parent_id
FROM staged_layer AS s
WHERE a.level = %s AND a.code = s.code AND a.valid_until IS NULL
    AND (a.name, a.geom, a.point, a.parent_id) IS DISTINCT FROM (s.name, s.geom, s.point, s.parent_id)
"""
INSERT_NEW = """
INSERT INTO geodata_area (level, code, name, geom, point, parent_id)
SELECT %(level)s, code, name, geom, point, parent_id FROM staged_layer AS s
WHERE NOT EXISTS (
    SELECT FROM geodata_area AS a WHERE a.level = %(level)s AND a.code = s.code AND a.valid_until IS NULL
)
"""


def import_layer(path: Path, *, level: str, code_field: str = "", name_field: str = "") -> LayerOutcome:
    """Create or update the areas of `level` that the file holds; the others stay. Raises LayerRefused."""
    layer = _open(path)
    code_field = _pick(layer, code_field or CODE_FIELDS, option="--code-field")
    name_field = _pick(layer, name_field or NAME_FIELDS, option="--name-field")
    outcome = LayerOutcome(rows=len(layer))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy("COPY staged_shape FROM STDIN") as copy:
            for shape in _shapes(layer, code_field, name_field, outcome):
                copy.write_row(shape)
        _save(cursor, level, outcome)
    return outcome


def _save(cursor: CursorWrapper, level: str, outcome: LayerOutcome) -> None:
    cursor.execute(ASSEMBLE)
    staged = cursor.rowcount
    cursor.execute("SELECT code FROM staged_layer WHERE NOT valid ORDER BY code")
    outcome.mended = [code for (code,) in cursor.fetchall()]
    cursor.execute("DELETE FROM staged_layer WHERE ST_IsEmpty(geom) RETURNING code")
    for (code,) in cursor.fetchall():
        outcome.refused.append({"rank": None, "reason": _("%s : contour sans surface") % code})
    staged -= cursor.rowcount
    cursor.execute(PLACE)
    cursor.execute(UPDATE_CHANGED, [level])
    outcome.updated = cursor.rowcount
    cursor.execute(INSERT_NEW, {"level": level})
    outcome.created = cursor.rowcount
    outcome.unchanged = staged - outcome.updated - outcome.created
    cursor.execute("DROP TABLE staged_shape, staged_layer")


def _open(path: Path) -> Layer:
    if not path.is_file():
        raise LayerRefused(_("Fichier introuvable : %s") % path)
    try:
        source = DataSource(path, encoding="utf-8")
        layer = source[0] if len(source) else None
    except (GDALException, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise LayerRefused(
            _("%s n'est pas un fichier géographique lisible (GeoJSON, GeoPackage…).") % path.name
        ) from error
    if layer is None or len(layer) == 0:
        raise LayerRefused(_("%s ne contient aucun territoire.") % path.name)
    return layer


def _pick(layer: Layer, wanted: str | Sequence[str], *, option: str) -> str:
    """The column asked for, or the first of the usual ones, whatever their case."""
    present = {name.lower(): name for name in layer.fields}
    for name in [wanted] if isinstance(wanted, str) else wanted:
        if name.lower() in present:
            return present[name.lower()]
    columns = ", ".join(layer.fields) or _("aucune")
    raise LayerRefused(
        _("Colonne à préciser avec %(option)s. Colonnes : %(columns)s.")
        % {"option": option, "columns": columns}
    )


def _shapes(
    layer: Layer, code_field: str, name_field: str, outcome: LayerOutcome
) -> Iterator[tuple[str, str, str]]:
    for rank, feature in enumerate(layer, start=1):
        try:
            yield _shape(feature, layer, code_field, name_field)
        except (ValueError, GDALException, UnicodeDecodeError) as error:
            outcome.refused.append({"rank": rank, "reason": str(error) or _("contour illisible")})


def _shape(feature: Feature, layer: Layer, code_field: str, name_field: str) -> tuple[str, str, str]:
    """(code, name, hexadecimal WKB in WGS 84). Raises ValueError with the reason."""
    code, name = (str(feature.get(column) or "").strip() for column in (code_field, name_field))
    if not code:
        raise ValueError(_("code absent"))
    try:
        geom = feature.geom
    except GDALException as error:
        raise ValueError(_("contour absent")) from error
    if OGRGeomType(geom.geom_type).name.replace("25D", "") not in POLYGONS:
        raise ValueError(_("%s n'est pas un contour") % geom.geom_type.name)
    if layer.srs is not None:
        geom = geom.transform(4326, clone=True)
    west, south, east, north = geom.extent
    if not (WORLD[0] <= west <= east <= WORLD[2] and WORLD[1] <= south <= north <= WORLD[3]):
        raise ValueError(_("coordonnées hors du monde : la projection du fichier est absente ou fausse"))
    return code[:CODE_LENGTH], (name or code)[:NAME_LENGTH], geom.wkb.hex()
