"""Territories: official ones (from the country down to the commune), priority districts, drawn zones."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geodata.querysets import AreaQuerySet


class Area(models.Model):
    """A territory. A new kind of territory is a row with another level, never a new class.

    `geom` is WGS 84, or null for the few communes whose outline no source publishes; `point` always stands:
    the town hall when it is known, else a point on the surface.
    """

    class Level(models.TextChoices):
        COUNTRY = "country", _("pays")
        REGION = "region", _("région")
        DEPARTEMENT = "departement", _("département")
        EPCI = "epci", _("intercommunalité")
        COMMUNE = "commune", _("commune")
        QPV = "qpv", _("quartier prioritaire")
        CUSTOM = "custom", _("zone dessinée")

    level = models.CharField(_("niveau"), max_length=12, choices=Level.choices)
    code = models.CharField(_("code officiel"), max_length=40)
    name = models.CharField(_("nom"), max_length=200)
    geom = models.MultiPolygonField(_("contour"), null=True, blank=True)
    point = models.PointField(_("point de repère"))
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("contenu dans")
    )
    epci = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("intercommunalité"),
    )
    valid_from = models.DateField(_("valable depuis"), null=True, blank=True)
    valid_until = models.DateField(_("valable jusqu'à (exclu)"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("territoire")
        verbose_name_plural = _("territoires")
        ordering = ["level", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["level", "code"], condition=Q(valid_until=None), name="area_current_code_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lt=F("valid_until")),
                name="area_valid_dates_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["code"], name="area_code"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="area_name_trigrams"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaPart(models.Model):
    """A small piece of an area's outline. Kept by a database trigger: nothing in Python writes it.

    `ST_Covers` against a whole coast line reads megabytes for each point; against pieces of at most
    128 vertices it reads one index entry.
    """

    area = models.ForeignKey(Area, models.DO_NOTHING, related_name="parts")
    geom = models.PolygonField()

    class Meta:
        verbose_name = _("morceau de territoire")
        verbose_name_plural = _("morceaux de territoires")

    def __str__(self) -> str:
        return f"{self.area_id}/{self.pk}"
