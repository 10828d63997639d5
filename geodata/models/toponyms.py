"""The gazetteer: the names people type for a place."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geodata.models.areas import Area


class Toponym(models.Model):
    """One way to name one place. `folded` is what a search compares: "Saint-Étienne" is "saint etienne"."""

    class Kind(models.TextChoices):
        COMMUNE = "commune", _("commune")
        ARRONDISSEMENT = "arrondissement", _("arrondissement")
        POSTCODE = "postcode", _("code postal")
        TOWN_HALL = "town_hall", _("mairie")
        DEPARTEMENT = "departement", _("département")
        REGION = "region", _("région")
        EPCI = "epci", _("intercommunalité")

    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)
    code = models.CharField(max_length=12, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    context = models.CharField(max_length=200, blank=True)
    weight = models.PositiveIntegerField(default=0)
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, related_name="toponyms")
    point = models.PointField(spatial_index=False)

    class Meta:
        verbose_name = _("toponyme")
        verbose_name_plural = _("toponymes")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "postcode", "folded"], name="toponym_once")
        ]
        indexes = [
            models.Index(OpClass(F("folded"), name="text_pattern_ops"), name="toponym_prefix"),
            models.Index(fields=["postcode"], name="toponym_postcode"),
            models.Index(fields=["code"], name="toponym_code"),
            # Postcodes and town halls are found by how they begin; here they would be noise, two rows of three.
            GinIndex(
                OpClass(F("folded"), name="gin_trgm_ops"),
                name="toponym_trigrams",
                condition=~Q(kind__in=["postcode", "town_hall"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
