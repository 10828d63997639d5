"""An organisation enters: created by its first manager, or already known and joined on demand."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from directory.accounts.mail import send_later
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Membership, Organization, StaffRole, User
from directory.rights import ROLES_WITH, STAFF_ROLES_WITH, Capability, StaffCapability

Role = Membership.Role


class AlreadyKnown(Refused):
    """The SIRET is known: one asks to join, without learning who is in it."""


def create_organization(
    *, name: str, siret: str, is_provider: bool, is_sponsor: bool, by: User, at: datetime
) -> Organization:
    """The creator manages it, on each side it takes. `siret`: 14 digits whose checksum is right (stdnum)."""
    try:
        with acting(by):
            organization = Organization.objects.create(
                name=name, siret=siret, is_provider=is_provider, is_sponsor=is_sponsor, created_at=at
            )
            roles = [Role.PROVIDER_MANAGER] * is_provider + [Role.SPONSOR_MANAGER] * is_sponsor
            for role in roles:
                Membership.objects.create(user=by, organization=organization, role=role, since=at)
    except IntegrityError as error:
        if "organization_siret_once" in str(error):
            raise AlreadyKnown(_("Cette structure est déjà connue. Demandez à la rejoindre.")) from error
        raise
    return organization


def ask_to_join(*, siret: str, message: str, by: User) -> None:
    """Write to its managers, or to the platform's reviewers when it has none. Answers nothing either way."""
    organization = Organization.objects.filter(siret=siret).first()
    if organization is None or organization.memberships.filter(user=by).exists():
        return
    managers = User.objects.filter(
        is_active=True,
        memberships__organization=organization,
        memberships__role__in=ROLES_WITH[Capability.MANAGE_MEMBERS],
    ).distinct()
    template = "accounts/mail/asked_to_join" if managers else "accounts/mail/asked_to_join_nobody"
    context = {"organization": organization, "asker": by, "message": message}
    with transaction.atomic():
        for reader in managers or _reviewers():
            send_later(template, reader.email, context)


def _reviewers() -> list[User]:
    roles = StaffRole.objects.filter(
        role__in=STAFF_ROLES_WITH[StaffCapability.REVIEW], user__is_active=True
    ).select_related("user")
    return list({role.user.pk: role.user for role in roles}.values())
