"""A map for paper, as SVG: communes, the campaign's territory and numbered places, from our own outlines.

Drawn on a plane that touches the Earth in the middle of the map: over a few dozen kilometres no eye sees the
difference. Text comes from our gazetteer alone, and is escaped.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.contrib.gis.geos import Point, Polygon

from geodata.models import Area

Position = tuple[float, float]
# Of the drawing, in its own units; paper scales it.
WIDTH, HEIGHT = 640, 470
# Kilometres that are shown at least, and the margin around the places.
LEAST_KM, MARGIN = 3.0, 1.25
KM_PER_DEGREE = 111.2
# A line is true to a third of a unit.
TRUE_TO = 0.35
NAMED, TRIED = 14, 80
APART = 46
ASIDE = (0, 26, -22, 48)
# Up to so many kilometres across, the land is drawn with its communes; wider, with larger territories.
LEVELS = ((45.0, "commune"), (130.0, "epci"), (math.inf, "departement"))
FACE = "Atkinson Hyperlegible Next"
GROUND, LAND, BORDER, NAME = "#dfe8e6", "#fffdf8", "#cfc5b1", "#53605e"
GREEN, RED = "#0e4f4b", "#ad3517"
LETTERS = f'font-size="14" fill="{NAME}" stroke="{LAND}" stroke-width="3.5" paint-order="stroke" text-anchor="middle"'


@dataclass(frozen=True)
class View:
    """What the drawing shows: its middle, and how many kilometres it is wide."""

    lon: float
    lat: float
    width_km: float

    @classmethod
    def around(cls, origin: Point, places: Sequence[Position]) -> "View":
        """The origin in the middle, and every place."""
        plane = cls(origin.x, origin.y, WIDTH)
        reach = [(abs(x - WIDTH / 2), abs(y - HEIGHT / 2)) for x, y in map(plane.xy, places)]
        across = max((2 * dx for dx, _dy in reach), default=0.0)
        down = max((2 * dy * WIDTH / HEIGHT for _dx, dy in reach), default=0.0)
        return cls(origin.x, origin.y, max(2 * LEAST_KM, MARGIN * across, MARGIN * down))

    @property
    def units_per_km(self) -> float:
        return WIDTH / self.width_km

    @property
    def units_per_degree(self) -> Position:
        north = self.units_per_km * KM_PER_DEGREE
        return north * math.cos(math.radians(self.lat)), north

    @property
    def bbox(self) -> Polygon:
        east, north = self.units_per_degree
        dx, dy = WIDTH / 2 / east, HEIGHT / 2 / north
        return Polygon.from_bbox((self.lon - dx, self.lat - dy, self.lon + dx, self.lat + dy))

    @property
    def level(self) -> str:
        return next(level for widest, level in LEVELS if self.width_km <= widest)

    @property
    def tolerance(self) -> float:
        return TRUE_TO / self.units_per_degree[1]

    def xy(self, position: Sequence[float]) -> Position:
        """From the upper left corner, to a tenth of a unit."""
        east, north = self.units_per_degree
        lon, lat = position[0], position[1]
        return round(WIDTH / 2 + (lon - self.lon) * east, 1), round(HEIGHT / 2 - (lat - self.lat) * north, 1)


def drawn(origin: Point, places: Sequence[Position], territory: dict[str, Any] | None) -> str:
    """The SVG; places are numbered from 1 in their order."""
    view = View.around(origin, places)
    land = Area.objects.current().at_level(view.level).in_view(view.bbox, view.tolerance)
    parts = [
        *(path(view, outline, f'fill="{LAND}" stroke="{BORDER}" stroke-width="1"') for outline in land),
        *names(view, [*places, (origin.x, origin.y)]),
        *territory_lines(view, territory),
        *stack_of_pins(view, places),
        here(view, origin),
        scale(view),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FACE}">'
        f'<defs><clipPath id="edge"><rect width="{WIDTH}" height="{HEIGHT}" rx="10"/></clipPath></defs>'
        f'<g clip-path="url(#edge)"><rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>{"".join(parts)}</g></svg>'
    )


def path(view: View, outline: str | None, style: str) -> str:
    """Of a GeoJSON geometry; nothing of one that has no area in view."""
    lines = " ".join(line(view, ring) for ring in rings(json.loads(outline or "{}")))
    return f'<path d="{lines}" fill-rule="evenodd" {style}/>' if lines else ""


def line(view: View, ring: Iterable[Sequence[float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(view.xy, ring)) + "Z"


def rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    match geometry.get("type"):
        case "Polygon":
            yield from geometry["coordinates"]
        case "MultiPolygon":
            for polygon in geometry["coordinates"]:
                yield from polygon
        case "GeometryCollection":
            for part in geometry["geometries"]:
                yield from rings(part)


def territory_lines(view: View, territory: dict[str, Any] | None) -> Iterator[str]:
    if territory:
        style = f'fill="none" stroke="{RED}" stroke-width="2.5" stroke-dasharray="1 7" stroke-linecap="round"'
        yield path(view, json.dumps(territory), style)


def names(view: View, places: Sequence[Position]) -> Iterator[str]:
    """Of the largest towns first, none over another nor under a pin: a little above or below its town if need be."""
    pins, taken = [view.xy(place) for place in places], list[Position]()
    towns = Area.objects.current().at_level("commune").halls_in(view.bbox).order_by("-population", "pk")
    for name, point in towns.filter(population__gt=0).values_list("name", "point")[:TRIED]:
        x, y = view.xy((point.x, point.y))
        free = [(x, y + aside) for aside in ASIDE if is_free(x, y + aside, taken, pins)]
        if free and len(taken) < NAMED:
            taken.append(free[0])
            yield f'<text x="{x:g}" y="{free[0][1]:g}" {LETTERS}>{escape(name)}</text>'


def is_free(x: float, y: float, taken: Sequence[Position], pins: Sequence[Position]) -> bool:
    scale = x < 200 and y > HEIGHT - 60
    inside = APART < x < WIDTH - APART and 20 < y < HEIGHT - 20 and not scale
    apart = all(abs(x - a) > 2 * APART or abs(y - b) > APART / 2 for a, b in taken)
    return inside and apart and all(abs(x - a) > APART or abs(y - 5 - b) > 20 for a, b in pins)


def stack_of_pins(view: View, places: Sequence[Position]) -> Iterator[str]:
    """The nearest on top; places at one door stand side by side."""
    taken: dict[Position, int] = {}
    pins = []
    for rank, place in enumerate(places, start=1):
        x, y = view.xy(place)
        door = (round(x / 14), round(y / 14))
        x += 22 * taken.get(door, 0)
        taken[door] = taken.get(door, 0) + 1
        pins.append(pin(rank, x, y))
    yield from reversed(pins)


def pin(rank: int, x: float, y: float) -> str:
    style = 'font-size="15" font-weight="700" fill="#fff" text-anchor="middle"'
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="12" fill="{GREEN}" stroke="#fff" stroke-width="2"/>'
        f'<text x="{x:g}" y="{y + 5.2:g}" {style}>{rank}</text>'
    )


def here(view: View, origin: Point) -> str:
    x, y = view.xy((origin.x, origin.y))
    return f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="{RED}" stroke="#fff" stroke-width="3"/>'


def scale(view: View) -> str:
    """A bar of a round number of kilometres, a fifth of the width at most."""
    km = max(
        step for step in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if step <= max(view.width_km / 5, 0.5)
    )
    length, y = km * view.units_per_km, HEIGHT - 18
    return (
        f'<path d="M18 {y}h{length:.1f}" stroke="{NAME}" stroke-width="3"/>'
        f'<text x="18" y="{y - 7}" font-size="13" fill="{NAME}">{km:g} km</text>'
    )
