"""The names on the base map: which, where and from which zoom. The page places them without collision."""

from django.db.backends.utils import CursorWrapper

from geodata.basemap.scale import MAX_DATA_ZOOM, pixel_m

# Display zoom from which a town of that population may be named; the most populated of a screen cell wins.
TOWNS_FROM = ((5, 250_000), (6, 120_000), (7, 30_000), (8, 8_000), (9, 2_500), (10, 600), (11, 0))
MAIN_TOWNS_FROM = 7
ALL_TOWNS_FROM = 12
CELL_PX = 84
# Tiles of the last data zoom serve every closer view.
LAST_DISPLAY = MAX_DATA_ZOOM + 1

# (name, first display zoom, last display zoom, lon, lat)
SEAS = (
    ("Océan Atlantique", 4, 7, -8.2, 46.6),
    ("Golfe de Gascogne", 6, 9, -3.6, 45.1),
    ("Manche", 5, 9, -1.9, 49.95),
    ("Mer du Nord", 5, 7, 2.9, 52.2),
    ("Mer d’Iroise", 8, 11, -5.2, 48.15),
    ("Mer Méditerranée", 4, 8, 5.2, 41.9),
    ("Golfe du Lion", 7, 10, 4.0, 42.95),
    ("Mer Ligure", 7, 10, 8.6, 43.6),
    ("Mer des Caraïbes", 5, 9, -62.6, 15.4),
    ("Océan Atlantique", 5, 9, -51.0, 6.0),
    ("Océan Indien", 4, 9, 54.6, -20.4),
    ("Canal du Mozambique", 6, 9, 44.4, -13.3),
)
COUNTRIES = (
    ("Royaume-Uni", 4, 7, -1.5, 52.4),
    ("Irlande", 4, 7, -8.0, 53.0),
    ("Belgique", 5, 8, 4.6, 50.65),
    ("Pays-Bas", 5, 7, 5.6, 52.2),
    ("Luxembourg", 7, 9, 6.1, 49.75),
    ("Allemagne", 4, 8, 9.4, 50.2),
    ("Suisse", 5, 8, 8.1, 46.85),
    ("Italie", 4, 8, 9.8, 44.7),
    ("Espagne", 4, 8, -2.6, 41.4),
    ("Monaco", 11, 11, 7.427, 43.738),
    ("Andorre", 8, 10, 1.57, 42.55),
    ("Portugal", 4, 7, -8.0, 40.3),
    ("Autriche", 5, 7, 12.6, 47.5),
    ("Suriname", 5, 9, -55.8, 4.2),
    ("Brésil", 4, 9, -52.6, 1.0),
    ("Madagascar", 4, 7, 46.8, -19.5),
    ("Maurice", 7, 11, 57.58, -20.28),
    ("Comores", 7, 10, 43.6, -11.85),
    ("Dominique", 7, 11, -61.35, 15.43),
    ("Sainte-Lucie", 7, 11, -60.97, 13.9),
)

# At the town hall, unless its published position lies outside of the commune by more than the outlines' accur
CHOOSE_TOWNS = """
CREATE TEMP TABLE basemap_town ON COMMIT DROP AS
SELECT id, translate(name, '''', '’') AS name, ST_Transform(CASE
        WHEN geom IS NULL OR ST_DWithin(geom, point, 0.005) THEN point
        ELSE ST_PointOnSurface(geom) END, 3857) AS geom,
    coalesce(population, 0) AS population, NULL::int AS shown_from,
    population = max(population) OVER (PARTITION BY parent_id) AS main
FROM geodata_area WHERE level = 'commune' AND valid_until IS NULL;
"""

# A cell that has a name keeps it; an empty one takes its largest town, if that is large enough for the zoom.
FILL_CELLS = """
UPDATE basemap_town SET shown_from = %(display)s FROM (
    SELECT DISTINCT ON (round(ST_X(geom) / %(cell)s), round(ST_Y(geom) / %(cell)s * 2)) id, shown_from
    FROM basemap_town
    WHERE shown_from IS NOT NULL OR population >= %(population)s OR (main AND %(display)s >= %(main_from)s)
    ORDER BY round(ST_X(geom) / %(cell)s), round(ST_Y(geom) / %(cell)s * 2), shown_from IS NULL,
        population DESC, id
) best
WHERE best.id = basemap_town.id AND best.shown_from IS NULL
"""

NAME_TOWNS = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT 'name', 'town', least(coalesce(shown_from - 1, %(last)s), %(last)s), %(last)s, name,
    CASE WHEN population >= 400000 THEN 5 WHEN population >= 200000 THEN 4 WHEN population >= 50000 THEN 3
        WHEN population >= 10000 OR main THEN 2 WHEN population >= 2000 THEN 1 ELSE 0 END,
    coalesce(shown_from, %(all_from)s), geom
FROM basemap_town ORDER BY population DESC
"""

# In the middle of the largest piece. A département called like its région or its town has no name of its own:
# there, the name of the région stays in its place.
NAME_AREAS = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT 'name', area.level, %(from)s - 1, CASE WHEN alone THEN %(alone_to)s ELSE %(to)s END - 1,
    translate(area.name, '''', '’'), 0, %(from)s,
    (SELECT (ST_MaximumInscribedCircle(ST_Simplify(piece.geom, 500))).center
     FROM ST_Dump(ST_Transform(area.geom, 3857)) piece ORDER BY ST_Area(piece.geom) DESC LIMIT 1)
FROM geodata_area area, LATERAL (
    SELECT
        EXISTS (SELECT FROM geodata_area a WHERE a.parent_id = area.id AND a.name = area.name) AS alone,
        EXISTS (SELECT FROM geodata_area a WHERE a.id = area.parent_id AND a.name = area.name) AS again
) named
WHERE area.level = %(level)s AND area.valid_until IS NULL AND area.geom IS NOT NULL
    AND (%(level)s = 'region' OR NOT alone AND NOT again)
"""

NAME_PLACE = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
VALUES ('name', %s, %s, %s, %s, 0, %s, ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), 3857))
"""


def name_everything(cursor: CursorWrapper) -> None:
    name_towns(cursor)
    cursor.execute(NAME_AREAS, {"level": "region", "from": 5, "to": 6, "alone_to": 8})
    cursor.execute(NAME_AREAS, {"level": "departement", "from": 7, "to": 8, "alone_to": 8})
    for kind, places in (("sea", SEAS), ("country", COUNTRIES)):
        for name, first, last, lon, lat in places:
            cursor.execute(NAME_PLACE, [kind, first - 1, last - 1, name, first, lon, lat])


def name_towns(cursor: CursorWrapper) -> None:
    cursor.execute(CHOOSE_TOWNS)
    for display, population in TOWNS_FROM:
        cell = CELL_PX * pixel_m(display - 1)
        filling = {"display": display, "population": population, "cell": cell, "main_from": MAIN_TOWNS_FROM}
        cursor.execute(FILL_CELLS, filling)
    cursor.execute(NAME_TOWNS, {"all_from": ALL_TOWNS_FROM, "last": MAX_DATA_ZOOM})
