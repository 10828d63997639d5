"""Many booklets handed over at once: what would be done and refused, then how far it is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import BulkStatus, Public, Situation
from coupons.models.campaigns import DeliveryPoint
from directory.models import Organization, User
from directory.owned import OwnedQuerySet


class BulkHandOver(models.Model):
    """Booklets by their numbers, in the order they are handed over; the worker goes on where it was stopped."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="bulk_hand_overs")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("demandée par"))
    name = models.CharField(_("plage ou nom du fichier"), max_length=200)
    booklets = ArrayField(models.BigIntegerField(), verbose_name=_("carnets à remettre"), default=list)
    # Each {"number", "reason"}: what was asked and is not done.
    refused = models.JSONField(_("refus"), default=list, blank=True)
    delivery_point = models.ForeignKey(
        DeliveryPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("point de remise"),
    )
    public = models.CharField(_("public"), max_length=12, choices=Public.choices, blank=True)
    situation = models.CharField(_("situation"), max_length=16, choices=Situation.choices, blank=True)
    status = models.CharField(
        _("état"), max_length=10, choices=BulkStatus.choices, default=BulkStatus.PREVIEW
    )
    done = models.PositiveIntegerField(_("carnets faits"), default=0)
    created_at = models.DateTimeField(_("demandée le"), default=timezone.now)
    # The instant of the hand-over of all of them, whenever the worker comes to it.
    confirmed_at = models.DateTimeField(_("confirmée le"), null=True, blank=True)
    finished_at = models.DateTimeField(_("terminée le"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("remise en nombre")
        verbose_name_plural = _("remises en nombre")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done__lte=F("booklets__len")), name="bulk_hand_over_done_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["preview", "cancelled"]) | Q(confirmed_at__isnull=False),
                name="bulk_hand_over_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.name
