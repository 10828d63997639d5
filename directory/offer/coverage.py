"""Where a service is rendered at home: official areas picked by name, and one zone drawn on the map."""

from django.contrib.gis.geos import MultiPolygon
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Service, User
from directory.offer.publishing import locked
from geodata.models import Area

MOST_AREAS = 100


def add_area(*, service: Service, area: Area, by: User) -> None:
    with acting(by):
        current = locked(service)
        if current.coverage.count() >= MOST_AREAS:
            raise Refused(_("Un service couvre 100 territoires au plus. Choisissez-en de plus grands."))
        current.coverage.add(area)


def remove_area(*, service: Service, area: Area, by: User) -> None:
    with acting(by):
        current = locked(service)
        current.coverage.remove(area)
        if area.level == Area.Level.CUSTOM and area.code == code_of(current):
            area.delete()


def draw_zone(*, service: Service, geom: MultiPolygon, by: User) -> Area:
    """The one drawn zone of the service; drawing again replaces it. `geom` is valid (geodata.geometry)."""
    with acting(by):
        current = locked(service)
        drawn = Area.objects.filter(level=Area.Level.CUSTOM, code=code_of(current)).first()
        drawn = drawn or Area(level=Area.Level.CUSTOM, code=code_of(current))
        drawn.name = _("Zone dessinée de « %(name)s »")[:200] % {"name": current.name[:150]}
        drawn.geom, drawn.point = geom, geom.point_on_surface
        drawn.save()
        current.coverage.add(drawn)
        return drawn


def drawn_zone(service: Service) -> Area | None:
    return service.coverage.filter(level=Area.Level.CUSTOM, code=code_of(service)).first()


def code_of(service: Service) -> str:
    return f"service-{service.pk}"
