"""Who is in an organisation, in which role.

Each verb locks the organisation's row first, so that two managers cannot leave each other without any.
"""

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Membership, Organization, User
from directory.rights import ROLES_WITH, Capability

Role = Membership.Role
MANAGERS = ROLES_WITH[Capability.MANAGE_MEMBERS]
# Whoever manages one side of an organisation gives the roles of that side only.
GIVEN_BY: dict[str, tuple[str, ...]] = {
    Role.PROVIDER_MANAGER: (Role.PROVIDER_MANAGER, Role.PROVIDER_AGENT),
    Role.SPONSOR_MANAGER: (Role.SPONSOR_MANAGER, Role.SPONSOR_DISTRIBUTOR, Role.SPONSOR_VIEWER),
}


def roles_given_by(user: User, organization: Organization) -> list[str]:
    """The roles this account may give and take there, in the order people know them."""
    held = organization.memberships.filter(user=user).values_list("role", flat=True)
    given = {role for manager in held for role in GIVEN_BY.get(manager, ())}
    return [role for role in Role.values if role in given]


def change_role(*, membership: Membership, role: str, by: User, at: datetime) -> Membership:
    with acting(by):
        locked = _locked(membership)
        _check_may_give(by, locked.organization, locked.role, role)
        if role not in MANAGERS:
            _check_manager_stays(locked)
        locked.role, locked.since = role, at
        _save_once(locked)
    return locked


def remove_member(*, membership: Membership, by: User) -> None:
    """Taken out by a manager, or left by oneself."""
    with acting(by):
        locked = _locked(membership)
        if locked.user_id != by.pk:
            _check_may_give(by, locked.organization, locked.role)
        _check_manager_stays(locked)
        locked.delete()


def lock_organization(organization_id: int) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization_id)


def _locked(membership: Membership) -> Membership:
    """Order of locks: the organisation, then the membership."""
    lock_organization(membership.organization_id)
    locked = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if locked is None:
        raise Refused(_("Cette personne n'est plus dans la structure."))
    return locked


def _check_may_give(by: User, organization: Organization, *roles: str) -> None:
    if not set(roles) <= set(roles_given_by(by, organization)):
        raise Refused(_("Votre rôle ne permet pas de donner ou de retirer celui-ci."))


def _check_manager_stays(leaving: Membership) -> None:
    """Counted under the organisation's lock."""
    if leaving.role not in MANAGERS:
        return
    managers = Membership.objects.filter(organization=leaving.organization_id, role__in=MANAGERS)
    if not managers.exclude(pk=leaving.pk).exists():
        raise Refused(_("C'est la dernière personne responsable. Nommez d'abord quelqu'un d'autre."))


def _save_once(membership: Membership) -> None:
    try:
        membership.save(update_fields=["role", "since"])
    except IntegrityError as error:
        raise Refused(_("Cette personne a déjà ce rôle.")) from error
