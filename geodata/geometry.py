"""Untrusted geometry in, safe geometry or a clear refusal out.

The order of the checks is the point: each one makes the next affordable. A megabyte of brackets kills a JSON
parser, a million vertices keep GEOS busy for minutes, an infinite coordinate survives every predicate.
"""

import json
import math
import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from django.contrib.gis.geos import GEOSException, MultiPolygon, Point, Polygon
from django.utils.translation import gettext as _

from geodata import antimeridian

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_VERTICES = 10_000
# Repairing costs by the crossings: 100 random vertices (1,600 crossings) take GEOS 1 s, 300 take 20 s.
MAX_VERTICES_REPAIRED = 500
MAX_CROSSINGS_REPAIRED = 100
SRID = 4326
# Lands under French law, west south east north, a little larger than life.
FRANCE = [
    (-5.6, 41.2, 9.8, 51.3),  # metropolitan France
    (-63.3, 14.2, -60.7, 18.3),  # Guadeloupe, Martinique, Saint-Martin, Saint-Barthélemy
    (-54.8, 2.0, -51.4, 6.0),  # Guyane
    (55.1, -21.5, 56.0, -20.7),  # La Réunion
    (44.9, -13.2, 45.4, -12.5),  # Mayotte
    (-56.6, 46.6, -56.0, 47.2),  # Saint-Pierre-et-Miquelon
    (158.0, -23.0, 172.2, -17.0),  # Nouvelle-Calédonie
    (-178.4, -14.6, -176.0, -13.0),  # Wallis-et-Futuna
    (-155.0, -28.1, -134.0, -7.5),  # Polynésie française
]

Position = antimeridian.Position
Shape = list[list[list[Position]]]  # polygons > rings > positions
# What each byte of a text adds to its nesting: UTF-8 has no bracket inside another character.
STEPS = np.zeros(256, dtype=np.int8)
STEPS[list(b"[{")], STEPS[list(b"]}")] = 1, -1
STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


class GeometryRefused(ValueError):
    """`code` is stable, for programs; `message` is one French sentence, for a person.

    `field` is the parameter at fault, if any; `repaired` a valid MultiPolygon to offer for confirmation.
    """

    def __init__(
        self, code: str, message: str, repaired: MultiPolygon | None = None, field: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.repaired = repaired
        self.field = field


def read_geojson(raw: bytes | str) -> MultiPolygon:
    """A drawn zone: GeoJSON Polygon or MultiPolygon, alone or in Features. Raises GeometryRefused."""
    document = _parse(raw)
    shape = [polygon for geometry in _geometries(document) for polygon in _polygons(geometry)]
    if not shape:
        raise GeometryRefused("empty", _("Ce contour est vide : dessinez au moins une zone."))
    return _checked(_built(shape))


def read_point(lon: object, lat: object) -> Point:
    """A WGS 84 point from two numbers or two texts. Raises GeometryRefused naming `lon` or `lat`."""
    return Point(_number(lon, "lon", 180), _number(lat, "lat", 90), srid=SRID)


def read_bbox(text: str) -> Polygon:
    """A rectangle from "west,south,east,north" in degrees. Raises GeometryRefused naming `bbox`."""
    parts = text.split(",") if len(text) <= 200 else []
    if len(parts) != 4:
        raise GeometryRefused(
            "bbox_format", _("bbox : il faut quatre nombres « ouest,sud,est,nord »."), field="bbox"
        )
    west, south, east, north = (
        _number(part, "bbox", limit) for part, limit in zip(parts, (180, 90) * 2, strict=True)
    )
    if not (west < east and south < north):
        raise GeometryRefused(
            "bbox_reversed", _("bbox : l’ouest doit être avant l’est, et le sud avant le nord."), field="bbox"
        )
    rectangle = Polygon.from_bbox((west, south, east, north))
    rectangle.srid = SRID
    return rectangle


def touches_france(extent: tuple[float, float, float, float]) -> bool:
    """Whether a west, south, east, north extent meets a French land (by rectangles: a first sieve)."""
    west, south, east, north = extent
    return any(west <= e and east >= w and south <= n and north >= s for w, s, e, n in FRANCE)


def _number(value: object, field: str, limit: int) -> float:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise GeometryRefused(
            "missing", _("%(field)s : il manque une valeur.") % {"field": field}, field=field
        )
    try:
        number = float(str(value)[:50]) if not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        message = _("%(field)s : ce n’est pas un nombre (attendu : des degrés, comme 4.8357).") % {
            "field": field
        }
        raise GeometryRefused("not_a_number", message, field=field)
    if abs(number) > limit:
        message = _("%(field)s : hors limites (entre -%(limit)s et %(limit)s).") % {
            "field": field,
            "limit": limit,
        }
        raise GeometryRefused("out_of_range", message, field=field)
    return number


def _parse(raw: bytes | str) -> Any:
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > MAX_BYTES:
        raise GeometryRefused("too_big", _("Ce contour est trop lourd : 1 Mo au plus."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise GeometryRefused("not_json", _("Ce contour n’est pas du GeoJSON lisible.")) from None
    if nesting(text) > MAX_DEPTH:
        raise GeometryRefused("too_deep", _("Ce contour est trop imbriqué pour être du GeoJSON."))
    try:
        return json.loads(text)
    except ValueError:  # bad syntax, or an integer of more than 4,300 digits
        raise GeometryRefused("not_json", _("Ce contour n’est pas du GeoJSON lisible.")) from None


def nesting(text: str) -> int:
    """Deepest nesting, counted without parsing: brackets outside strings."""
    steps = STEPS[np.frombuffer(STRING.sub("", text).encode("utf-8", "replace"), dtype=np.uint8)]
    return int(np.cumsum(steps, dtype=np.int32).max(initial=0))


def _geometries(document: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        raise GeometryRefused("not_geojson", _("Ce n’est pas un objet GeoJSON."))
    if document.get("crs") is not None:
        raise GeometryRefused(
            "crs", _("Ce contour est dans un autre système de coordonnées : il faut du WGS 84.")
        )
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        for feature in features if isinstance(features, list) else []:
            yield from _geometries(feature)
    elif kind == "Feature":
        if document.get("geometry") is not None:
            yield from _geometries(document["geometry"])
    elif kind in ("Polygon", "MultiPolygon"):
        yield document
    else:
        raise GeometryRefused(
            "wrong_type", _("Une zone est un polygone, pas un point, une ligne ou un mélange.")
        )


def _polygons(geometry: dict[str, Any]) -> Shape:
    coordinates = geometry.get("coordinates")
    polygons: Any = [coordinates] if geometry["type"] == "Polygon" else coordinates
    # An empty polygon and an empty ring cost as much as one of three vertices: the longest lists go first.
    if _too_long(polygons) or (isinstance(polygons, list) and any(map(_too_long, polygons))):
        raise _too_many_vertices()
    if not _is_nested_list(polygons):
        raise GeometryRefused(
            "not_geojson", _("Les coordonnées de ce contour ne sont pas rangées comme il faut.")
        )
    if sum(max(1, len(ring)) for polygon in polygons for ring in polygon or [()]) > MAX_VERTICES:
        raise _too_many_vertices()
    return [
        [[_position(position) for position in ring] for ring in polygon] for polygon in polygons if polygon
    ]


def _too_long(part: Any) -> bool:
    return isinstance(part, list) and len(part) > MAX_VERTICES


def _is_nested_list(polygons: Any) -> bool:
    return isinstance(polygons, list) and all(
        isinstance(polygon, list) and all(isinstance(ring, list) for ring in polygon) for polygon in polygons
    )


def _too_many_vertices() -> GeometryRefused:
    return GeometryRefused("too_many_vertices", _("Ce contour est trop détaillé : 10 000 sommets au plus."))


def _position(position: Any) -> Position:
    """Two to four numbers; height and measure are dropped."""
    if not isinstance(position, list) or not 2 <= len(position) <= 4:
        raise GeometryRefused("not_geojson", _("Un sommet de ce contour n’a pas deux coordonnées."))
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in position):
        raise GeometryRefused("not_a_number", _("Une coordonnée de ce contour n’est pas un nombre."))
    lon, lat = position[:2]
    # A drawing that goes on beyond the edge of the map is put right below.
    if not (abs(lon) <= antimeridian.FURTHEST and abs(lat) <= 90):  # NaN and infinities fail here too
        raise GeometryRefused(
            "out_of_range", _("Une coordonnée de ce contour est hors limites (longitude ±180, latitude ±90).")
        )
    return float(lon), float(lat)


def _built(shape: Shape) -> MultiPolygon:
    if sum(len(ring) for polygon in shape for ring in polygon) > MAX_VERTICES:
        raise _too_many_vertices()
    if any(len(set(ring)) < 3 for polygon in shape for ring in polygon):
        raise GeometryRefused(
            "too_few_vertices", _("Un contour a besoin d’au moins trois sommets différents.")
        )
    closed = [[ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in polygon] for polygon in shape]
    whole = [antimeridian.in_one_piece(rings) for rings in closed]
    geometry = MultiPolygon([Polygon(*rings) for rings in whole if rings], srid=SRID)
    if whole != closed:
        message = _(
            "Un côté de ce contour fait plus d’un demi-tour de la Terre : il passe sans doute par le "
            "180e méridien. Acceptez la forme proposée, coupée à ce méridien, ou coupez-la vous-même."
        )
        raise GeometryRefused("antimeridian", message, repaired=_repaired(geometry))
    if closed != shape:
        repaired = _repaired(geometry)
        raise GeometryRefused("not_closed", _("Ce contour n’est pas fermé."), repaired=repaired)
    return geometry


def _checked(geometry: MultiPolygon) -> MultiPolygon:
    if not geometry.valid:
        message = _(
            "Ce contour se recoupe lui-même ou se chevauche : corrigez-le ou acceptez la forme proposée."
        )
        raise GeometryRefused("invalid", message, repaired=_repaired(geometry))
    geometry = antimeridian.cut(geometry)
    if geometry.num_coords > MAX_VERTICES:
        raise _too_many_vertices()
    if not _in_france(geometry):
        raise _outside_france(geometry)
    return geometry


def _in_france(geometry: MultiPolygon) -> bool:
    """Polygon by polygon: around one that is cut at the antimeridian, a rectangle goes around the world."""
    return any(touches_france(polygon.extent) for polygon in geometry)


def _outside_france(geometry: Any) -> GeometryRefused:
    west, south, east, north = geometry.extent
    if not touches_france((south, west, north, east)):
        return GeometryRefused("outside_france", _("Cette zone ne touche pas la France."))
    message = _("Cette zone ne touche pas la France : longitude et latitude semblent inversées.")
    flipped = [[[(y, x) for x, y, *_rest in ring.coords] for ring in polygon] for polygon in geometry]
    polygons = [Polygon(*rings) for rings in flipped]
    return GeometryRefused("outside_france", message, repaired=MultiPolygon(polygons, srid=SRID))


def _repaired(geometry: MultiPolygon) -> MultiPolygon | None:
    """The nearest valid shape in France, or None: nothing is left, or finding it would cost too much."""
    if geometry.num_coords > MAX_VERTICES_REPAIRED or _crossings(geometry) > MAX_CROSSINGS_REPAIRED:
        return None
    try:
        repaired = MultiPolygon(antimeridian.polygons(geometry.make_valid()), srid=SRID)
    except GEOSException:
        return None
    if not repaired or not repaired.valid:
        return None
    repaired = antimeridian.cut(repaired)
    return repaired if _in_france(repaired) and repaired.num_coords <= MAX_VERTICES else None


def _crossings(geometry: Any) -> int:
    """How many pairs of edges cross, counted until the limit is passed."""
    rings = [ring.coords for polygon in geometry for ring in polygon]
    edges = [edge for ring in rings for edge in pairwise(ring)]
    found = 0
    for first, second in combinations(edges, 2):
        found += int(_cross(*first, *second))
        if found > MAX_CROSSINGS_REPAIRED:
            break
    return found


def _cross(a: Position, b: Position, c: Position, d: Position) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
