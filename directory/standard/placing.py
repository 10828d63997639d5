"""Where a row is: its coordinates checked against the commune it names, or that commune when it has none."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from directory.standard.reading import Contribution
from directory.standard.rows import Mended, PlaceRow
from geodata.folding import fold, without_article
from geodata.geometry import touches_france
from geodata.timezones import timezone_of

FARTHEST_KM = 50
EARTH_KM = 6371
LAMBERT_93 = 2154
METRES_X, METRES_Y = (0, 1_300_000), (6_000_000, 7_200_000)


class Commune(NamedTuple):
    """`lon`, `lat`: its town hall."""

    code: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Found:
    commune: Commune
    sure: bool


class Communes:
    """The communes that a file may mean, by every name the gazetteer has for them."""

    def __init__(self, toponyms: Iterable[tuple[str, str, Commune]]) -> None:
        """`toponyms`: folded name (without postcode), postcode or "", commune."""
        self.by_code: dict[str, Commune] = {}
        self.by_postcode: dict[str, dict[str, Commune]] = {}
        self.by_name: dict[str, dict[str, Commune]] = {}
        for folded, postcode, commune in toponyms:
            self.by_code.setdefault(commune.code, commune)
            self.by_name.setdefault(folded, {}).setdefault(commune.code, commune)
            if postcode:
                self.by_postcode.setdefault(postcode, {}).setdefault(folded, commune)

    def find(self, name: str, postcode: str, code: str) -> Found | None:
        if code in self.by_code:
            return Found(self.by_code[code], sure=True)
        folded = fold(name).split(" cedex")[0]
        nearby = self.by_postcode.get(postcode, {})
        for spelling in (folded, without_article(folded)):
            if spelling in nearby:
                return Found(nearby[spelling], sure=True)
            if alone := self._only(spelling, postcode):
                return Found(alone, sure=True)
        return self._guess(folded, nearby)

    def _only(self, spelling: str, postcode: str) -> Commune | None:
        """The one commune of that name in the département, or in the country when no postcode is given."""
        named = self.by_name.get(spelling, {})
        here = [commune for code, commune in named.items() if _same_departement(code, postcode)]
        return here[0] if len(here) == 1 else None

    def _guess(self, folded: str, nearby: dict[str, Commune]) -> Found | None:
        """Misspelled, but near the name of one with that postcode; or the postcode is of one alone."""
        close = get_close_matches(folded, nearby, n=1, cutoff=0.8)
        if close:
            return Found(nearby[close[0]], sure=False)
        codes = {commune.code for commune in nearby.values()}
        return Found(next(iter(nearby.values())), sure=False) if len(codes) == 1 else None


def place(contribution: Contribution, communes: Communes) -> None:
    """Give the place its commune's code and time zone, and coordinates that agree with it."""
    spot = contribution.row.places[0]
    found = communes.find(spot.commune, spot.postcode, spot.commune_code)
    notes: list[tuple[str, str]] = []
    if found:
        if not found.sure:
            notes.append(("commune", _("comprise comme %(name)s") % {"name": found.commune.name}))
        spot.commune_code = found.commune.code
        spot.commune = spot.commune or found.commune.name
    notes += _locate(spot, found.commune if found else None)
    spot.timezone = timezone_of(spot.commune_code or spot.postcode)
    contribution.mended += [Mended(contribution.line, column, what) for column, what in notes]


def _locate(spot: PlaceRow, commune: Commune | None) -> list[tuple[str, str]]:
    for lon, lat, what in _readings(spot):
        if _plausible(lon, lat, commune):
            spot.lon, spot.lat = lon, lat
            return [("latitude", what)] if what else []
    written = spot.lon is not None and spot.lat is not None
    spot.lon, spot.lat = (commune.lon, commune.lat) if commune else (None, None)
    where = _("placé à la mairie de %(name)s") % {"name": commune.name} if commune else _("ne sera pas listé")
    why = _("coordonnées invraisemblables") if written else _("sans coordonnées")
    return [("latitude", f"{why} : {where}")]


def _readings(spot: PlaceRow) -> Iterable[tuple[float, float, str]]:
    """The ways to read two numbers: as said, swapped, in metres of Lambert-93."""
    if spot.lon is None or spot.lat is None or spot.lon == spot.lat == 0:
        return
    yield spot.lon, spot.lat, ""
    yield spot.lat, spot.lon, _("latitude et longitude inversées")
    for x, y in ((spot.lon, spot.lat), (spot.lat, spot.lon)):
        if METRES_X[0] <= x <= METRES_X[1] and METRES_Y[0] <= y <= METRES_Y[1]:
            point = Point(x, y, srid=LAMBERT_93)
            point.transform(4326)
            yield round(point.x, 7), round(point.y, 7), _("coordonnées Lambert-93 converties")


def _plausible(lon: float, lat: float, commune: Commune | None) -> bool:
    if not (abs(lon) <= 180 and abs(lat) <= 90 and touches_france((lon, lat, lon, lat))):
        return False
    return commune is None or _kilometres(lon, lat, commune.lon, commune.lat) <= FARTHEST_KM


def _kilometres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Great-circle distance: enough to tell 50 km from 100."""
    phi, other_phi = radians(lat), radians(other_lat)
    half = sin((other_phi - phi) / 2) ** 2
    half += cos(phi) * cos(other_phi) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1, half)))


def _same_departement(code: str, postcode: str) -> bool:
    """By their first digits; Corsica's codes have a letter where its postcodes have 20."""
    return not postcode or code.replace("2A", "20").replace("2B", "20")[:2] == postcode[:2]
