"""Ways to give a territory without drawing it: a circle around a place, a file."""

import re

from django.contrib.gis.geos import MultiPolygon, Point
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from geodata import gazetteer
from geodata.antimeridian import joined
from geodata.circles import circle
from geodata.geometry import GeometryRefused, read_geojson, read_point

LARGEST_KM = 300
NUMBERS = re.compile(r"^\s*(-?\d+(?:[.,]\d+)?)\s*[;, ]\s*(-?\d+(?:[.,]\d+)?)\s*$")


def with_circle(drawn: MultiPolygon | None, place: str, km: str) -> MultiPolygon:
    """The drawing with a circle added to it, as the geometry guard would have it. Raises Refused."""
    try:
        radius = float(km.replace(",", ".")[:10])
    except ValueError:
        radius = 0.0
    if not 0.1 <= radius <= LARGEST_KM:
        raise Refused(_("Écrivez le rayon en kilomètres : de 0,1 à %(most)s.") % {"most": LARGEST_KM})
    added = circle(centre_of(place), radius)
    both = joined(drawn, added) if drawn else added
    try:
        return read_geojson(both.geojson)
    except GeometryRefused as refusal:
        raise Refused(refusal.message) from refusal


def centre_of(place: str) -> Point:
    """A place by its name, or longitude then latitude."""
    if numbers := NUMBERS.match(place[:100]):
        try:
            return read_point(*(number.replace(",", ".") for number in numbers.groups()))
        except GeometryRefused as refusal:
            raise Refused(refusal.message) from refusal
    found = gazetteer.resolve(place.replace("\0", "").strip())
    if found is None:
        raise Refused(
            _("Ce lieu n'est pas trouvé. Écrivez le nom d'une commune, ou une longitude et une latitude.")
        )
    return found.point
