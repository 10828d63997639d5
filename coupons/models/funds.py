"""Territorial cooperation funds: where one per cent of the face value goes."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geodata.models import Area

NATIONAL = "Fonds national de coopération territoriale"


class CooperationFund(models.Model):
    """A fund and its territory. The one without a territory is the country's, and catches what is left."""

    name = models.CharField(_("nom"), max_length=160)
    area = models.OneToOneField(
        Area, models.PROTECT, null=True, blank=True, related_name="fund", verbose_name=_("territoire")
    )
    created_at = models.DateTimeField(_("ouvert le"), default=timezone.now)

    class Meta:
        verbose_name = _("fonds de coopération territoriale")
        verbose_name_plural = _("fonds de coopération territoriale")
        constraints = [
            models.UniqueConstraint(
                models.F("area"), condition=Q(area=None), nulls_distinct=False, name="fund_one_national"
            )
        ]

    def __str__(self) -> str:
        return self.name
