"""The label: from when to when a venue accepts coupons."""

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.people import User
from directory.models.venues import Venue
from directory.owned import OfVenueQuerySet


class Labelling(models.Model):
    """A venue holds the label from `during.lower` up to, not including, `during.upper` (local dates).

    `during` is empty when the label was withdrawn before, or on, its first day.
    """

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="labellings", verbose_name=_("lieu"))
    during = DateRangeField(_("période"))
    created_at = models.DateTimeField(_("accordée le"), default=timezone.now)
    application = models.OneToOneField(
        "directory.LabelApplication",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="labelling",
        verbose_name=_("candidature"),
    )
    withdrawn_at = models.DateTimeField(_("retirée le"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawal_reason = models.TextField(_("motif du retrait"), blank=True)
    reminded_on = models.DateField(_("rappel de fin envoyé le"), null=True, blank=True)

    objects = OfVenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("labellisation")
        verbose_name_plural = _("labellisations")
        constraints = [
            ExclusionConstraint(
                name="labelling_no_overlap",
                expressions=[("venue", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False, during__startswith__isnull=False, during__endswith__isnull=False
                )
                | Q(during__isempty=True, withdrawn_at__isnull=False),
                name="labelling_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.venue} · {self.during}"

    @property
    def last_day(self) -> date:
        """The last day on which it is in force."""
        return self.during.upper - timedelta(days=1)
