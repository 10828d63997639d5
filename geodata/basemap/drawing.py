"""The geometry of the base map, in SQL. Lines and land come from the same edges, so nothing is drawn twice.

An edge is a segment between two vertices of a commune; two communes that touch share it. Edges merge into
lines by the most important border they are part of, and each line is generalised once per zoom.
Lengths are Web Mercator units (about 0.7 m in mainland France).
"""

from django.db.backends.utils import CursorWrapper

from geodata.basemap.scale import MAX_DATA_ZOOM, pixel_m

# Two sources never agree on a land border: neighbours are grown this far to meet our land, or pass under it.
BORDER_GAP = 5_000
# Around our land, neighbours are drawn in full detail.
SURROUNDINGS = 900_000
SLIVER_M2 = 5_000_000
# Inhabitants per square kilometre from which a commune is shown as built-up.
URBAN_DENSITY = 900
URBAN_FROM = 5
# A line appears when the areas it parts are large enough on screen to be told from each other.
LINES_FROM = {"region": 3, "departement": 4, "epci": 8, "commune": 10}

TRACE_EDGES = """
DROP TABLE IF EXISTS basemap_edge, basemap_line, basemap_land, basemap_border, basemap_country,
    basemap_nation, basemap_abroad, basemap_town;
CREATE TEMP TABLE basemap_edge ON COMMIT DROP AS
WITH side AS (
    SELECT area.id, piece.geom,
        (round(ST_X(ST_StartPoint(piece.geom)) * 1e6)::bigint << 32)
            + round(ST_Y(ST_StartPoint(piece.geom)) * 1e6)::bigint AS a,
        (round(ST_X(ST_EndPoint(piece.geom)) * 1e6)::bigint << 32)
            + round(ST_Y(ST_EndPoint(piece.geom)) * 1e6)::bigint AS b
    FROM geodata_area area, ST_DumpSegments(area.geom) piece
    WHERE area.level = 'commune' AND area.valid_until IS NULL
)
SELECT min(id) AS one, nullif(max(id), min(id)) AS other, min(geom) AS geom
FROM side WHERE a <> b GROUP BY least(a, b), greatest(a, b);
"""

# A face that no commune covers is a foreign enclave, or a sliver between two outlines when it is small.
TRACE_LAND = """
CREATE TEMP TABLE basemap_land ON COMMIT DROP AS
SELECT (ST_Dump(ST_Transform(ST_Union(face), 3857))).geom
FROM (
    SELECT (ST_Dump(ST_Polygonize(rings))).geom AS face
    FROM (SELECT ST_UnaryUnion(ST_Collect(geom)) AS rings FROM basemap_edge WHERE other IS NULL) edges
) faces
WHERE ST_Area(face::geography) < %(sliver)s OR EXISTS (
    SELECT FROM geodata_area area WHERE area.level = 'commune' AND area.valid_until IS NULL
        AND ST_Covers(area.geom, ST_PointOnSurface(face))
);
"""

TRACE_LINES = """
CREATE TEMP TABLE basemap_line ON COMMIT DROP AS
WITH place AS (
    SELECT commune.id, commune.epci_id AS epci, upper.id AS departement, upper.parent_id AS region
    FROM geodata_area commune LEFT JOIN geodata_area upper ON upper.id = commune.parent_id
), parted AS (
    SELECT edge.geom, a.id AS commune_a, b.id AS commune_b, a.epci AS epci_a, b.epci AS epci_b,
        a.departement AS departement_a, b.departement AS departement_b,
        a.region AS region_a, b.region AS region_b,
        CASE WHEN a.region IS DISTINCT FROM b.region THEN 'region'
            WHEN a.departement IS DISTINCT FROM b.departement THEN 'departement'
            WHEN a.epci IS DISTINCT FROM b.epci THEN 'epci'
            ELSE 'commune' END AS kind
    FROM basemap_edge edge JOIN place a ON a.id = edge.one JOIN place b ON b.id = edge.other
), sided AS (
    SELECT geom, kind,
        CASE kind WHEN 'region' THEN region_a WHEN 'departement' THEN departement_a
            WHEN 'epci' THEN epci_a ELSE commune_a END AS one,
        CASE kind WHEN 'region' THEN region_b WHEN 'departement' THEN departement_b
            WHEN 'epci' THEN epci_b ELSE commune_b END AS other
    FROM parted
)
SELECT kind, (ST_Dump(ST_Transform(ST_LineMerge(ST_Collect(geom)), 3857))).geom
FROM sided GROUP BY kind, least(one, other), greatest(one, other);

INSERT INTO basemap_line
SELECT 'commune', (ST_Dump(ST_LineMerge(ST_Difference(edges.geom, outline.geom, 1)))).geom
FROM (SELECT ST_Transform(ST_Collect(geom), 3857) AS geom FROM basemap_edge WHERE other IS NULL) edges,
    (SELECT ST_Collect(ST_Boundary(geom)) AS geom FROM basemap_land) outline;
"""

MAKE_COUNTRIES = "CREATE TEMP TABLE basemap_country (detailed bool, code text, geom geometry) ON COMMIT DROP"
ADD_COUNTRY = "INSERT INTO basemap_country VALUES (%s, %s, ST_GeomFromWKB(%s, 4326))"

# The poles have no place on a Mercator map. In detail, only what lies around our land is kept.
JOIN_COUNTRIES = """
CREATE TEMP TABLE basemap_nation ON COMMIT DROP AS
WITH kept (detailed, box) AS (
    SELECT false, ST_MakeEnvelope(-180, -84, 180, 84, 4326)
    UNION ALL
    SELECT true, ST_Transform(ST_UnaryUnion(ST_Collect(ST_Expand(ST_Envelope(geom), %(around)s))), 4326)
    FROM basemap_land
)
SELECT detailed, code, ST_Transform(ST_Intersection(ST_MakeValid(geom), box), 3857) AS geom
FROM basemap_country JOIN kept USING (detailed) WHERE geom && box;

CREATE TEMP TABLE basemap_abroad ON COMMIT DROP AS
SELECT detailed, (ST_Dump(ST_UnaryUnion(ST_Collect(geom)))).geom FROM basemap_nation GROUP BY detailed
UNION ALL
SELECT detailed, ring.geom
FROM basemap_land land, ST_DumpRings(land.geom) ring, (VALUES (false), (true)) scale (detailed)
WHERE ring.path[1] > 0;
"""

# Where our land and a neighbour are less than BORDER_GAP apart: the strip between them is closed with the
# neighbour's colour, except for what remains sea after the two have been grown together and shrunk again.
# Only the pieces of both that lie near the other are worked on; islets, and Monaco, do not count.
TRACE_BORDER = """
CREATE TEMP TABLE basemap_border ON COMMIT DROP AS
WITH our_piece AS MATERIALIZED (
    SELECT row_number() OVER () AS id, geom
    FROM (SELECT ST_Subdivide(geom, 64) AS geom FROM basemap_land) piece
), their_piece AS MATERIALIZED (
    SELECT row_number() OVER () AS id, geom
    FROM (
        SELECT ST_Subdivide(geom, 64) AS geom FROM basemap_abroad WHERE detailed AND ST_Area(geom) > 1e7
    ) piece
), met AS MATERIALIZED (
    SELECT our_piece.id AS our_id, their_piece.id AS their_id FROM our_piece JOIN their_piece
        ON our_piece.geom && ST_Expand(their_piece.geom, %(gap)s * 4)
        AND ST_DWithin(our_piece.geom, their_piece.geom, %(gap)s * 4)
), side AS (
    SELECT (SELECT ST_Union(geom) FROM our_piece WHERE id IN (SELECT our_id FROM met)) AS ours,
        (SELECT ST_Union(geom) FROM their_piece WHERE id IN (SELECT their_id FROM met)) AS theirs
), meeting AS (
    SELECT ST_Intersection(ST_Buffer(ours, %(gap)s, 4), ST_Buffer(theirs, %(gap)s, 4)) AS geom,
        ST_Union(ours, theirs) AS land
    FROM side
), closed AS (
    SELECT geom AS meeting,
        ST_Intersection(geom, ST_Buffer(ST_Buffer(land, %(gap)s, 4), -%(gap)s, 4)) AS geom FROM meeting
)
SELECT closed.geom AS strip,
    ST_Difference(closed.geom, ST_Buffer(ST_Difference(meeting, closed.geom), 400)) AS inland FROM closed;
"""

# Borders between two other countries, where their outlines are the same.
DRAW_FOREIGN_BORDERS = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT 'line', 'foreign', %(first)s, %(last)s, '', 0, 0, geom
FROM (
    SELECT (ST_Dump(ST_LineMerge(ST_Simplify(
        ST_CollectionExtract(ST_Intersection(ST_Boundary(one.geom), ST_Boundary(other.geom)), 2),
        %(tolerance)s, true)))).geom
    FROM basemap_nation one JOIN basemap_nation other
        ON one.code < other.code AND one.geom && other.geom
    WHERE one.detailed = %(detailed)s AND other.detailed = %(detailed)s
) shared WHERE NOT ST_IsEmpty(geom)
"""

DRAW_ABROAD = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT 'abroad', '', %(first)s, %(last)s, '', 0, 0, ST_Subdivide(geom, 200) FROM (
    SELECT ST_MakeValid(ST_SimplifyPreserveTopology(geom, %(tolerance)s)) AS geom FROM basemap_abroad
    WHERE detailed = %(detailed)s AND ST_Area(geom) > 4 * %(pixel)s * %(pixel)s
    UNION ALL SELECT strip FROM basemap_border WHERE %(last)s > 4
) piece WHERE NOT ST_IsEmpty(geom)
"""

# Islands too small to see at a zoom are left out of it.
DRAW_LAND = """
WITH land AS (
    SELECT ST_CollectionExtract(ST_MakeValid(ST_SimplifyPreserveTopology(geom, %(pixel)s * 0.5)), 3) AS geom
    FROM basemap_land
    WHERE ST_Area(geom) > 3 * %(pixel)s * %(pixel)s
), piece AS (
    SELECT 'land' AS layer, '' AS kind, ST_Subdivide(geom, 200) AS geom FROM land
    UNION ALL
    SELECT 'line', 'border', (ST_Dump(ST_LineMerge(ST_Intersection(
        ST_Boundary(land.geom), ST_Buffer(border.inland, %(pixel)s))))).geom
    FROM land, basemap_border border
)
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT layer, kind, %(zoom)s, %(zoom)s, '', 0, 0, geom FROM piece
"""

DRAW_LINES = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT 'line', kind, %(zoom)s, %(zoom)s, '', 0, 0, ST_Simplify(geom, %(pixel)s * 0.5, true)
FROM basemap_line WHERE kind = ANY(%(kinds)s)
"""

# The built-up land, told by density: towns that have grown together are one shape.
DRAW_URBAN = """
INSERT INTO geodata_basemapfeature (layer, kind, zoom_min, zoom_max, name, size, shown_from, geom)
SELECT 'urban', '', zoom, zoom, '', 0, 0,
    ST_Subdivide(ST_MakeValid(ST_SimplifyPreserveTopology(geom, pixel * 0.5)), 200)
FROM (
    SELECT (ST_Dump(ST_Union(ST_Transform(geom, 3857)))).geom FROM geodata_area
    WHERE level = 'commune' AND valid_until IS NULL AND population > 500
        AND population * 1e6 > %(density)s * ST_Area(geom::geography)
) town, unnest(%(zooms)s, %(pixels)s) scale (zoom, pixel)
WHERE ST_Area(geom) > 9 * pixel * pixel
"""

TILES_OF_LAND = """
SELECT DISTINCT %(zoom)s, x, y
FROM (
    SELECT geom, %(size)s / 2^%(zoom)s AS side, %(size)s / 2 AS half FROM geodata_basemapfeature
    WHERE layer = 'land' AND zoom_min = %(zoom)s
) land,
    generate_series(floor((half + ST_XMin(geom)) / side)::int, floor((half + ST_XMax(geom)) / side)::int) x,
    generate_series(floor((half - ST_YMax(geom)) / side)::int, floor((half - ST_YMin(geom)) / side)::int) y
WHERE ST_Intersects(geom, ST_TileEnvelope(%(zoom)s, x, y))
ORDER BY 2, 3
"""


def trace_land(cursor: CursorWrapper) -> None:
    """Start afresh: edges, land and lines of the current communes, in full detail."""
    cursor.execute("DELETE FROM geodata_basemapfeature")
    cursor.execute(TRACE_EDGES)
    cursor.execute(TRACE_LAND, {"sliver": SLIVER_M2})
    cursor.execute(TRACE_LINES)
    cursor.execute(MAKE_COUNTRIES)


def trace_abroad(cursor: CursorWrapper) -> None:
    """The other countries as one land, and where it meets ours."""
    cursor.execute(JOIN_COUNTRIES, {"around": SURROUNDINGS})
    cursor.execute(TRACE_BORDER, {"gap": BORDER_GAP})


def draw_abroad(cursor: CursorWrapper, first: int, last: int, *, detailed: bool) -> None:
    pixel = pixel_m(last)
    tolerance = 50 if detailed else pixel * 0.7
    scale = {"first": first, "last": last, "pixel": pixel, "tolerance": tolerance, "detailed": detailed}
    cursor.execute(DRAW_ABROAD, scale)
    if first >= LINES_FROM["region"]:
        cursor.execute(DRAW_FOREIGN_BORDERS, scale)


def draw_land(cursor: CursorWrapper, zoom: int, pixel: float) -> None:
    cursor.execute(DRAW_LAND, {"zoom": zoom, "pixel": pixel})


def draw_lines(cursor: CursorWrapper, zoom: int, pixel: float) -> None:
    kinds = [kind for kind, shown_from in LINES_FROM.items() if zoom >= shown_from]
    cursor.execute(DRAW_LINES, {"zoom": zoom, "pixel": pixel, "kinds": kinds})


def draw_urban(cursor: CursorWrapper) -> None:
    zooms = list(range(URBAN_FROM, MAX_DATA_ZOOM + 1))
    pixels = [pixel_m(zoom) for zoom in zooms]
    cursor.execute(DRAW_URBAN, {"zooms": zooms, "pixels": pixels, "density": URBAN_DENSITY})


def tiles_of_land(cursor: CursorWrapper, last: int = MAX_DATA_ZOOM) -> list[tuple[int, int, int]]:
    """(z, x, y) of every tile with French land in it, up to zoom `last`."""
    tiles = []
    for zoom in range(last + 1):
        cursor.execute(TILES_OF_LAND, {"zoom": zoom, "size": 512 * pixel_m(0)})
        tiles += cursor.fetchall()
    return tiles
