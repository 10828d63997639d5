"""Every spatial question of the project, in the words of the domain.

Points are WGS 84 (lon, lat); distances are metres on the ellipsoid. `near` and `nearest` walk the geography
index of `Located`; `in_bbox` and `covered_by` its geometry index. See docs/architecture.md for the shapes
that look right and read the whole table instead.
"""

from collections.abc import Collection, Iterable
from typing import Any, Self

from django.apps import apps
from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.db.models import Avg, Count, Exists, F, Func, Max, Min, OuterRef, Q
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Cast

from geodata.grid import Grid

# PostgreSQL's `<->` on geographies walks the sphere, at most 0.57 % away from the ellipsoid (at the equator,
# northwards).
SPHERE_TOLERANCE = 0.006
# The one spelling of the cast that the expression index of `Located` is built on.
GEOGRAPHY = "%(expressions)s::geography(Point,4326)"


def geography(field: str) -> Cast:
    return Cast(field, models.PointField(geography=True, srid=4326))


class FromOrigin(Func):
    """SQL about the points of a column and one origin, both as geographies.

    The same SQL as GeoDjango's `Distance` over a `Cast`, at a tenth of the time to compile: a search is made
    of several of these, and compiling them took longer than running them.
    """

    def __init__(self, template: str, origin: Point, output_field: models.Field | None = None) -> None:
        here = f"'SRID=4326;POINT({float(origin.x)!r} {float(origin.y)!r})'::geography"
        super().__init__(
            F("point"),
            template=template.format(point=GEOGRAPHY, origin=here),
            output_field=output_field or models.FloatField(),
        )


class Pieces(Expression):
    """Primary keys read by way of the small pieces of a territory: areas, and a shape that is no area yet.

    `sql` is a query over `{pieces}`, rows named `piece` with a `geom`; `names` fill the other braces. Starting
    from the pieces and looking rows up in their index takes a region 50 ms and the country 0.4 s over 100,000
    points; asking each point for its pieces took it 6 s.
    """

    output_field = models.BigIntegerField()
    OF_AREAS = "(SELECT geom FROM geodata_areapart WHERE area_id = ANY(%s)) piece"
    OF_SHAPE = "(SELECT ST_Subdivide(ST_GeomFromEWKB(%s), 128) AS geom) piece"
    HELD = "SELECT held.{pk} FROM {pieces} JOIN {table} held ON ST_Covers(piece.geom, held.point)"
    MET = "SELECT met.area_id FROM {pieces} JOIN geodata_areapart met ON ST_Intersects(piece.geom, met.geom)"

    def __init__(
        self, sql: str, areas: Collection[int], shape: GEOSGeometry | None, **names: str | None
    ) -> None:
        super().__init__(output_field=self.output_field)
        self.sql, self.areas, self.shape, self.names = sql, list(areas), shape, names

    def as_sql(self, *unused: Any, **unused_too: Any) -> tuple[str, tuple[Any, ...]]:
        parts = [self.sql.format(pieces=self.OF_AREAS, **self.names)]
        params: list[Any] = [self.areas]
        if self.shape is not None:
            parts.append(self.sql.format(pieces=self.OF_SHAPE, **self.names))
            params.append(bytes(self.shape.ewkb))
        return " UNION ALL ".join(parts), tuple(params)

    @classmethod
    def holding(
        cls,
        model: type[models.Model],
        areas: Collection[int],
        shape: GEOSGeometry | None,
    ) -> "Pieces":
        """Of the rows of a table with a `point`, those inside or on the border."""
        meta = model._meta
        return cls(cls.HELD, areas, shape, table=meta.db_table, pk=meta.pk.column)


class Beside(Func):
    """Whether a point is at most so far from a territory: only the pieces around it are measured, and only
    for points in the territory's rectangle."""

    output_field = models.BooleanField()
    # A metre in degrees of latitude; in degrees of longitude up to 54 degrees north, beyond every French land.
    NORTH, EAST = 1 / 110_500, 1.7 / 110_500
    TEST = """(point && (SELECT ST_Expand(ST_SetSRID(ST_Extent(piece.geom)::geometry, 4326), {east}, {north})
            FROM {pieces})
        AND EXISTS (SELECT FROM {pieces} WHERE piece.geom && ST_Expand(point, {east}, {north})
            AND ST_DWithin(piece.geom::geography, point::geography, {distance_m}, false)))"""

    # Cut once, not again for each point.
    OF_SHAPE = f"unnest((SELECT array_agg(geom) FROM {Pieces.OF_SHAPE})) AS piece(geom)"  # noqa: S608

    def __init__(self, areas: Collection[int], shape: GEOSGeometry | None, distance_m: int) -> None:
        super().__init__(F("point"))
        self.areas, self.shape, self.distance_m = list(areas), shape, int(distance_m)

    def as_sql(
        self, compiler: Any, connection: Any, *args: Any, **unused: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, _none = compiler.compile(self.source_expressions[0])
        test = self.TEST.replace("point &&", f"{column} &&").replace("point,", f"{column},")
        test = test.replace("point::", f"{column}::")
        reach = {
            "east": self.EAST * self.distance_m,
            "north": self.NORTH * self.distance_m,
            "distance_m": self.distance_m,
        }
        found: list[tuple[str, Any]] = [(test.format(pieces=Pieces.OF_AREAS, **reach), self.areas)]
        if self.shape is not None:
            found.append((test.format(pieces=self.OF_SHAPE, **reach), bytes(self.shape.ewkb)))
        sql = " OR ".join(one for one, _value in found)
        return f"({sql})", tuple(value for _one, value in found for _twice in range(2))


class LocatedQuerySet(models.QuerySet):
    """Rows with a `point`."""

    def located(self) -> Self:
        return self.filter(point__isnull=False)

    def with_distance_m(self, origin: Point) -> Self:
        """Annotate `distance_m`: metres from `origin` on the ellipsoid, a float."""
        return self.annotate(distance_m=FromOrigin("ST_Distance({point}, {origin})", origin))

    def near(self, origin: Point, radius_m: float) -> Self:
        """At most `radius_m` metres from `origin`, edge included.

        The sphere, ten times cheaper to compute, decides for all but the thin ring where the ellipsoid may
        differ.
        """
        inner, outer = radius_m * (1 - SPHERE_TOLERANCE), radius_m * (1 + SPHERE_TOLERANCE)
        within = (
            f"(ST_DWithin({{point}}, {{origin}}, {outer!r}, false) AND"
            f" (ST_Distance({{point}}, {{origin}}, false) <= {inner!r}"
            f" OR ST_DWithin({{point}}, {{origin}}, {float(radius_m)!r})))"
        )
        return self.filter(FromOrigin(within, origin, models.BooleanField()))

    def nearest(self, origin: Point) -> Self:
        """Nearest first by walking the index, i.e. on the sphere: within SPHERE_TOLERANCE of the true order.

        Annotates `walk_m`, the distance that the walk sees. For when matches are many: it reads the rows one
        by one until enough of them match.
        """
        walk = FromOrigin("{point} <-> {origin}", origin)
        return self.annotate(walk_m=walk).order_by(walk)

    def nearest_of_few(self, origin: Point) -> Self:
        """The same order and annotation by sorting: for when matches are rare, and a walk would go far."""
        walk = FromOrigin("ST_Distance({point}, {origin}, false)", origin)
        return self.annotate(walk_m=walk).order_by(walk)

    def in_bbox(self, bbox: Polygon) -> Self:
        """Inside a rectangle (edges included)."""
        return self.filter(point__coveredby=bbox)

    def clusters(self, grid: Grid) -> models.QuerySet:
        """One row for each cell of the grid that is not empty.

        {column, row, count, lon, lat: the middle of its points, west, south, east, north: around them,
        first: the smallest pk, the only one when `count` is 1}.
        """
        column, row = (
            Func(F("point"), template=template, output_field=models.IntegerField()) for template in grid.sql()
        )
        x, y = (
            Func(F("point"), function=name, output_field=models.FloatField()) for name in ("ST_X", "ST_Y")
        )
        return (
            self.order_by()
            .annotate(column=column, row=row)
            .values("column", "row")
            .annotate(
                count=Count("pk"),
                lon=Avg(x),
                lat=Avg(y),
                west=Min(x),
                south=Min(y),
                east=Max(x),
                north=Max(y),
                first=Min("pk"),
            )
        )

    def covered_by(self, areas: Iterable[Any] | models.QuerySet) -> Self:
        """Inside or on the border of at least one of the areas."""
        parts = apps.get_model("geodata.AreaPart").objects.filter(
            area__in=areas, geom__covers=OuterRef("point")
        )
        return self.filter(Exists(parts))

    def within(self, areas: Collection[int], shape: GEOSGeometry | None = None) -> Self:
        """As `covered_by`, for territories that hold many rows: areas by number, and a valid shape."""
        return self.filter(pk__in=Pieces.holding(self.model, areas, shape))

    def beside(self, areas: Collection[int], shape: GEOSGeometry | None, distance_m: int) -> Self:
        """Inside, or at most that far outside, on the sphere: for territories of a département at most."""
        return self.filter(Beside(areas, shape, distance_m))


class AreaQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(valid_until=None)

    def at_level(self, level: str) -> Self:
        return self.filter(level=level)

    def covering(self, point: Point | Combinable) -> Self:
        """Areas that contain the point or have it on their border."""
        parts = apps.get_model("geodata.AreaPart").objects.filter(area=OuterRef("pk"), geom__covers=point)
        return self.filter(Exists(parts))

    def meeting(self, areas: Collection[int], shape: GEOSGeometry | None = None) -> Self:
        """Areas that have at least a point of their border in common with the areas or the shape."""
        return self.filter(pk__in=Pieces(Pieces.MET, areas, shape))

    def outlines(self, tolerance: float) -> models.QuerySet:
        """(pk, GeoJSON geometry) of those that have one, simplified to `tolerance` degrees: to be looked at."""
        drawn = Func(
            F("geom"),
            template=f"ST_AsGeoJSON(ST_SimplifyPreserveTopology(%(expressions)s, {float(tolerance)!r}), 4)",
            output_field=models.TextField(),
        )
        return self.filter(geom__isnull=False).annotate(outline=drawn).values_list("pk", "outline")

    def united_outline(self, tolerance: float) -> str:
        """GeoJSON of all of them as one, simplified to `tolerance` degrees; empty when none has an outline."""
        drawn = Func(
            F("geom"),
            template=f"ST_AsGeoJSON(ST_SimplifyPreserveTopology(ST_Union(%(expressions)s), {float(tolerance)!r}), 4)",
            output_field=models.TextField(),
        )
        drawn.contains_aggregate = True
        return self.order_by().aggregate(outline=drawn)["outline"] or ""

    def in_view(self, bbox: Polygon, tolerance: float) -> models.QuerySet:
        """GeoJSON of those that show in a rectangle, cut at its edges and simplified."""
        west, south, east, north = (float(degrees) for degrees in bbox.extent)
        box = f"ST_MakeEnvelope({west!r}, {south!r}, {east!r}, {north!r}, 4326)"
        drawn = Func(
            F("geom"),
            template="ST_AsGeoJSON(ST_ClipByBox2D("
            f"ST_SimplifyPreserveTopology(%(expressions)s, {float(tolerance)!r}), {box}), 5)",
            output_field=models.TextField(),
        )
        shown = self.filter(geom__bboverlaps=bbox).annotate(outline=drawn)
        return shown.values_list("outline", flat=True)

    def halls_in(self, bbox: Polygon) -> Self:
        """Areas whose point (the town hall of a commune) is inside a rectangle."""
        return self.filter(point__coveredby=bbox)

    def halls_within(self, areas: Collection[int], shape: GEOSGeometry | None = None) -> Self:
        """Areas whose point (the town hall of a commune) is inside or on the border."""
        return self.filter(pk__in=Pieces.holding(self.model, areas, shape))

    def most_specific_first(self) -> Self:
        """Smallest territory first: what a person means by "where"."""
        order = ["custom", "qpv", "commune", "epci", "departement", "region", "country"]
        rank = models.Case(
            *(models.When(level=level, then=i) for i, level in enumerate(order)), default=len(order)
        )
        return self.alias(rank=rank).order_by("rank", F("population").asc(nulls_last=True), "pk")

    def named_like(self, text: str) -> Self:
        return self.filter(Q(name__icontains=text) | Q(code__iexact=text))


def metres_between(one: str, other: str) -> str:
    """SQL: metres on the ellipsoid between two columns of points; what is written are names of columns."""
    return f"ST_Distance({one}::geography, {other}::geography)"
