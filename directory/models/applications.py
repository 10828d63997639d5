"""An organisation asks for the label: its answers, its documents, and what was said about them."""

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.people import Organization, User
from directory.models.venues import Venue
from directory.owned import ApplicationQuerySet, OwnedQuerySet


def private_storage() -> Storage:
    """Never below a public address; served by a view that checks who asks."""
    return storages["private"]


class LabelApplication(models.Model):
    """One application for one venue. The database lets a status follow only one that may precede it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("en préparation")
        SUBMITTED = "submitted", _("déposée")
        IN_REVIEW = "in_review", _("en cours d'examen")
        MORE_INFORMATION = "more_information", _("complément demandé")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")
        WITHDRAWN = "withdrawn", _("retirée")

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.IN_REVIEW, Status.MORE_INFORMATION)

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="applications", verbose_name=_("structure")
    )
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="applications", verbose_name=_("lieu"))
    status = models.CharField(_("état"), max_length=16, choices=Status.choices, default=Status.DRAFT)
    renewal = models.BooleanField(_("renouvellement"), default=False)
    answers = models.JSONField(_("réponses"), default=dict, blank=True)
    score = models.PositiveSmallIntegerField(_("note sur 100"), null=True, blank=True)
    charter_version = models.CharField(_("version de la charte"), max_length=10, blank=True)
    charter_signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    charter_signed_name = models.CharField(_("nom du signataire"), max_length=120, blank=True)
    charter_signed_at = models.DateTimeField(_("charte signée le"), null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("commencée le"), default=timezone.now)
    submitted_at = models.DateTimeField(_("déposée le"), null=True, blank=True)
    reviewer = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    checklist = models.JSONField(_("points vérifiés"), default=dict, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidature au label")
        verbose_name_plural = _("candidatures au label")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue"],
                condition=Q(status__in=["draft", "submitted", "in_review", "more_information"]),
                name="application_open_once_per_venue",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "refused"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="application_decision_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, charter_signed_at__isnull=False),
                name="application_submitted_with_charter",
            ),
        ]
        indexes = [models.Index(fields=["status", "submitted_at"], name="application_queue")]

    def __str__(self) -> str:
        return f"{self.venue} · {self.get_status_display()}"


class ApplicationDocument(models.Model):
    """A proof joined to an application: checked when it arrives, private, never executed."""

    application = models.ForeignKey(LabelApplication, models.CASCADE, related_name="documents")
    label = models.CharField(_("nature"), max_length=120)
    file = models.FileField(
        _("fichier"), upload_to="applications/%Y/%m", storage=private_storage, max_length=200
    )
    name = models.CharField(_("nom d'origine"), max_length=200)
    content_type = models.CharField(_("type"), max_length=60)
    size = models.PositiveIntegerField(_("taille en octets"))
    sha256 = models.CharField(_("empreinte"), max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("ajouté le"), default=timezone.now)

    class Meta:
        verbose_name = _("pièce jointe")
        verbose_name_plural = _("pièces jointes")
        ordering = ["uploaded_at"]

    def __str__(self) -> str:
        return self.name


class ApplicationEvent(models.Model):
    """What happened to an application, in order: who, when, why."""

    application = models.ForeignKey(LabelApplication, models.CASCADE, related_name="events")
    status = models.CharField(_("état"), max_length=16, choices=LabelApplication.Status.choices)
    note = models.TextField(_("message"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("étape")
        verbose_name_plural = _("étapes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.get_status_display()}"


class Claim(models.Model):
    """An organisation says that a venue known from an import is its own; a reviewer decides."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("déposée")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="claims", verbose_name=_("lieu"))
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="claims", verbose_name=_("structure")
    )
    proof = models.TextField(_("preuve"))
    status = models.CharField(_("état"), max_length=10, choices=Status.choices, default=Status.SUBMITTED)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("déposée le"), default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    reason = models.TextField(_("motif"), blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de rattachement")
        verbose_name_plural = _("demandes de rattachement")
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "organization"], condition=Q(status="submitted"), name="claim_open_once"
            ),
            models.CheckConstraint(
                condition=Q(status="submitted") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="claim_decision_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.venue}"


class NotDuplicate(models.Model):
    """Two venues that look alike and that a person said are two."""

    first = models.ForeignKey(Venue, models.CASCADE, related_name="+")
    second = models.ForeignKey(Venue, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("faux doublon")
        verbose_name_plural = _("faux doublons")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="not_duplicate_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
