"""Money that goes out: statements of what is due, and the bank files that pay them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import AnswerFormat, AttemptStatus, BatchStatus
from coupons.models.funds import CooperationFund
from coupons.models.ledger import Account, Entry
from coupons.models.payments import Payment
from coupons.querysets import SettledPaymentQuerySet
from directory.models import Organization, User


class BankDetails(models.Model):
    """Where a payee is paid: an organisation, for all that is due to it, or a cooperation fund.

    A second person verifies; a change waits three days. The one in force is the last verified one whose
    `usable_from` has come.
    """

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_details",
        verbose_name=_("structure"),
    )
    fund = models.ForeignKey(
        CooperationFund,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_details",
        verbose_name=_("fonds"),
    )
    holder = models.CharField(_("titulaire"), max_length=70)
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    # Who is told when they are changed.
    contact = models.EmailField(_("adresse à prévenir"), blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("saisi par"))
    entered_at = models.DateTimeField(_("saisi le"), default=timezone.now)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(_("vérifié le"), null=True, blank=True)
    usable_from = models.DateTimeField(_("utilisable à partir de"), null=True, blank=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(_("refusé le"), null=True, blank=True)
    refused_reason = models.CharField(_("motif du refus"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("coordonnées bancaires")
        verbose_name_plural = _("coordonnées bancaires")
        ordering = ["-entered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False, fund=None) | Q(organization=None, fund__isnull=False),
                name="bank_details_of_one_payee",
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None, refused_by=None, refused_reason="")
                | Q(refused_at__isnull=False, refused_by__isnull=False) & ~Q(refused_reason=""),
                name="bank_details_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("entered_by")),
                name="bank_details_verified_by_another",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None, verified_at=None, usable_from=None)
                | Q(
                    verified_by__isnull=False,
                    verified_at__isnull=False,
                    usable_from__gte=F("verified_at"),
                    refused_at=None,
                ),
                name="bank_details_usable_once_verified",
            ),
            models.UniqueConstraint(
                fields=["organization", "fund"],
                condition=Q(verified_at=None, refused_at=None),
                nulls_distinct=False,
                name="bank_details_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · …{self.iban[-4:]}"


class Payout(models.Model):
    """A statement: what is due to one payee up to a day. It is paid once, by one of its attempts."""

    account = models.ForeignKey(
        Account,
        models.PROTECT,
        db_index=False,
        related_name="payouts",
        verbose_name=_("compte du grand livre"),
    )
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    cut_off = models.DateField(_("arrêté au (inclus)"))
    # The last settled payment that was there when it was made. Neither goes back from one statement to the next.
    last_settled = models.BigIntegerField()
    amount_cents = models.PositiveBigIntegerField(_("montant, en centimes"))
    made_at = models.DateTimeField(_("établi le"), default=timezone.now)
    # Its payment in the books; once there, the statement is paid for good.
    paid = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="payout")
    held_at = models.DateTimeField(_("mis de côté le"), null=True, blank=True)
    held_reason = models.CharField(_("motif"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("relevé de versement")
        verbose_name_plural = _("relevés de versement")
        ordering = ["-cut_off", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gte=1), name="payout_of_something"),
        ]
        indexes = [
            models.Index(fields=["account"], condition=Q(paid=None), name="payouts_to_pay"),
            models.Index(
                fields=["account", "id"], include=["cut_off", "last_settled"], name="payouts_of_account"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def former(self) -> "Payout | None":
        """The statement of the same account before this one."""
        return Payout.objects.filter(account=self.account_id, pk__lt=self.pk).order_by("-pk").first()


class SettledPayment(models.Model):
    """A payment, or its cancellation, in the queue of its organisation.

    The first statement of the organisation whose `cut_off` and `last_settled` both reach it counts it: statements only
    go forward, so that one that is counted is counted once, and settling writes nothing here. Written, for good, by
    the functions of the database that pay and take back.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    on = models.DateField()
    payment = models.ForeignKey(Payment, models.PROTECT, db_index=False, related_name="settlements")
    cancellation = models.BooleanField(default=False)
    amount_cents = models.BigIntegerField(_("montant, en centimes"))

    objects = SettledPaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "cancellation"], name="payment_settled_once"),
            models.CheckConstraint(
                condition=Q(cancellation=False, amount_cents__gte=1)
                | Q(cancellation=True, amount_cents__lte=-1),
                name="settled_with_its_sign",
            ),
        ]
        # What a statement counts is read from these alone.
        indexes = [
            models.Index(
                fields=["organization", "on", "id"], include=["amount_cents"], name="settled_by_day"
            ),
            models.Index(
                fields=["organization", "id", "on"], include=["amount_cents"], name="settled_by_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} · {self.on}"


class Batch(models.Model):
    """A SEPA file: prepared by one accountant, approved by another, made again byte for byte."""

    number = models.CharField(_("numéro"), max_length=20, unique=True)
    status = models.CharField(
        _("état"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.DRAFT
    )
    execute_on = models.DateField(_("à exécuter le"))
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("préparé par"))
    prepared_at = models.DateTimeField(_("préparé le"))
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(_("approuvé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("lot de virements")
        verbose_name_plural = _("lots de virements")
        ordering = ["-prepared_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")),
                name="batch_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="batch_sent_once_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Attempt(models.Model):
    """A line of a batch: one try to pay a statement, to the bank details of that day."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="attempts", verbose_name=_("lot"))
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="attempts", verbose_name=_("relevé"))
    details = models.ForeignKey(BankDetails, models.PROTECT, related_name="+")
    # EndToEndId of the file, from the statement's number and the rank of the try.
    reference = models.CharField(_("référence"), max_length=35, unique=True)
    status = models.CharField(
        _("état"), max_length=10, choices=AttemptStatus.choices, default=AttemptStatus.PENDING
    )
    reason = models.CharField(_("motif"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("virement")
        verbose_name_plural = _("virements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(status__in=["pending", "paid"]),
                name="payout_in_one_batch_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class BatchDownload(models.Model):
    """Somebody took the bank file of a batch away."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="downloads", verbose_name=_("lot"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("par"))
    at = models.DateTimeField(_("le"))

    class Meta:
        verbose_name = _("téléchargement d'un fichier de virements")
        verbose_name_plural = _("téléchargements de fichiers de virements")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.batch} · {self.at:%Y-%m-%d}"


class BankAnswer(models.Model):
    """What the bank said of our transfers: a file brought in once (`digest` is its SHA-256), and what it changed."""

    digest = models.BinaryField(_("empreinte"), max_length=32, unique=True)
    name = models.CharField(_("nom du fichier"), max_length=200)
    format = models.CharField(_("format"), max_length=10, choices=AnswerFormat.choices)
    message = models.CharField(_("identifiant du message"), max_length=80)
    # Each {"outcome", "reference", "line", "reason"}, in the order of the file.
    lines = models.JSONField(_("lignes"), default=list)
    imported_at = models.DateTimeField(_("importé le"), default=timezone.now)
    imported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("importé par"))

    class Meta:
        verbose_name = _("réponse de la banque")
        verbose_name_plural = _("réponses de la banque")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name or self.message
