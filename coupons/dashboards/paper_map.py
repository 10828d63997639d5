"""The map of the report, as SVG: the same circles and arrows as on the page, on paper."""

from math import cos, radians
from typing import Any

from coupons.dashboards import mapping
from coupons.dashboards.figures import Figures
from coupons.models import Campaign
from directory.maps import GREEN, LINE, RED, WASH

WIDTH, HEIGHT, MARGIN = 640, 480, 24
# Degrees: a single place is not drawn at the scale of a street.
SMALLEST_SPAN = 0.2


class Projection:
    """Longitude and latitude to the paper, as a flat map: true to distances at its middle."""

    def __init__(self, places: list[tuple[float, float]]) -> None:
        lons, lats = zip(*places, strict=True)
        self.lon, self.lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        self.narrow = cos(radians(self.lat))
        across = max((max(lons) - min(lons)) * self.narrow, SMALLEST_SPAN)
        up = max(max(lats) - min(lats), SMALLEST_SPAN)
        self.scale = min((WIDTH - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / up)

    def __call__(self, lon: float, lat: float) -> tuple[float, float]:
        x = WIDTH / 2 + (lon - self.lon) * self.narrow * self.scale
        y = HEIGHT / 2 - (lat - self.lat) * self.scale
        return round(x, 1), round(y, 1)


def drawn(figures: Figures, campaign: Campaign) -> str:
    """Empty when there is nothing to show."""
    spots = [*mapping.empty(figures), *mapping.circles(figures.communes)]
    arrows = mapping.arrows(figures, figures.flows, "commune")
    if not spots:
        return ""
    places = [(one.lon, one.lat) for one in spots] + [end for one in arrows for end in (one.start, one.end)]
    on_paper = Projection(places)
    outlines = [
        path(geometry, on_paper)
        for geometry in mapping.ground(figures, campaign, figures.communes, "commune")
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#dfe8e6"/>',
        *(
            f'<path d="{d}" fill="{WASH}" stroke="{LINE}" stroke-width="1.5" fill-rule="evenodd"/>'
            for d in outlines
        ),
    ]
    for one in arrows:
        (x1, y1), (x2, y2) = on_paper(*one.start), on_paper(*one.end)
        parts.append(
            f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{RED}" stroke-opacity="0.5" stroke-width="{one.weight}"/>'
        )
    for spot in spots:
        x, y = on_paper(spot.lon, spot.lat)
        paint = (
            f'fill="{WASH}" stroke="{RED}" stroke-width="1.5" stroke-dasharray="3 3"'
            if spot.empty
            else f'fill="{GREEN}" fill-opacity="0.85" stroke="#fff" stroke-width="1.5"'
        )
        parts.append(f'<circle cx="{x}" cy="{y}" r="{round(spot.radius, 1)}" {paint}/>')
    return "".join([*parts, "</svg>"])


def path(geometry: dict[str, Any], on_paper: Projection) -> str:
    """Of a Polygon or a MultiPolygon."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = [ring for polygon in polygons for ring in polygon]
    return "".join(
        "M" + "L".join(f"{x} {y}" for x, y in (on_paper(*place[:2]) for place in ring)) + "Z"
        for ring in rings
    )
