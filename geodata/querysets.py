"""Every spatial question of the project, in the words of the domain.

Points are WGS 84 (lon, lat); distances are metres on the ellipsoid. `near` and `nearest` walk the geography
index of `Located`; `in_bbox` and `covered_by` its geometry index. See docs/architecture.md for the shapes that
look right and read the whole table instead.
"""

from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

# The ellipsoid and the sphere that PostgreSQL's `<->` walks differ by at most 0.57 % (at the equator, northwards).
SPHERE_TOLERANCE = 0.006


def geography(field: str) -> Cast:
    """The one spelling of the cast that the expression index of `Located` is built on."""
    return Cast(field, models.PointField(geography=True, srid=4326))


class LocatedQuerySet(models.QuerySet):
    """Rows with a `point`."""

    def located(self) -> Self:
        return self.filter(point__isnull=False)

    def with_distance(self, origin: Point) -> Self:
        """Annotate `distance`: metres from `origin` on the ellipsoid (a `Distance` measure)."""
        return self.alias(geog=geography("point")).annotate(distance=Distance("geog", origin))

    def with_distance_m(self, origin: Point) -> Self:
        """Annotate `distance_m`: the same as a plain float, to compare and sort by in SQL and in Python."""
        metres = Cast(Distance("geog", origin), models.FloatField())
        return self.alias(geog=geography("point")).annotate(distance_m=metres)

    def near(self, origin: Point, radius_m: float) -> Self:
        """At most `radius_m` metres from `origin`, edge included. The unit is explicit: a bare number would pass too."""
        return self.alias(geog=geography("point")).filter(geog__dwithin=(origin, D(m=radius_m)))

    def nearest(self, origin: Point) -> Self:
        """Nearest first by the index walk, i.e. on the sphere: within SPHERE_TOLERANCE of the true order."""
        walk = Cast(GeometryDistance("geog", origin), models.FloatField())
        return (
            self.alias(geog=geography("point"))
            .annotate(walk_m=walk)
            .order_by(GeometryDistance("geog", origin))
        )

    def in_bbox(self, bbox: Polygon) -> Self:
        """Inside a rectangle (edges included)."""
        return self.filter(point__coveredby=bbox)

    def covered_by(self, areas: Iterable[Any] | models.QuerySet) -> Self:
        """Inside or on the border of at least one of the areas."""
        parts = apps.get_model("geodata.AreaPart").objects.filter(
            area__in=areas, geom__covers=OuterRef("point")
        )
        return self.filter(Exists(parts))


class AreaQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(valid_until=None)

    def at_level(self, level: str) -> Self:
        return self.filter(level=level)

    def covering(self, point: Point | Combinable) -> Self:
        """Areas that contain the point or have it on their border."""
        parts = apps.get_model("geodata.AreaPart").objects.filter(area=OuterRef("pk"), geom__covers=point)
        return self.filter(Exists(parts))

    def most_specific_first(self) -> Self:
        """Smallest territory first: what a person means by "where"."""
        order = ["custom", "qpv", "commune", "epci", "departement", "region", "country"]
        rank = models.Case(
            *(models.When(level=level, then=i) for i, level in enumerate(order)), default=len(order)
        )
        return self.alias(rank=rank).order_by("rank", F("population").asc(nulls_last=True), "pk")

    def named_like(self, text: str) -> Self:
        return self.filter(Q(name__icontains=text) | Q(code__iexact=text))
