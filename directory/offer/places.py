"""Where a venue receives people: its one place, or the stops of its round; and when."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.hours import refresh_hours
from directory.models import Place, User, Venue
from directory.offer.venues import locked
from directory.opening import parse
from geodata import geocoding
from geodata.geometry import GeometryRefused, touches_france
from geodata.models import Area, Toponym
from geodata.timezones import timezone_of

MOST_STOPS = 200


@dataclass(frozen=True)
class Address:
    """As people write it; the commune is that in which the point stands."""

    address: str = ""
    address_extra: str = ""
    postcode: str = ""
    name: str = ""

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.address, self.postcode) if part)


@dataclass(frozen=True)
class Found:
    """Where an address was found, for its author to look at. `exact` is false when only the town is known."""

    point: Point
    label: str
    exact: bool


def find(text: str) -> Found | None:
    """The place of an address typed by a person: nothing is written."""
    found = geocoding.locate(text)
    return None if found is None else Found(found.point, found.label, found.kind == "address")


def commune_of(point: Point) -> Area:
    """Raises GeometryRefused when the point is on no French land that we know."""
    communes = Area.objects.current().at_level(Area.Level.COMMUNE).covering(point)
    found = communes.defer("geom").first() if touches_france(point.extent) else None
    if found is None:
        raise GeometryRefused(
            "outside_france", _("Ce point n'est dans aucune commune de France. Déplacez le repère.")
        )
    return found


def postcode_of(commune: Area) -> str:
    """That of a commune which has only one."""
    postcodes = Toponym.objects.filter(kind=Toponym.Kind.POSTCODE, code=commune.code)
    found = list(postcodes.values_list("postcode", flat=True).distinct().order_by()[:2])
    return found[0] if len(found) == 1 else ""


def place_venue(*, venue: Venue, point: Point, address: Address, by: User, at: datetime) -> Place:
    """The one place of a venue that does not move. Raises GeometryRefused, Refused."""
    commune = commune_of(point)
    with acting(by):
        current = locked(venue)
        if current.itinerant:
            raise Refused(_("Ce lieu est itinérant : ajoutez plutôt des arrêts."))
        place = current.places.select_for_update().filter(is_stop=False).first()
        place = place or Place(venue=current)
        return _settled(place, point, address, commune, at)


def save_stop(
    *, venue: Venue, stop: Place | None, point: Point, address: Address, hours: str, by: User, at: datetime
) -> Place:
    """A new stop, or an edited one. Raises GeometryRefused, Refused."""
    commune = commune_of(point)
    with acting(by):
        current = locked(venue)
        if not current.itinerant:
            raise Refused(_("Ce lieu n'est pas itinérant : il n'a pas d'arrêts."))
        if stop is None and current.places.count() >= MOST_STOPS:
            raise Refused(_("Une tournée a 200 arrêts au plus."))
        place = (
            current.places.select_for_update().get(pk=stop.pk) if stop else Place(venue=current, is_stop=True)
        )
        place.hours = hours
        return _settled(place, point, address, commune, at)


def remove_stop(*, stop: Place, by: User, at: datetime) -> None:
    with acting(by):
        current = locked(stop.venue)
        Place.objects.filter(pk=stop.pk, is_stop=True).delete()
        _touch(current, at)


def set_hours(*, place: Place, hours: str, by: User, at: datetime) -> None:
    """`hours` in OpenStreetMap's syntax, or "" when they are not known."""
    if hours and parse(hours) is None:
        raise Refused(_("Ces horaires ne sont pas écrits comme il faut."))
    with acting(by):
        venue = locked(place.venue)
        current = Place.objects.select_for_update().get(pk=place.pk)
        current.hours = hours
        current.save(update_fields=["hours"])
        refresh_hours(Place.objects.filter(pk=current.pk), timezone.localdate(at))
        _touch(venue, at)


def _settled(place: Place, point: Point, address: Address, commune: Area, at: datetime) -> Place:
    place.point, place.name = point, address.name
    place.address, place.address_extra = address.address, address.address_extra
    place.postcode = address.postcode or postcode_of(commune)
    place.commune, place.commune_code = commune.name, commune.code
    place.timezone, place.ban_key = timezone_of(commune.code), ""
    place.save()
    refresh_hours(Place.objects.filter(pk=place.pk), timezone.localdate(at))
    _touch(place.venue, at)
    return place


def _touch(venue: Venue, at: datetime) -> None:
    venue.updated_on = timezone.localdate(at)
    venue.save(update_fields=["updated_on"])
