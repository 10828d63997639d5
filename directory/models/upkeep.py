"""What keeps the directory true: reports by visitors, bulk edits, software of organisations, the audit trail."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.people import Organization, User
from directory.models.venues import Venue
from directory.owned import OfVenueQuerySet, OwnedQuerySet


class ErrorReport(models.Model):
    """ "Signaler une erreur": what a visitor says is wrong on a venue's sheet."""

    class Kind(models.TextChoices):
        CLOSED = "closed", _("Le lieu n'existe plus")
        HOURS = "hours", _("Les horaires sont faux")
        ADDRESS = "address", _("L'adresse ou la position est fausse")
        OFFER = "offer", _("Un service ou un prix est faux")
        COUPON = "coupon", _("Le chèque a été refusé")
        OTHER = "other", _("Autre chose")

    class Status(models.TextChoices):
        OPEN = "open", _("à traiter")
        FIXED = "fixed", _("corrigé")
        DISMISSED = "dismissed", _("sans suite")

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="reports", verbose_name=_("lieu"))
    kind = models.CharField(_("sujet"), max_length=10, choices=Kind.choices)
    message = models.TextField(_("message"), max_length=2000)
    email = models.EmailField(_("pour vous répondre (facultatif)"), blank=True)
    status = models.CharField(_("état"), max_length=10, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField(_("reçu le"), default=timezone.now)
    handled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(_("traité le"), null=True, blank=True)
    answer = models.TextField(_("réponse"), blank=True)

    objects = OfVenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("signalement")
        verbose_name_plural = _("signalements")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["venue", "status"], name="report_by_venue")]

    def __str__(self) -> str:
        return f"{self.venue} · {self.get_kind_display()}"


class BulkEdit(models.Model):
    """A spreadsheet of services sent back: what it would change, then how far the change is."""

    class Status(models.TextChoices):
        PREVIEW = "preview", _("à confirmer")
        QUEUED = "queued", _("en attente")
        RUNNING = "running", _("en cours")
        DONE = "done", _("terminée")
        CANCELLED = "cancelled", _("annulée")
        FAILED = "failed", _("interrompue")

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="bulk_edits")
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("nom du fichier"), max_length=200)
    rows = models.JSONField(_("lignes"), default=list)
    errors = models.JSONField(_("erreurs"), default=list, blank=True)
    status = models.CharField(_("état"), max_length=10, choices=Status.choices, default=Status.PREVIEW)
    done = models.PositiveIntegerField(_("lignes faites"), default=0)
    created_at = models.DateTimeField(_("déposée le"), default=timezone.now)
    finished_at = models.DateTimeField(_("terminée le"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("modification en nombre")
        verbose_name_plural = _("modifications en nombre")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """Access for an organisation's own software. The secret is shown once; its digest is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("lire nos données")
        WRITE_OFFER = "offer", _("modifier lieux et services")
        ORDERS = "orders", _("gérer campagnes et commandes")
        HAND_OVER = "hand_over", _("remettre des carnets")
        PAYMENTS = "payments", _("encaisser des chèques")

    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name=_("structure"),
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("au nom de"))
    name = models.CharField(_("usage"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices), verbose_name=_("droits"))
    prefix = models.CharField(_("début du jeton"), max_length=12)
    digest = models.BinaryField(_("empreinte"), unique=True, editable=False)
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)
    last_used_on = models.DateField(_("dernier usage"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("révoqué le"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("jeton d'accès")
        verbose_name_plural = _("jetons d'accès")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Change(models.Model):
    """One change of public data, of a role or of a decision. Written by triggers; nobody may alter it.

    `before` and `after` hold the fields that differ; `organization` and `venue` say who may read it.
    """

    at = models.DateTimeField(_("le"))
    actor = models.ForeignKey(
        User, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("par")
    )
    action = models.CharField(_("action"), max_length=6)
    table = models.CharField(_("objet"), max_length=40)
    row = models.BigIntegerField(_("numéro"))
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    venue = models.ForeignKey(Venue, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    before = models.JSONField(_("avant"), null=True)
    after = models.JSONField(_("après"), null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("changement")
        verbose_name_plural = _("changements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["insert", "update", "delete"]), name="change_action_known"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="change_by_organization"),
            models.Index(fields=["venue", "-id"], name="change_by_venue"),
            models.Index(fields=["table", "row"], name="change_by_row"),
            models.Index(fields=["actor", "-id"], condition=~Q(actor=None), name="change_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.table} {self.row}"
