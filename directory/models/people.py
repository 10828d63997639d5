"""Who works with the directory: accounts, organisations, and what an account may do in one."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.names import Plain
from directory.owned import OrganizationQuerySet, OwnedQuerySet


class UserAccounts(BaseUserManager["User"]):
    """Creation of accounts, as `createsuperuser` and the authentication back end expect it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Beneficiaries need none: these are providers, sponsors and the platform's staff."""

    email = models.EmailField(_("adresse e-mail"), max_length=254, unique=True)
    name = models.CharField(_("nom affiché"), max_length=120, blank=True)
    is_staff = models.BooleanField(_("membre de la plateforme"), default=False)
    is_active = models.BooleanField(_("actif"), default=True)
    joined_at = models.DateTimeField(_("inscrit le"), default=timezone.now)
    # The ApiToken through which the account acts during this request, if it does (directory/api_authentication.py).
    token: Any = None
    # Its roles in the platform, once `directory.rights` has read them.
    staff_role_names: frozenset[str] | None = None

    objects = UserAccounts()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email


class Organization(models.Model):
    """A legal person: provider, sponsor, or both. `siret` is empty when no valid one is known."""

    name = models.CharField(_("nom"), max_length=250)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    is_provider = models.BooleanField(_("acteur de la médiation numérique"), default=False)
    is_sponsor = models.BooleanField(_("commanditaire"), default=False)
    demo = models.BooleanField(_("démonstration"), default=False)
    created_at = models.DateTimeField(_("créée le"), default=timezone.now)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("structure")
        verbose_name_plural = _("structures")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["siret"], condition=~models.Q(siret=""), name="organization_siret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(siret="") | models.Q(siret__regex=r"^[0-9]{14}$"),
                name="organization_siret_14_digits",
            ),
        ]
        indexes = [GinIndex(OpClass(Plain("name"), name="gin_trgm_ops"), name="organization_by_name")]

    def __str__(self) -> str:
        return self.name


class StaffRole(models.Model):
    """What an account does for the platform."""

    class Role(models.TextChoices):
        REVIEWER = "reviewer", _("instruction des candidatures")
        OPERATOR = "operator", _("impression et livraison")
        ACCOUNTANT = "accountant", _("comptabilité")
        APPROVER = "approver", _("validation des paiements")
        ADMINISTRATOR = "administrator", _("administration")

    user = models.ForeignKey(User, models.CASCADE, related_name="staff_roles", verbose_name=_("compte"))
    role = models.CharField(_("rôle"), max_length=16, choices=Role.choices)
    since = models.DateTimeField(_("depuis"), default=timezone.now)

    class Meta:
        verbose_name = _("rôle dans la plateforme")
        verbose_name_plural = _("rôles dans la plateforme")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="staff_role_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Membership(models.Model):
    """What an account may do in an organisation."""

    class Role(models.TextChoices):
        PROVIDER_MANAGER = "provider-manager", _("responsable de lieu")
        PROVIDER_AGENT = "provider-agent", _("agent d'accueil")
        SPONSOR_MANAGER = "sponsor-manager", _("responsable commanditaire")
        SPONSOR_DISTRIBUTOR = "sponsor-distributor", _("distributeur")
        SPONSOR_VIEWER = "sponsor-viewer", _("lecteur commanditaire")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("compte"))
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships", verbose_name=_("structure")
    )
    role = models.CharField(_("rôle"), max_length=24, choices=Role.choices)
    since = models.DateTimeField(_("depuis"), default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("membre")
        verbose_name_plural = _("membres")
        constraints = [
            models.UniqueConstraint(fields=["user", "organization", "role"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization} · {self.get_role_display()}"


class JoinRequest(models.Model):
    """An account asks to be in an organisation: a manager of it decides, or a reviewer where there is none."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("en attente")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")
        EXPIRED = "expired", _("restée sans réponse")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="join_requests", verbose_name=_("structure")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="join_requests", verbose_name=_("compte"))
    message = models.TextField(_("message"), max_length=1000)
    status = models.CharField(_("état"), max_length=10, choices=Status.choices, default=Status.WAITING)
    role = models.CharField(_("rôle"), max_length=24, choices=Membership.Role.choices, blank=True)
    created_at = models.DateTimeField(_("envoyée le"), default=timezone.now)
    expires_at = models.DateTimeField(_("attend jusqu'au"))
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande d'adhésion")
        verbose_name_plural = _("demandes d'adhésion")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(status="waiting"),
                name="join_request_waiting_once",
            ),
            models.CheckConstraint(
                condition=models.Q(status="waiting") | models.Q(decided_at__isnull=False),
                name="join_request_decided_at",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="accepted") | ~models.Q(role=""), name="join_request_role_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.organization}"


class Invitation(models.Model):
    """A colleague asked to join. The link carries a secret; only its digest is kept."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="invitations", verbose_name=_("structure")
    )
    email = models.EmailField(_("adresse e-mail"))
    role = models.CharField(_("rôle"), max_length=24, choices=Membership.Role.choices)
    digest = models.BinaryField(_("empreinte du secret"), unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(_("envoyée le"), default=timezone.now)
    expires_at = models.DateTimeField(_("valable jusqu'au"))
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("annulée le"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                "role",
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_pending_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.organization}"
