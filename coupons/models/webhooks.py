"""What an organisation's own software is told, where, and what came of each try.

Events are written by triggers of migration 0008, in the transaction of what they tell.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import DeliveryStatus, EventKind, TryFailure
from coupons.models.payments import Payment
from coupons.models.payouts import Payout
from directory.models import Organization, User

MOST_ENDPOINTS = 5


class WebhookEndpoint(models.Model):
    """An address that is told. Its secret is derived (coupons/webhooks/signing.py): here is only how to know it."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="webhook_endpoints", verbose_name=_("structure")
    )
    url = models.CharField(_("adresse"), max_length=500)
    # 1 to 5 among those in use: with the unique constraint, there are never more.
    slot = models.PositiveSmallIntegerField(_("rang"))
    rotation = models.PositiveIntegerField(_("numéro du secret"), default=1)
    # A digest of the present secret: tells which of the site's keys it was derived from.
    fingerprint = models.CharField(_("empreinte du secret"), max_length=64)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("créé par"))
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)
    rotated_at = models.DateTimeField(_("secret changé le"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("arrêté le"), null=True, blank=True)
    # The managers were told that something could not be delivered: once a day.
    told_on = models.DateField(_("prévenu le"), null=True, blank=True)

    class Meta:
        verbose_name = _("point de réception")
        verbose_name_plural = _("points de réception")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "slot"], condition=Q(disabled_at=None), name="webhook_endpoint_slot"
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=MOST_ENDPOINTS), name="webhook_endpoints_few"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookEvent(models.Model):
    """Something that happened to an organisation. Its identifier is what the receiver knows it by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(_("nature"), max_length=20, choices=EventKind.choices)
    at = models.DateTimeField(_("instant"), default=timezone.now)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="+")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, blank=True, related_name="+")
    # Written at the first try: every other one sends the same bytes.
    body = models.TextField(_("contenu"), blank=True)

    class Meta:
        verbose_name = _("événement")
        verbose_name_plural = _("événements")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="test", payment=None, payout=None)
                | Q(kind__startswith="payment.", payment__isnull=False, payout=None)
                | Q(kind="settlement.paid", payment=None, payout__isnull=False),
                name="webhook_event_tells_something",
            ),
            models.UniqueConstraint(fields=["payment", "kind"], name="webhook_event_of_payment_once"),
            models.UniqueConstraint(fields=["payout", "kind"], name="webhook_event_of_payout_once"),
        ]
        indexes = [models.Index(fields=["at"], name="webhook_event_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WebhookDelivery(models.Model):
    """An event on its way to one endpoint. `next_at` is when it may be tried; a worker at it moves that ahead."""

    event = models.ForeignKey(WebhookEvent, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries")
    status = models.CharField(
        _("état"), max_length=9, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    tries = models.PositiveSmallIntegerField(_("essais"), default=0)
    next_at = models.DateTimeField(_("prochain essai"), null=True, blank=True)

    class Meta:
        verbose_name = _("envoi")
        verbose_name_plural = _("envois")
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(status="pending", next_at__isnull=False)
                | (~Q(status="pending") & Q(next_at=None)),
                name="webhook_delivery_waits_or_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(status="pending"), name="webhook_deliveries_due")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.endpoint_id}"


class WebhookTry(models.Model):
    """One request, and what was answered: `status` is that of HTTP, none when nothing came back."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="log")
    number = models.PositiveSmallIntegerField(_("essai"))
    at = models.DateTimeField(_("instant"))
    status = models.PositiveSmallIntegerField(_("réponse"), null=True, blank=True)
    failure = models.CharField(_("échec"), max_length=12, choices=TryFailure.choices, blank=True)
    latency_ms = models.PositiveIntegerField(_("durée, en millisecondes"))
    answer = models.CharField(_("début de la réponse"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("essai d'envoi")
        verbose_name_plural = _("essais d'envoi")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.delivery} · {self.number}"
