"""Toy territories: square communes on whole degrees, and venues inside, outside and on their borders.

lon 2      3      4      5      6
49 +------+------+------+------+
   | West | East |      |Island|
48 +------+------+------+------+
"""

from datetime import date
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from directory.models import Category, Labelling, Place, Service, Venue, VenueType
from geodata.models import Area

TODAY = date(2026, 11, 23)


def box(west: float, south: float, east: float, north: float) -> Polygon:
    return Polygon.from_bbox((west, south, east, north))


def outline(*polygons: Polygon) -> MultiPolygon:
    return MultiPolygon(*polygons, srid=4326)


def with_hole() -> MultiPolygon:
    """The square from 2 to 3, without its middle."""
    shell = box(2, 48, 3, 49).exterior_ring
    return outline(Polygon(shell, box(2.4, 48.4, 2.6, 48.6).exterior_ring))


def an_area(name: str, geom: MultiPolygon | None, level: str = "commune", **fields: Any) -> Area:
    code = f"z{Area.objects.count():04d}"
    point = geom.point_on_surface if geom else Point(0, 0, srid=4326)
    return Area.objects.create(
        **{"level": level, "code": code, "name": name, "geom": geom, "point": point, **fields}
    )


def a_venue(name: str = "Atelier", *, labelled: bool = True, **fields: Any) -> Venue:
    venue = Venue.objects.create(name=name, slug="lieu", venue_type=kinds()[0], **fields)
    if labelled:
        Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2027, 1, 1)))
    return venue


def at(venue: Venue, lon: float, lat: float, **fields: Any) -> Place:
    return Place.objects.create(
        venue=venue, point=Point(lon, lat, srid=4326), is_stop=venue.itinerant, **fields
    )


def a_service(venue: Venue, *, serving: Area | None = None, **fields: Any) -> Service:
    service = Service.objects.create(
        **{"venue": venue, "category": categories()[0], "name": "Cours", "status": "approved", **fields}
    )
    if serving:
        service.coverage.add(serving)
    return service


def kinds() -> list[VenueType]:
    return list(VenueType.objects.all()[:3])


def categories() -> list[Category]:
    """Two sub-categories of one category, and one of another."""
    first = Category.objects.filter(parent=None).order_by("position", "slug")[0]
    others = Category.objects.exclude(parent=None).exclude(parent=first)
    return [*first.children.order_by("position", "slug")[:2], others.order_by("position", "slug")[0]]
