"""Payees whose money waits: their statements are made, and no batch takes them until somebody lets them go."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models import Organization, User


class PayeeHold(models.Model):
    """All that is paid to an organisation is held back, from `at` until it is released."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="payee_holds", verbose_name=_("structure")
    )
    reason = models.CharField(_("motif"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("retenu par"))
    at = models.DateTimeField(_("retenu le"))
    released_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(_("libéré le"), null=True, blank=True)

    class Meta:
        verbose_name = _("versements retenus")
        verbose_name_plural = _("versements retenus")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(released_at=None), name="payee_held_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="payee_held_for_a_reason"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="payee_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("by")), name="payee_released_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.reason}"
