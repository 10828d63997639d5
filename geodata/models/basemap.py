"""The base map drawn from our own boundaries. Derived data: `geodata.basemap.build()` writes it all."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex


class BasemapFeature(models.Model):
    """A drawable piece, generalised for the tiles of zooms `zoom_min` to `zoom_max`, in Web Mercator.

    `land`, `urban` and `abroad` are polygons cut small; a tile joins them again. `line` is unique line work:
    a border shared by two communes is one row. `name` is a point; `shown_from` is its first display zoom.
    """

    class Layer(models.TextChoices):
        LAND = "land"
        ABROAD = "abroad"
        URBAN = "urban"
        LINE = "line"
        NAME = "name"

    layer = models.CharField(max_length=8, choices=Layer.choices)
    kind = models.CharField(max_length=16)
    zoom_min = models.SmallIntegerField()
    zoom_max = models.SmallIntegerField()
    name = models.CharField(max_length=200, blank=True)
    size = models.SmallIntegerField(default=0)
    shown_from = models.SmallIntegerField(default=0)
    geom = models.GeometryField(srid=3857, spatial_index=False)

    class Meta:
        verbose_name = "tracé du fond de carte"
        verbose_name_plural = "tracés du fond de carte"
        indexes = [GistIndex(fields=["zoom_min", "geom"], name="basemap_zoom_geom")]

    def __str__(self) -> str:
        return f"{self.layer} {self.kind} {self.name}".strip()


class BasemapTile(models.Model):
    """A vector tile with French land in it, made when the map is built; the others are made on demand."""

    pk = models.CompositePrimaryKey("z", "x", "y")
    z = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    gzipped = models.BinaryField()

    class Meta:
        verbose_name = "tuile du fond de carte"
        verbose_name_plural = "tuiles du fond de carte"

    def __str__(self) -> str:
        return f"{self.z}/{self.x}/{self.y}"


class BasemapBuild(models.Model):
    """The map being served. `version` digests every tile: the same boundaries give the same addresses."""

    version = models.CharField(max_length=16)
    built_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "fond de carte"
        verbose_name_plural = "fonds de carte"

    def __str__(self) -> str:
        return self.version
