"""Maps drawn by folium: our own files only, and nothing a strict Content-Security-Policy would refuse."""

import json
import re
from typing import Any

import folium
from branca.element import Figure
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from geodata.models import Area

GREEN, RED, WASH, LINE = "#0e4f4b", "#ad3517", "#fffdf8", "#b9ad97"
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
    if venues:
        folium.GeoJson(
            features(venues),
            marker=folium.CircleMarker(
                radius=6, color="#ffffff", weight=1.5, fill_color=RED, fill_opacity=0.95
            ),
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        ).add_to(drawn)
    drawn.fit_bounds(bounds(area), padding=(16, 16))
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


def outline(area: Area) -> dict[str, Any]:
    """The outline light enough to be drawn, or the point of a commune whose outline nobody publishes."""
    shape = area.geom or area.point.buffer(0.02)
    simpler = shape.simplify(SIMPLER_BY.get(area.level, SIMPLEST), preserve_topology=True)
    return {"type": "Feature", "properties": {}, "geometry": rounded(json.loads(simpler.geojson))}


def rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def shorter(values: Any) -> Any:
        return round(values, DETAIL) if isinstance(values, float) else [shorter(value) for value in values]

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
