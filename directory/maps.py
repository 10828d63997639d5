"""Maps drawn by folium: our own files only, and nothing a strict Content-Security-Policy would refuse."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Figure
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from geodata.models import Area

GREEN, RED, WASH, LINE, INK = "#0e4f4b", "#ad3517", "#fffdf8", "#b9ad97", "#1d2b2a"
# About 200 m, in degrees: more than the eye sees on a map of a commune's width.
SIMPLER_BY = {"commune": 0.0002, "qpv": 0.0, "custom": 0.0, "epci": 0.001, "departement": 0.002}
SIMPLEST = 0.01
DETAIL = 5


class LocalMap(folium.Map):
    """folium's map with Leaflet from our host instead of eight files from four others."""

    _name = "Map"

    @property
    def default_js(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [("leaflet", static("vendor/leaflet/leaflet.js"))]

    @property
    def default_css(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("leaflet_css", static("vendor/leaflet/leaflet.css")),
            ("tokens", static("directory/css/tokens.css")),
            ("map", static("directory/css/map.css")),
        ]


def territory(area: Area, venues: list[tuple[str, float, float]], *, nonce: str) -> dict[str, SafeString]:
    """Outline and venues (name, lon, lat) of an area: the `head`, `body` and `script` of a page."""
    drawn = with_outline(area)
    if venues:
        dots(venues).add_to(drawn)
    return page(drawn, area, nonce)


def diagnosis(
    area: Area,
    venues: list[tuple[str, float, float]],
    far: list[tuple[str, float, float, int]],
    quarters: list[Area],
    *,
    nonce: str,
) -> dict[str, SafeString]:
    """The same, with communes far from every venue (words, lon, lat, inhabitants) and priority districts."""
    drawn = with_outline(area)
    if quarters:
        shapes = [outline(one) | {"properties": {"name": inert(one.name)}} for one in quarters]
        folium.GeoJson(
            {"type": "FeatureCollection", "features": shapes},
            style_function=lambda _one: {
                "color": INK,
                "weight": 2,
                "dashArray": "4 3",
                "fillColor": LINE,
                "fillOpacity": 0.6,
            },
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        ).add_to(drawn)
    if far:
        circles(far).add_to(drawn)
    if venues:
        dots(venues).add_to(drawn)
    return page(drawn, area, nonce)


def circles(far: list[tuple[str, float, float, int]]) -> folium.GeoJson:
    """Their surface says how many people live there."""
    found = features([(words, lon, lat) for words, lon, lat, _inhabitants in far])
    for one, (_words, _lon, _lat, inhabitants) in zip(found["features"], far, strict=True):
        one["properties"]["radius"] = min(26, max(4, round(inhabitants**0.5 / 6)))
    return folium.GeoJson(
        found,
        marker=folium.CircleMarker(color=GREEN, weight=1.5, fill_color=GREEN, fill_opacity=0.25),
        style_function=lambda one: {"radius": one["properties"]["radius"]},
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    )


def with_outline(area: Area) -> LocalMap:
    drawn = LocalMap(
        location=[area.point.y, area.point.x],
        tiles=None,
        zoom_start=11,
        attributionControl=False,
        zoom_snap=0.25,
    )
    folium.GeoJson(
        outline(area),
        style_function=lambda _feature: {"color": GREEN, "weight": 2, "fillColor": WASH, "fillOpacity": 1},
        interactive=False,
    ).add_to(drawn)
    return drawn


def dots(venues: list[tuple[str, float, float]]) -> folium.GeoJson:
    return folium.GeoJson(
        features(venues),
        marker=folium.CircleMarker(radius=6, color="#ffffff", weight=1.5, fill_color=RED, fill_opacity=0.95),
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    )


def page(drawn: LocalMap, area: Area, nonce: str) -> dict[str, SafeString]:
    drawn.fit_bounds(bounds(area), padding=(16, 16))
    figure = Figure()
    figure.add_child(drawn)
    return parts(figure, nonce)


@dataclass(frozen=True)
class Spot:
    """A circle of `radius` pixels, and what is said of it; `empty` ones are rings."""

    name: str
    lon: float
    lat: float
    radius: float
    empty: bool = False


@dataclass(frozen=True)
class Arrow:
    """From one place to another, each longitude and latitude; `weight` pixels wide."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    weight: float


def movements(
    ground: Sequence[dict[str, Any]], arrows: Sequence[Arrow], spots: Sequence[Spot], *, nonce: str
) -> dict[str, SafeString]:
    """Circles and what goes between them, over outlines (GeoJSON geometries): the pieces of a page."""
    drawn = LocalMap(location=[46.6, 2.4], tiles=None, zoom_start=6, attributionControl=False, zoom_snap=0.25)
    if ground:
        folium.GeoJson(
            collection([({}, rounded(geometry)) for geometry in ground]),
            style_function=lambda _one: {"color": LINE, "weight": 1.5, "fillColor": WASH, "fillOpacity": 1},
            interactive=False,
        ).add_to(drawn)
    if arrows:
        folium.GeoJson(
            collection(
                [
                    ({"name": inert(one.name), "weight": one.weight}, line(one.start, one.end))
                    for one in arrows
                ]
            ),
            style_function=lambda one: {
                "color": RED,
                "opacity": 0.55,
                "weight": one["properties"].get("weight", 1),
            },
            tooltip=folium.GeoJsonTooltip(["name"], labels=False, sticky=True),
        ).add_to(drawn)
    if spots:
        folium.GeoJson(
            collection([(properties(one), dot(one.lon, one.lat)) for one in spots]),
            marker=folium.CircleMarker(radius=6, weight=1.5),
            style_function=lambda one: {
                "radius": one["properties"].get("radius", 6),
                "color": RED if one["properties"].get("empty") else "#ffffff",
                "fill": True,
                "dashArray": "3 3" if one["properties"].get("empty") else None,
                "fillColor": WASH if one["properties"].get("empty") else GREEN,
                "fillOpacity": 0.85,
            },
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        ).add_to(drawn)
    places = [(one.lat, one.lon) for one in spots] + [
        (lat, lon) for one in arrows for lon, lat in (one.start, one.end)
    ]
    if places:
        drawn.fit_bounds(around(places), padding=(24, 24), max_zoom=11)
    figure = Figure()
    figure.add_child(drawn)
    return parts(figure, nonce)


def territories(named: list[tuple[Area, str]], *, nonce: str) -> dict[str, SafeString]:
    """Outlines with the words shown over each, in the order given, the later upon the earlier; as `territory`."""
    drawn = LocalMap(location=[46.6, 2.5], tiles=None, zoom_start=5, attributionControl=False, zoom_snap=0.25)
    for area, words in named:
        feature = outline(area)
        feature["properties"] = {"name": inert(words)}
        folium.GeoJson(
            feature,
            style_function=lambda _feature: {
                "color": GREEN,
                "weight": 2,
                "fillColor": WASH,
                "fillOpacity": 0.9,
            },
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        ).add_to(drawn)
    if named:
        corners = [corner for area, _words in named for corner in bounds(area)]
        south, west = min(lat for lat, _lon in corners), min(lon for _lat, lon in corners)
        north, east = max(lat for lat, _lon in corners), max(lon for _lat, lon in corners)
        drawn.fit_bounds([[south, west], [north, east]], padding=(16, 16))
    figure = Figure()
    figure.add_child(drawn)
    return parts(figure, nonce)


def properties(spot: Spot) -> dict[str, Any]:
    return {"name": inert(spot.name), "radius": round(spot.radius, 1), "empty": spot.empty}


def collection(features: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": said, "geometry": where} for said, where in features],
    }


def dot(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon, DETAIL), round(lat, DETAIL)]}


def line(start: tuple[float, float], end: tuple[float, float]) -> dict[str, Any]:
    ends = [[round(number, DETAIL) for number in one] for one in (start, end)]
    return {"type": "LineString", "coordinates": ends}


def around(places: list[tuple[float, float]]) -> list[list[float]]:
    """The rectangle that holds them, latitude first as Leaflet has it."""
    lats, lons = zip(*places, strict=True)
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def outline(area: Area) -> dict[str, Any]:
    """The outline light enough to be drawn, or the point of a commune whose outline nobody publishes."""
    shape = area.geom or area.point.buffer(0.02)
    simpler = shape.simplify(SIMPLER_BY.get(area.level, SIMPLEST), preserve_topology=True)
    return {"type": "Feature", "properties": {}, "geometry": rounded(json.loads(simpler.geojson))}


def rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def shorter(values: Any) -> Any:
        return [shorter(value) for value in values] if isinstance(values, list) else round(values, DETAIL)

    return {"type": geometry["type"], "coordinates": shorter(geometry["coordinates"])}


def features(venues: list[tuple[str, float, float]]) -> dict[str, Any]:
    """folium writes properties into tooltips as raw HTML, and branca compiles what folium wrote as a Jinja
    template, which could run anything on the server: `inert` is for both."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": inert(name)},
                "geometry": {"type": "Point", "coordinates": [round(lon, DETAIL), round(lat, DETAIL)]},
            }
            for name, lon, lat in venues
        ],
    }


def inert(text: str) -> str:
    """HTML that shows the text; without braces, a template has nothing to run."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


def bounds(area: Area) -> list[list[float]]:
    west, south, east, north = (area.geom or area.point.buffer(0.02)).extent
    return [[south, west], [north, east]]


def parts(figure: Figure, nonce: str) -> dict[str, SafeString]:
    """folium's page in pieces, its inline scripts and styles marked as ours.

    Its <meta name=viewport> forbids zooming with two fingers: our page has its own.
    """
    figure.render()
    head, body, script = figure.header.render(), figure.html.render(), figure.script.render()
    head = re.sub(r"<meta[^>]*>", "", head)
    head = re.sub(r"<(script|style)\b", rf'<\1 nonce="{nonce}"', head)
    pieces = {"head": head, "body": body, "script": f'<script nonce="{nonce}">{script}</script>'}
    # folium writes values as JSON with `<` escaped, and `features` escapes those it puts into HTML.
    return {name: mark_safe(piece) for name, piece in pieces.items()}  # noqa: S308
