"""What is kept beside the books: balances at a point of the ledger, proofs that were published, refunds in detail.

All append-only. Checkpoints and refund lines are written by functions of the database alone (migration 0007).
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import RefundSource
from coupons.models.ledger import Account
from coupons.models.payouts import Payout


class Checkpoint(models.Model):
    """The balance of an account over all its legs up to a number: what is asked later adds the few that follow."""

    account = models.ForeignKey(Account, models.PROTECT, db_index=False, related_name="checkpoints")
    # Every leg with this number or a smaller one was committed, or never will be, when the checkpoint was made.
    up_to = models.BigIntegerField(_("jusqu'à la ligne"))
    balance_cents = models.BigIntegerField(_("solde, en centimes"))
    made_at = models.DateTimeField(_("établi le"))

    class Meta:
        verbose_name = _("solde arrêté")
        verbose_name_plural = _("soldes arrêtés")
        constraints = [models.UniqueConstraint(fields=["account", "up_to"], name="checkpoint_once")]
        indexes = [models.Index(fields=["up_to"], name="checkpoint_up_to")]

    def __str__(self) -> str:
        return f"{self.account_id} ≤ {self.up_to}: {self.balance_cents}"


class Proof(models.Model):
    """A published proof of reserve: exactly the text that was signed, one a day."""

    on = models.DateField(_("date"), unique=True)
    made_at = models.DateTimeField(_("établie le"), default=timezone.now)
    content = models.TextField(_("texte signé"))
    signature = models.BinaryField(_("signature"), max_length=64)
    public_key = models.BinaryField(_("clé publique"), max_length=32)

    class Meta:
        verbose_name = _("preuve de réserve")
        verbose_name_plural = _("preuves de réserve")
        ordering = ["-on"]

    def __str__(self) -> str:
        return self.on.isoformat()


class RefundLine(models.Model):
    """Where a part of a refund comes from. The lines of a statement make its amount; one may be negative."""

    payout = models.ForeignKey(Payout, models.PROTECT, db_index=False, related_name="refund_lines")
    source = models.CharField(_("origine"), max_length=20, choices=RefundSource.choices)
    face_cents = models.BigIntegerField(_("valeur des chèques, en centimes"))
    contribution_cents = models.BigIntegerField(_("contribution non utilisée, en centimes"))
    # Money that was never the price of a coupon: what was paid beyond an order, or before it was given up.
    other_cents = models.BigIntegerField(_("autre somme, en centimes"))

    class Meta:
        verbose_name = _("ligne de remboursement")
        verbose_name_plural = _("lignes de remboursement")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["payout", "source"], name="refund_source_once"),
            models.CheckConstraint(
                condition=~Q(face_cents=0, contribution_cents=0, other_cents=0), name="refund_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.source}"

    @property
    def total_cents(self) -> int:
        return self.face_cents + self.contribution_cents + self.other_cents
