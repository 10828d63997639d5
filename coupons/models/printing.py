"""What was printed: jobs of the worker and the files they made."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import PrintReason, PrintStatus
from coupons.models.booklets import Booklet
from coupons.models.orders import Order
from coupons.querysets import OfOrderQuerySet
from directory.models import User


class PrintJob(models.Model):
    """Sheets of one order to be made by the worker; it goes on where it was stopped."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="print_jobs", verbose_name=_("commande"))
    reason = models.CharField(
        _("motif"), max_length=12, choices=PrintReason.choices, default=PrintReason.FIRST
    )
    status = models.CharField(
        _("état"), max_length=10, choices=PrintStatus.choices, default=PrintStatus.WAITING
    )
    coupons = models.PositiveIntegerField(_("chèques à imprimer"))
    done = models.PositiveIntegerField(_("chèques imprimés"), default=0)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("demandée par"))
    requested_at = models.DateTimeField(_("demandée le"), default=timezone.now)
    started_at = models.DateTimeField(_("commencée le"), null=True, blank=True)
    finished_at = models.DateTimeField(_("terminée le"), null=True, blank=True)
    cancel_asked_at = models.DateTimeField(_("arrêt demandé le"), null=True, blank=True)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("impression")
        verbose_name_plural = _("impressions")
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("coupons")), name="print_job_done_at_most_all"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=["waiting", "running"]),
                name="print_job_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_reason_display()}"


class PrintFile(models.Model):
    """A PDF of at most 1,000 coupons. It can be fetched once; nothing of it stays then but its fingerprint."""

    job = models.ForeignKey(PrintJob, models.PROTECT, related_name="files", verbose_name=_("impression"))
    number = models.PositiveIntegerField(_("numéro"))
    first_booklet = models.ForeignKey(Booklet, models.PROTECT, related_name="+")
    last_booklet = models.ForeignKey(Booklet, models.PROTECT, related_name="+")
    coupons = models.PositiveIntegerField(_("chèques"))
    size = models.PositiveBigIntegerField(_("taille en octets"))
    sha256 = models.BinaryField(_("empreinte SHA-256"), max_length=32)
    stored_as = models.CharField(_("nom dans le coffre"), max_length=80, unique=True)
    made_at = models.DateTimeField(_("faite le"), default=timezone.now)
    fetched_at = models.DateTimeField(_("téléchargée le"), null=True, blank=True)
    fetched_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    destroyed_at = models.DateTimeField(_("détruite le"), null=True, blank=True)

    class Meta:
        verbose_name = _("fichier d'impression")
        verbose_name_plural = _("fichiers d'impression")
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="print_file_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"


class PrintedBooklet(models.Model):
    """Which booklet a job prints, in which of its files once made: what a resumed job has still to do."""

    job = models.ForeignKey(PrintJob, models.PROTECT, related_name="printed_booklets")
    booklet = models.ForeignKey(Booklet, models.PROTECT, related_name="printings")
    file = models.ForeignKey(
        PrintFile, models.PROTECT, null=True, blank=True, related_name="printed_booklets"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "booklet"], name="booklet_once_per_print_job")]
        indexes = [models.Index(fields=["job", "booklet"], condition=Q(file=None), name="booklets_to_print")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.booklet_id}"
