"""One vector tile of the base map: layers `abroad`, `land`, `urban`, `line` and `name`."""

import gzip

from django.db import connection
from django.db.backends.utils import CursorWrapper

from geodata.basemap.scale import MAX_DATA_ZOOM, TILE_PX
from geodata.models import BasemapBuild, BasemapTile

MAX_ZOOM = 18
# Around the tile, so that strokes and cut edges of a polygon never show.
MARGIN_PX = 12
# Units per tile: a quarter of a CSS pixel, and 19 m at the last zoom, finer than the outlines themselves.
EXTENT = 2048

DRAW = """
WITH tile AS (
    SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box,
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s) AS wide
), seen AS (
    SELECT layer, kind, name, size, shown_from, geom FROM geodata_basemapfeature, tile
    WHERE zoom_min <= %(zoom)s AND zoom_max >= %(zoom)s AND geom && wide
), polygons AS (
    SELECT layer, ST_AsMVTGeom(ST_UnaryUnion(ST_Collect(ST_ClipByBox2D(geom, wide))),
        (SELECT box FROM tile), %(extent)s, %(buffer)s) AS geom
    FROM seen, tile WHERE layer IN ('abroad', 'land', 'urban') GROUP BY layer
), lines AS (
    SELECT kind, ST_AsMVTGeom(ST_LineMerge(ST_Collect(geom)),
        (SELECT box FROM tile), %(extent)s, %(buffer)s) AS geom
    FROM seen, tile WHERE layer = 'line' GROUP BY kind
), names AS (
    SELECT kind, name, size, shown_from AS "from", ST_AsMVTGeom(geom, box, %(extent)s, 0) AS geom
    FROM seen, tile WHERE layer = 'name' ORDER BY size DESC, shown_from, name
)
SELECT (SELECT ST_AsMVT(p, 'abroad', %(extent)s) FROM (SELECT geom FROM polygons WHERE layer = 'abroad') p)
    || (SELECT ST_AsMVT(p, 'land', %(extent)s) FROM (SELECT geom FROM polygons WHERE layer = 'land') p)
    || (SELECT ST_AsMVT(p, 'urban', %(extent)s) FROM (SELECT geom FROM polygons WHERE layer = 'urban') p)
    || (SELECT ST_AsMVT(lines, 'line', %(extent)s) FROM lines)
    || (SELECT ST_AsMVT(names, 'name', %(extent)s) FROM names)
"""


def tile(z: int, x: int, y: int) -> bytes:
    """Gzipped Mapbox vector tile (an empty one: gzipped nothing). ValueError beyond the world or zoom 18."""
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError("no such tile")
    made = BasemapTile.objects.filter(z=z, x=x, y=y).values_list("gzipped", flat=True).first()
    if made is not None:
        return bytes(made)
    with connection.cursor() as cursor:
        return gzip.compress(draw(cursor, z, x, y), 6, mtime=0)


def draw(cursor: CursorWrapper, z: int, x: int, y: int) -> bytes:
    """The tile from its features; beyond the last data zoom, from those of that zoom."""
    margin = MARGIN_PX / TILE_PX
    place = {"z": z, "x": x, "y": y, "zoom": min(z, MAX_DATA_ZOOM)}
    cursor.execute(DRAW, place | {"extent": EXTENT, "margin": margin, "buffer": round(EXTENT * margin)})
    return bytes(cursor.fetchone()[0] or b"")


def version() -> str:
    """Of the map being served; "0" when none has been built."""
    return BasemapBuild.objects.values_list("version", flat=True).first() or "0"
