"""What the bank says: statements (camt.053) and their credits, each matched with an order or waiting for it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.models.ledger import Entry
from coupons.models.orders import Order
from directory.models import User


class BankStatement(models.Model):
    """An imported statement. The same file twice changes nothing: `digest` is its SHA-256."""

    digest = models.BinaryField(_("empreinte"), max_length=32, unique=True)
    name = models.CharField(_("nom du fichier"), max_length=200)
    statement_id = models.CharField(_("identifiant du relevé"), max_length=80)
    iban = models.CharField(_("compte"), max_length=34)
    # What became of the lines that are no transfer of ours, each {"line", "reason"}, and how many were known.
    aside = models.JSONField(_("lignes laissées de côté"), default=list)
    known = models.PositiveIntegerField(_("mouvements déjà notés"), default=0)
    imported_at = models.DateTimeField(_("importé le"), default=timezone.now)
    imported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("importé par"))

    class Meta:
        verbose_name = _("relevé bancaire")
        verbose_name_plural = _("relevés bancaires")
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return self.statement_id


class Transfer(models.Model):
    """Money that came in: read from a statement, or noted by the accountant (`statement` empty)."""

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, null=True, blank=True, related_name="transfers"
    )
    # The bank's own reference of the movement: what makes it the same one in two statements.
    bank_reference = models.CharField(_("référence de la banque"), max_length=80, unique=True)
    booked_on = models.DateField(_("comptabilisé le"))
    amount_cents = models.PositiveBigIntegerField(_("montant, en centimes"))
    payer = models.CharField(_("donneur d'ordre"), max_length=140, blank=True)
    remittance = models.CharField(_("motif du virement"), max_length=300, blank=True)
    received = models.OneToOneField(Entry, models.PROTECT, related_name="transfer")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="transfers")
    matched = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="matched_transfer"
    )
    matched_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    matched_at = models.DateTimeField(_("rapproché le"), null=True, blank=True)
    # Nobody's here: one person asks that it go back, another tells that the bank has done it.
    return_reason = models.CharField(_("raison du renvoi"), max_length=150, blank=True)
    return_asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    return_asked_at = models.DateTimeField(_("renvoi demandé le"), null=True, blank=True)
    return_reference = models.CharField(_("référence du renvoi"), max_length=80, blank=True)
    returned = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="returned_transfer"
    )
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(_("rendu le"), null=True, blank=True)

    class Meta:
        verbose_name = _("virement reçu")
        verbose_name_plural = _("virements reçus")
        ordering = ["-booked_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gte=1), name="transfer_of_something"),
            models.CheckConstraint(
                condition=Q(order=None, matched=None) | Q(order__isnull=False, matched__isnull=False),
                name="transfer_matched_with_entry",
            ),
            models.CheckConstraint(
                condition=Q(return_asked_by=None, returned=None)
                | Q(order=None, return_asked_by__isnull=False),
                name="transfer_returned_if_unmatched",
            ),
            models.CheckConstraint(
                condition=Q(returned=None, returned_by=None)
                | Q(returned__isnull=False, returned_by__isnull=False)
                & ~Q(return_reference="")
                & ~Q(returned_by=F("return_asked_by")),
                name="transfer_returned_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference
