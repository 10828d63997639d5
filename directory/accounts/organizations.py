"""An organisation enters, created by its first manager."""

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Membership, Organization, User

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
