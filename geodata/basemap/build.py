"""Draws the base map from the communes: generalised land, unique line work, names by zoom, and its tiles."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.gis.gdal import DataSource
from django.contrib.gis.geos import LineString
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from geodata.basemap import drawing, lettering
from geodata.basemap.scale import MAX_DATA_ZOOM, pixel_m
from geodata.basemap.tiles import draw
from geodata.models import BasemapBuild, BasemapTile

Progress = Callable[[str], object]

# Natural Earth (public domain), packaged by the npm package world-atlas: the whole world up to zoom 6, and in
# detail what lies around our land.
WORLD = settings.NODE_MODULES / "world-atlas"
WHOLE, DETAILED = "countries-50m.json", "countries-10m.json"
WORLD_ZOOMS = ((0, 2), (3, 4), (5, 6))
FRANCE_ISO, MONACO_ISO = "250", "492"
# Natural Earth's Monaco is nine times too large and lies along our coast: a strip of the right size instead.
MONACO = LineString((7.413, 43.727), (7.438, 43.749), srid=4326).buffer(0.006)
TILES_AT_ONCE = 200


def build(progress: Progress = lambda line: None, world: Path = WORLD) -> str:
    """Replace the base map by one drawn from the current areas; return its version.

    Reads the communes (outline, parent, EPCI, point, population) and the names of départements and régions.
    The neighbouring countries come from the files of `world`; without them they are left out.
    One transaction: readers see the former map until the end.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        progress("Fond de carte : traits communs aux communes")
        drawing.trace_land(cursor)
        load_world(cursor, world)
        progress("Fond de carte : généralisation")
        for first, last in WORLD_ZOOMS:
            drawing.draw_abroad(cursor, first, last, detailed=False)
        drawing.draw_abroad(cursor, WORLD_ZOOMS[-1][1] + 1, MAX_DATA_ZOOM, detailed=True)
        for zoom in range(MAX_DATA_ZOOM + 1):
            drawing.draw_land(cursor, zoom, pixel_m(zoom))
            drawing.draw_lines(cursor, zoom, pixel_m(zoom))
        drawing.draw_urban(cursor)
        progress("Fond de carte : noms")
        lettering.name_everything(cursor)
        cursor.execute("ANALYZE geodata_basemapfeature")
        return store_tiles(cursor, progress)


def load_world(cursor: CursorWrapper, world: Path) -> None:
    """Hand every country but France to the drawing."""
    cursor.execute(drawing.ADD_COUNTRY, [True, MONACO_ISO, bytes(MONACO.wkb)])
    for detailed, path in ((False, world / WHOLE), (True, world / DETAILED)):
        for country in DataSource(str(path))["countries"] if path.exists() else ():
            if (code := country.get("id")) not in (FRANCE_ISO, MONACO_ISO):
                cursor.execute(drawing.ADD_COUNTRY, [detailed, code, bytes(country.geom.wkb)])
    drawing.trace_abroad(cursor)


def store_tiles(cursor: CursorWrapper, progress: Progress) -> str:
    """Make every tile that has French land in it; return the version they digest to."""
    digest = hashlib.sha256()
    wanted = drawing.tiles_of_land(cursor, MAX_DATA_ZOOM)
    BasemapTile.objects.all().delete()
    for start in range(0, len(wanted), TILES_AT_ONCE):
        progress(f"Fond de carte : tuile {start} de {len(wanted)}")
        tiles = []
        for z, x, y in wanted[start : start + TILES_AT_ONCE]:
            content = draw(cursor, z, x, y)
            digest.update(content)
            tiles.append(BasemapTile(z=z, x=x, y=y, gzipped=gzip.compress(content, 9, mtime=0)))
        BasemapTile.objects.bulk_create(tiles)
    BasemapBuild.objects.all().delete()
    return BasemapBuild.objects.create(version=digest.hexdigest()[:12]).version
