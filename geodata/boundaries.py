"""Official contours → Area rows: one staging table, then set-wise SQL that touches only what differs.

The communes come from the registry; every upper level is the union of its communes. Before that, what the
source gets wrong is put right, and counted: outlines missing, gaps left by communes merged since, town
halls out of place.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from geodata.models import Area
from geodata.registry import France, TownHall

# A step of long work: `with step("what it does") as done: …; done(how many)`.
Step = Callable[[str], AbstractContextManager[Callable[[int], None]]]

# Simplified outlines cut corners: a town hall this near (metres) is at home, farther it is a mistake of the
# source.
TOWN_HALL_MARGIN_M = 500
# Llívia is Spanish and all around it is France: the one hole of the map that is no gap.
FOREIGN_ENCLAVE = "POINT(1.98 42.465)"


@dataclass
class Outcome:
    """Rows of Area; `unplaced` are communes of which no source says where they are."""

    created: int = 0
    updated: int = 0
    closed: int = 0
    unchanged: int = 0
    outlines_rebuilt: int = 0
    gaps_filled: int = 0
    town_halls_refused: int = 0
    without_outline: int = 0
    unplaced: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


STAGE = """
CREATE TEMPORARY TABLE staged_area (
    level text, code text, name text, population int, parent_level text, parent text, epci text, lacks int,
    postcodes text[], town_hall geometry(Point, 4326), geom geometry, point geometry(Point, 4326)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_former (commune text, geom geometry) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_outline (level text, code text, geom geometry) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_gap (geom geometry, code text, departement text) ON COMMIT DROP
"""

# A longer transaction than ours may import again before it commits.
CLEAR = """
DROP TABLE staged_area, staged_former, staged_outline, staged_gap;
SET LOCAL enable_nestloop = on
"""

REBUILD_FROM_FORMER_COMMUNES = """
UPDATE staged_area AS a SET geom = ST_Multi(f.geom)
FROM (SELECT commune, ST_Union(geom) AS geom FROM staged_former GROUP BY commune) AS f
WHERE a.code = f.commune AND a.geom IS NULL
"""

MEND_INVALID = """
UPDATE staged_area SET geom = ST_Multi(ST_CollectionExtract(ST_MakeValid(geom, 'method=structure'), 3))
WHERE NOT ST_IsValid(geom)
"""

UNITE_DEPARTEMENTS = """
INSERT INTO staged_outline
SELECT 'departement', parent, ST_Union(geom)
FROM staged_area WHERE parent_level = 'departement' GROUP BY parent
"""

# Communes merged into a neighbour that has not been given their surface yet leave a hole in the country.
FIND_GAPS = """
INSERT INTO staged_gap
WITH country AS (SELECT (ST_Dump(ST_Union(geom))).geom FROM staged_outline WHERE level = 'departement'),
hole AS (
    SELECT ST_MakePolygon(ST_InteriorRingN(geom, n)) AS geom
    FROM country, generate_series(1, ST_NumInteriorRings(geom)) AS n
)
SELECT h.geom, heir.code, heir.parent
FROM hole AS h
CROSS JOIN LATERAL (
    SELECT a.code, a.parent FROM staged_area AS a
    WHERE a.lacks > 0 AND a.geom && h.geom AND ST_Intersects(a.geom, h.geom)
    ORDER BY a.lacks DESC, ST_Length(ST_Intersection(a.geom, ST_Boundary(h.geom))) DESC, a.code
    LIMIT 1
) AS heir
WHERE NOT ST_Intersects(h.geom, ST_GeomFromText(%s, 4326))
"""
FILL_GAPS = """
UPDATE staged_area AS a SET geom = ST_Multi(ST_Union(a.geom, g.geom))
FROM (SELECT code, ST_Union(geom) AS geom FROM staged_gap GROUP BY code) AS g WHERE a.code = g.code
"""
FILL_DEPARTEMENTS = """
UPDATE staged_outline AS o SET geom = ST_Union(o.geom, g.geom)
FROM (SELECT departement, ST_Union(geom) AS geom FROM staged_gap GROUP BY departement) AS g
WHERE o.code = g.departement
"""

# Some town halls overseas lie in the right place but for the sign of their longitude; other strays say
# nothing.
PLACE_COMMUNES = """
UPDATE staged_area AS a SET point = CASE
    WHEN a.geom IS NULL OR ST_Covers(a.geom, a.town_hall) THEN a.town_hall
    WHEN ST_DWithin(a.geom::geography, a.town_hall::geography, %s) THEN a.town_hall
    WHEN ST_Covers(a.geom, ST_Point(-ST_X(a.town_hall), ST_Y(a.town_hall), 4326))
        THEN ST_Point(-ST_X(a.town_hall), ST_Y(a.town_hall), 4326)
    ELSE ST_PointOnSurface(a.geom)
END
"""
COUNT_STRAY_TOWN_HALLS = (
    "SELECT count(*) FROM staged_area WHERE town_hall IS NOT NULL AND NOT town_hall ~= point"
)

# No outline, no town hall: somewhere among the communes of the same postcode.
PLACE_BY_POSTCODE = """
UPDATE staged_area AS a SET point = near.point
FROM (
    SELECT lost.code, ST_Centroid(ST_Collect(other.point)) AS point
    FROM staged_area AS lost JOIN staged_area AS other ON other.postcodes && lost.postcodes
    WHERE lost.point IS NULL AND other.point IS NOT NULL GROUP BY lost.code
) AS near
WHERE a.code = near.code
"""

UNITE_EPCIS = """
INSERT INTO staged_outline SELECT 'epci', epci, ST_Union(geom) FROM staged_area WHERE epci <> '' GROUP BY epci
"""
UNITE_CHILDREN = """
INSERT INTO staged_outline
SELECT parent_level, parent, ST_Union(o.geom)
FROM staged_area AS a JOIN staged_outline AS o USING (level, code)
WHERE level = %s GROUP BY parent_level, parent
"""
SUM_UP = """
UPDATE staged_area AS a SET
    geom = ST_Multi(o.geom), point = ST_PointOnSurface(o.geom), population = people.population
FROM staged_outline AS o, (
    SELECT r.level, r.code, sum(c.population) AS population
    FROM staged_area AS c
    LEFT JOIN staged_area AS d ON d.level = 'departement' AND d.level = c.parent_level AND d.code = c.parent
    CROSS JOIN LATERAL (
        VALUES ('epci', c.epci), ('departement', d.code), ('region', d.parent), ('country', 'FR')
    ) AS r (level, code)
    WHERE c.level = 'commune' GROUP BY r.level, r.code
) AS people
WHERE (o.level, o.code) = (a.level, a.code) AND (people.level, people.code) = (a.level, a.code)
"""

JOINED = """
staged_area AS s
LEFT JOIN geodata_area AS p ON p.level = s.parent_level AND p.code = s.parent AND p.valid_until IS NULL
LEFT JOIN geodata_area AS e ON e.level = 'epci' AND e.code = s.epci AND e.valid_until IS NULL
"""
UPDATE_CHANGED = f"""
UPDATE geodata_area AS a
SET name = s.name, population = s.population, parent_id = p.id, epci_id = e.id, point = s.point, geom = s.geom
FROM {JOINED}
WHERE s.level = %s AND a.level = s.level AND a.code = s.code AND a.valid_until IS NULL
    AND (a.name, a.population, a.parent_id, a.epci_id, a.point, a.geom)
    IS DISTINCT FROM (s.name, s.population, p.id, e.id, s.point, s.geom)
"""  # noqa: S608
INSERT_NEW = f"""
INSERT INTO geodata_area (level, code, name, population, parent_id, epci_id, point, geom)
SELECT s.level, s.code, s.name, s.population, p.id, e.id, s.point, s.geom
FROM {JOINED}
WHERE s.level = %s AND NOT EXISTS (
    SELECT FROM geodata_area AS a WHERE a.level = s.level AND a.code = s.code AND a.valid_until IS NULL
)
ORDER BY s.code
"""  # noqa: S608
CLOSE_GONE = """
UPDATE geodata_area AS a SET valid_until = greatest(current_date, a.valid_from + 1)
WHERE a.level = ANY(%s) AND a.valid_until IS NULL
    AND NOT EXISTS (SELECT FROM staged_area AS s WHERE s.level = a.level AND s.code = a.code)
"""
SAVING_ORDER = ["country", "region", "departement", "epci", "commune"]


def import_france(france: France, *, step: Step, whole: bool = True) -> Outcome:
    """Make the current official areas equal to `france`. Run it in a transaction: all or nothing.

    `whole`: `france` is the whole country, so what is missing from it is closed (`valid_until`) and inner
    gaps are filled; with a part of it, upper levels are the unions of that part.
    """
    outcome = Outcome(unplaced=len(france.unplaced))
    with connection.cursor() as cursor:
        with step(_("Lecture des communes et de leurs contours")) as done:
            done(_stage_communes(cursor, france))
        with step(_("Contours manquants ou faux")) as done:
            _mend(cursor, outcome, whole=whole)
            done(outcome.outlines_rebuilt + outcome.gaps_filled)
        with step(_("Repère de chaque commune (sa mairie)")) as done:
            done(_place_communes(cursor, outcome))
        with step(_("Intercommunalités, départements, régions, pays")) as done:
            done(_unite(cursor, france))
        for level in SAVING_ORDER:
            with step(_("Enregistrement : %s") % level) as done:
                done(_save(cursor, level, outcome))
        if whole:
            outcome.closed = _run(cursor, CLOSE_GONE, [SAVING_ORDER])
        outcome.without_outline = _count(cursor, "SELECT count(*) FROM staged_area WHERE geom IS NULL")
        cursor.execute(CLEAR)
    return outcome


def at_checked_places(town_halls: Iterable[TownHall]) -> Iterator[TownHall]:
    """The same town halls, each at the checked point of its commune when that commune is loaded."""
    halls = list(town_halls)
    communes = Area.objects.current().filter(level=Area.Level.COMMUNE, code__in=[hall.code for hall in halls])
    points = dict(communes.values_list("code", "point"))
    for hall in halls:
        point = points.get(hall.code)
        yield hall._replace(lon=point.x, lat=point.y) if point else hall


def _stage_communes(cursor: CursorWrapper, france: France) -> int:
    cursor.execute(STAGE)
    columns = "level, code, name, population, parent_level, parent, epci, lacks, postcodes, town_hall, geom"
    in_departement = {departement.code for departement in france.departements}
    with cursor.copy(f"COPY staged_area ({columns}) FROM STDIN") as copy:
        for row in france.communes:
            parent = (
                ("departement", row.departement) if row.departement in in_departement else ("country", "FR")
            )
            said = ("commune", row.code, row.name, row.population, *parent, row.epci, row.lacks)
            copy.write_row((*said, list(row.postcodes), row.town_hall, row.outline))
    with cursor.copy("COPY staged_former (commune, geom) FROM STDIN") as copy:
        for quarter in france.former_communes:
            copy.write_row((quarter.commune, quarter.outline))
    cursor.execute("ANALYZE staged_area")
    return len(france.communes)


def _mend(cursor: CursorWrapper, outcome: Outcome, *, whole: bool) -> None:
    outcome.outlines_rebuilt = _run(cursor, REBUILD_FROM_FORMER_COMMUNES) + _run(cursor, MEND_INVALID)
    _run(cursor, UNITE_DEPARTEMENTS)
    if whole:
        outcome.gaps_filled = _run(cursor, FIND_GAPS, [FOREIGN_ENCLAVE])
        _run(cursor, FILL_GAPS)
        _run(cursor, FILL_DEPARTEMENTS)


def _place_communes(cursor: CursorWrapper, outcome: Outcome) -> int:
    placed = _run(cursor, PLACE_COMMUNES, [TOWN_HALL_MARGIN_M])
    _run(cursor, PLACE_BY_POSTCODE)
    outcome.town_halls_refused = _count(cursor, COUNT_STRAY_TOWN_HALLS)
    return placed


def _unite(cursor: CursorWrapper, france: France) -> int:
    with cursor.copy("COPY staged_area (level, code, name, parent_level, parent) FROM STDIN") as copy:
        copy.write_row(("country", "FR", "France", None, None))
        for region in france.regions:
            copy.write_row(("region", *region[:2], "country", "FR"))
        for departement in france.departements:
            copy.write_row(("departement", *departement[:2], "region", departement.parent))
        for epci in france.epcis:
            copy.write_row(("epci", *epci[:2], None, None))
    _run(cursor, UNITE_EPCIS)
    _run(cursor, UNITE_CHILDREN, ["departement"])
    _run(cursor, UNITE_CHILDREN, ["region"])
    summed = _run(cursor, SUM_UP)
    # Without statistics on rows written in this very transaction, the planner loops inside loops.
    cursor.execute("ANALYZE staged_area")
    cursor.execute("SET LOCAL enable_nestloop = off")
    return summed


def _save(cursor: CursorWrapper, level: str, outcome: Outcome) -> int:
    updated, created = _run(cursor, UPDATE_CHANGED, [level]), _run(cursor, INSERT_NEW, [level])
    staged = _count(cursor, "SELECT count(*) FROM staged_area WHERE level = %s", [level])
    outcome.updated += updated
    outcome.created += created
    outcome.unchanged += staged - updated - created
    return staged


def _run(cursor: CursorWrapper, sql: str, params: list | None = None) -> int:
    cursor.execute(sql, params)
    return cursor.rowcount


def _count(cursor: CursorWrapper, sql: str, params: list | None = None) -> int:
    cursor.execute(sql, params)
    return cursor.fetchone()[0]
