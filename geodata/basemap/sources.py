"""Which map a page shows: ours, Plan IGN, OpenStreetMap or a PMTiles file of one's own. Setting: BASEMAP."""

from pathlib import Path
from typing import TypedDict

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from geodata.basemap.tiles import version

PMTILES = "pmtiles:"
IGN_TILES = (
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2"
    "&STYLE=normal&TILEMATRIXSET=PM&FORMAT=image/png&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)
OSM_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


class ClientConfig(TypedDict):
    """Attributes of the map element (tag basemap_data); `script` is the renderer, "" when not needed."""

    kind: str
    tiles: str
    attribution: str
    script: str


def client_config() -> ClientConfig:
    """What basemap.js needs to draw the chosen map. Attributions are HTML of ours."""
    renderer = static("vendor/protomaps-leaflet/protomaps-leaflet.js")
    osm = '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>'
    if settings.BASEMAP == "ign":
        ign = '© <a href="https://geoservices.ign.fr/">IGN – Géoplateforme</a>'
        return ClientConfig(kind="ign", tiles=IGN_TILES, attribution=ign, script="")
    if settings.BASEMAP == "osm":
        return ClientConfig(kind="osm", tiles=OSM_TILES, attribution=osm, script="")
    if pmtiles_path():
        return ClientConfig(kind="pmtiles", tiles=reverse("basemap-file"), attribution=osm, script=renderer)
    return ClientConfig(kind="own", tiles=own_tiles(), attribution=own_attribution(), script=renderer)


def own_tiles() -> str:
    """Address of our tiles, {z}, {x} and {y} left to fill; it changes with the map: tiles never go stale."""
    return reverse("basemap-tile", args=[version(), "0", "0", "0"]).replace("0/0/0.mvt", "{z}/{x}/{y}.mvt")


def own_attribution() -> str:
    return _("Contours : IGN, Insee, Natural Earth")


def pmtiles_path() -> Path | None:
    """The file that BASEMAP=pmtiles:<path> names."""
    source: str = settings.BASEMAP
    return Path(source.removeprefix(PMTILES)) if source.startswith(PMTILES) else None
