"""What the site knows of an outside service that does not answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outage(models.Model):
    """One row for each service that has just failed, shared by all processes; none when all is well.

    After several failures in a row nobody asks again before `retry_at`; then one asks for all.
    """

    service = models.CharField(_("service"), max_length=200, primary_key=True)
    failures = models.PositiveIntegerField(_("échecs à la suite"))
    retry_at = models.DateTimeField(_("à réessayer à partir de"))

    class Meta:
        verbose_name = _("panne d'un service extérieur")
        verbose_name_plural = _("pannes de services extérieurs")

    def __str__(self) -> str:
        return self.service
