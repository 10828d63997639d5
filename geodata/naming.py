"""Official names → Toponym rows: what people type for a place, in the spelling that `folding` compares.

A place may have several rows (with and without its article, one for each postcode, one for each former
commune). `weight` orders answers: the population, tempered for what is larger than a commune, since people
mostly look for a town. `context` is a proper noun ("Rhône"); where it is empty, the kind itself says enough.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from geodata.boundaries import TOWN_HALL_MARGIN_M, Step
from geodata.folding import TOWN_HALL, fold, without_article
from geodata.registry import CITIES_WITH_ARRONDISSEMENTS, Commune, France, Quarter

EPCI_KIND = re.compile(
    r"^(?:communaute (?:de communes|d agglomeration|urbaine)|metropole) "
    r"(?:de la |de l |du |des |de |d )?(?=.)"
)
# "Mairie du Havre", "Mairie des Abymes", "Mairie d'Arles"
OF = [("Le ", "du "), ("Les ", "des "), *((vowel, f"d'{vowel}") for vowel in "AEIOUYÂÉÈÊÎÏÔŒ")]


class Row(NamedTuple):
    """`level`, `area`: the Area it stands for, and at the point of, unless it has a place of its own."""

    kind: str
    name: str
    folded: str
    code: str
    level: str
    area: str
    postcode: str = ""
    context: str = ""
    population: int | None = None
    outline: str | None = None
    town_hall: str | None = None


STAGE = """
CREATE TEMPORARY TABLE staged_toponym (
    kind text, name text, folded text, code text, level text, area text, postcode text, context text,
    weight int, outline geometry(MultiPolygon, 4326), town_hall geometry(Point, 4326),
    area_id bigint, point geometry(Point, 4326)
) ON COMMIT DROP
"""
PLACE = """
UPDATE staged_toponym AS t SET area_id = a.id,
    weight = coalesce(t.weight, a.population, 0) / CASE t.kind
        WHEN 'departement' THEN 20 WHEN 'epci' THEN 40 WHEN 'region' THEN 60
        WHEN 'town_hall' THEN 20 ELSE 1 END,
    point = CASE
        WHEN ST_DWithin(coalesce(t.outline, a.geom)::geography, t.town_hall::geography, %s) THEN t.town_hall
        WHEN t.outline IS NOT NULL THEN ST_PointOnSurface(t.outline)
        ELSE a.point
    END
FROM geodata_area AS a
WHERE a.level = t.level AND a.code = t.area AND a.valid_until IS NULL
"""
SAME_ROW = "(t.kind, t.code, t.postcode, t.folded) = (s.kind, s.code, s.postcode, s.folded)"
UPDATE_CHANGED = f"""
UPDATE geodata_toponym AS t
SET name = s.name, context = s.context, weight = s.weight, area_id = s.area_id, point = s.point
FROM staged_toponym AS s
WHERE {SAME_ROW} AND (t.name, t.context, t.weight, t.area_id, t.point)
    IS DISTINCT FROM (s.name, s.context, s.weight, s.area_id, s.point)
"""  # noqa: S608
INSERT_NEW = f"""
INSERT INTO geodata_toponym (kind, name, folded, code, postcode, context, weight, area_id, point)
SELECT kind, name, folded, code, postcode, context, weight, area_id, point
FROM staged_toponym AS s WHERE NOT EXISTS (SELECT FROM geodata_toponym AS t WHERE {SAME_ROW})
ORDER BY s.folded COLLATE "C"
"""  # noqa: S608
DELETE_GONE = f"""
DELETE FROM geodata_toponym AS t WHERE NOT EXISTS (SELECT FROM staged_toponym AS s WHERE {SAME_ROW})
"""  # noqa: S608


def import_toponyms(france: France, *, step: Step, whole: bool = True) -> int:
    """Make the gazetteer equal to `france`, whose areas are there. Returns the rows written or deleted."""
    with connection.cursor() as cursor:
        with step(_("Noms de lieux")) as done:
            done(_stage(cursor, france))
        with step(_("Enregistrement des noms changés")) as done:
            written = sum(_run(cursor, sql) for sql in [UPDATE_CHANGED, INSERT_NEW])
            written += _run(cursor, DELETE_GONE) if whole else 0
            done(written)
        cursor.execute("DROP TABLE staged_toponym")
    return written


def _stage(cursor: CursorWrapper, france: France) -> int:
    cursor.execute(STAGE)
    seen = set[tuple[str, ...]]()
    with cursor.copy(
        f"COPY staged_toponym ({', '.join(Row._fields)}) FROM STDIN".replace("population", "weight")
    ) as copy:
        for row in rows(france):
            key = (row.kind, row.code, row.postcode, row.folded)
            if key not in seen:
                seen.add(key)
                copy.write_row(row)
    cursor.execute(PLACE, [TOWN_HALL_MARGIN_M])
    cursor.execute("ANALYZE staged_toponym")
    return len(seen)


def rows(france: France) -> Iterator[Row]:
    """Of two rows with the same kind, code, postcode and spelling, the first is the one to keep."""
    communes = {commune.code: commune for commune in france.communes}
    for commune in france.communes:
        yield from _commune_rows(commune, france.departement_names[commune.departement])
    for quarter in france.arrondissements:
        yield from _arrondissement_rows(
            quarter, france.departement_names[communes[quarter.commune].departement]
        )
    for quarter in france.former_communes:
        commune = communes[quarter.commune]
        yield from _former_rows(quarter, commune, france.departement_names[commune.departement])
    for departement in france.departements:
        yield from _spellings(
            Row("departement", departement.name, "", departement.code, "departement", departement.code)
        )
    alone = {departement.name for departement in france.departements}
    for region in france.regions:
        if region.name not in alone:  # overseas, the région and the département are one
            yield from _spellings(Row("region", region.name, "", region.code, "region", region.code))
    for epci in france.epcis:
        row = Row("epci", epci.name, fold(epci.name), epci.code, "epci", epci.code)
        yield row
        yield row._replace(folded=EPCI_KIND.sub("", row.folded))


def _commune_rows(commune: Commune, context: str) -> Iterator[Row]:
    in_area = ("commune", commune.code)
    only_postcode = commune.postcodes[0] if len(commune.postcodes) == 1 else ""
    row = Row("commune", commune.name, "", commune.code, *in_area, only_postcode, context, commune.population)
    yield from _spellings(row)
    if commune.code not in CITIES_WITH_ARRONDISSEMENTS:  # theirs are the postcodes of their arrondissements
        yield from _postcode_rows(row, commune.postcodes)
    yield _town_hall_row(row)


def _arrondissement_rows(quarter: Quarter, context: str) -> Iterator[Row]:
    in_area = ("commune", quarter.commune)
    first = quarter.postcodes[0]
    row = Row("arrondissement", quarter.name, "", quarter.code, *in_area, first, context, quarter.population)
    row = row._replace(outline=quarter.outline)
    yield from _spellings(row)
    yield from _postcode_rows(row, quarter.postcodes)
    if quarter.town_hall:
        yield _town_hall_row(row)._replace(town_hall=quarter.town_hall)


def _former_rows(quarter: Quarter, commune: Commune, departement: str) -> Iterator[Row]:
    """A former commune is still where people live; its code is the one of the commune it is in today."""
    context = f"{commune.name}, {departement}"
    row = Row(
        "commune", quarter.name, "", commune.code, "commune", commune.code, "", context, quarter.population
    )
    row = row._replace(outline=quarter.outline, town_hall=quarter.town_hall)
    if fold(quarter.name) != fold(commune.name):
        yield from _spellings(row)
    if quarter.town_hall:
        yield _town_hall_row(row)


def _spellings(row: Row) -> Iterator[Row]:
    folded = fold(row.name)
    yield row._replace(folded=folded)
    if without_article(folded) != folded:
        yield row._replace(folded=without_article(folded))


def _postcode_rows(row: Row, postcodes: tuple[str, ...]) -> Iterator[Row]:
    for postcode in postcodes:
        name = f"{postcode} {row.name}"
        yield row._replace(kind="postcode", name=name, folded=fold(name), postcode=postcode)


def _town_hall_row(row: Row) -> Row:
    of = next(
        (of + row.name[len(start) :] for start, of in OF if row.name.startswith(start)), f"de {row.name}"
    )
    folded = TOWN_HALL + without_article(fold(row.name))
    return row._replace(kind="town_hall", name=f"Mairie {of}", folded=folded)


def _run(cursor: CursorWrapper, sql: str) -> int:
    cursor.execute(sql)
    return cursor.rowcount
