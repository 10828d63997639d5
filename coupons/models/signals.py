"""What looked odd, why, and what staff decided. Written set-wise by coupons/signals/watching.py."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import SignalKind, SignalState
from coupons.models.holds import PayeeHold
from coupons.models.payments import Payment
from directory.models import Organization, User


class Signal(models.Model):
    """One finding. `key` names it within its kind, so that looking again finds the same one.

    `numbers` are what its sentence is made of (coupons/signals/telling.py). Without organisation: nobody known.
    """

    kind = models.CharField(_("nature"), max_length=12, choices=SignalKind.choices)
    key = models.CharField(_("clé"), max_length=160)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="signals",
        verbose_name=_("structure"),
    )
    on = models.DateField(_("jour"))
    numbers = models.JSONField(_("chiffres"))
    payments = models.ManyToManyField(Payment, through="SignalPayment", related_name="signals")
    found_at = models.DateTimeField(_("trouvé le"), default=timezone.now)
    state = models.CharField(_("état"), max_length=9, choices=SignalState.choices, default=SignalState.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("décidé le"), null=True, blank=True)
    reason = models.CharField(_("motif"), max_length=200, blank=True)
    # The hold on the organisation's payouts that this signal began, or found there.
    hold = models.ForeignKey(PayeeHold, models.PROTECT, null=True, blank=True, related_name="signals")

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signaux")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="signal_once"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None, reason="", hold=None)
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                    & (Q(state="dismissed", hold=None) | Q(state="held", hold__isnull=False))
                ),
                name="signal_decided_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["-id"], condition=Q(state="open"), name="signals_open")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.key}"


class SignalPayment(models.Model):
    """A payment behind a signal."""

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["signal", "payment"], name="signal_payment_once")]

    def __str__(self) -> str:
        return f"{self.signal_id}/{self.payment_id}"


class Watch(models.Model):
    """A run of the job that looks for signals: payments before `until` were looked at."""

    until = models.DateTimeField()
    ran_at = models.DateTimeField(default=timezone.now)
    found = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.until}"
