"""Somebody asks to be in an organisation that is known; a manager of it decides, and gives the role.

Where nobody manages, the platform's reviewers decide and name its first manager. Locks: the organisation, then
the request.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from directory.accounts.forms import RoleForm
from directory.accounts.mail import send_later
from directory.accounts.members import MANAGERS, lock_organization, roles_given_by
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import JoinRequest, Membership, Organization, User
from directory.rights import STAFF_ROLES_WITH, StaffCapability, belongs_to, staff_may

WAITS = timedelta(days=30)
Role = Membership.Role
Status = JoinRequest.Status


def ask_to_join(*, siret: str, message: str, by: User, at: datetime) -> None:
    """One request and one letter, however often it is asked. Answers nothing, whatever is known."""
    found = Organization.objects.filter(siret=siret).first()
    if found is None:
        return
    with acting(by):
        organization = lock_organization(found.pk)
        if belongs_to(by, organization):
            return
        mine = organization.join_requests.filter(user=by, status=Status.WAITING)
        mine.filter(expires_at__lte=at).update(status=Status.EXPIRED, decided_at=at)
        if mine.exists():
            return
        asked = JoinRequest.objects.create(
            organization=organization, user=by, message=message, created_at=at, expires_at=at + WAITS
        )
        _tell_who_decides(asked)


def accept(*, request: JoinRequest, role: str, by: User, at: datetime) -> Membership:
    with acting(by):
        current = _decidable(request, by, at)
        if role not in roles_for(current.organization, by):
            raise Refused(_("Choisissez un rôle de la liste."))
        membership, _created = Membership.objects.get_or_create(
            user=current.user, organization=current.organization, role=role, defaults={"since": at}
        )
        _decide(current, Status.ACCEPTED, role, by, at)
    return membership


def refuse(*, request: JoinRequest, by: User, at: datetime) -> None:
    with acting(by):
        _decide(_decidable(request, by, at), Status.REFUSED, "", by, at)


def close_unanswered(at: datetime) -> int:
    """Whoever asked is told, and may ask again."""
    with acting(None):
        late = JoinRequest.objects.filter(status=Status.WAITING, expires_at__lte=at).order_by("pk")
        rows = list(late.select_for_update(of=("self",)).select_related("user", "organization"))
        JoinRequest.objects.filter(pk__in=[row.pk for row in rows]).update(
            status=Status.EXPIRED, decided_at=at
        )
        for row in rows:
            send_later("accounts/mail/join_expired", row.user.email, {"organization": row.organization})
    return len(rows)


def waiting(organization: Organization, at: datetime) -> QuerySet[JoinRequest]:
    """The oldest first."""
    rows = organization.join_requests.filter(status=Status.WAITING, expires_at__gt=at)
    return rows.select_related("user").order_by("pk")


def waiting_for_reviewers(at: datetime) -> QuerySet[JoinRequest]:
    """Those to organisations that nobody manages."""
    managers = Membership.objects.filter(
        organization=OuterRef("organization"), role__in=MANAGERS, user__is_active=True
    )
    rows = JoinRequest.objects.filter(~Exists(managers), status=Status.WAITING, expires_at__gt=at)
    return rows.select_related("user", "organization")


def roles_for(organization: Organization, by: User) -> list[str]:
    """The roles this account may give to whom asks; none when it is not for it to decide."""
    given = roles_given_by(by, organization)
    if given or _managers(organization).exists() or belongs_to(by, organization):
        return given
    return manager_roles(organization) if staff_may(by, StaffCapability.REVIEW) else []


def manager_roles(organization: Organization) -> list[str]:
    """Of the sides the organisation takes; both when it has said nothing."""
    sides = {Role.PROVIDER_MANAGER: organization.is_provider, Role.SPONSOR_MANAGER: organization.is_sponsor}
    return [role for role, taken in sides.items() if taken] or list(sides)


def with_form(asked: JoinRequest, roles: list[str]) -> dict[str, Any]:
    """The request, and the form that accepts it."""
    return {"asked": asked, "form": RoleForm(roles=roles, auto_id=f"join-{asked.pk}-%s")}


def _decidable(request: JoinRequest, by: User, at: datetime) -> JoinRequest:
    """Locked, still waiting, and this account's to decide."""
    organization = lock_organization(request.organization_id)
    rows = JoinRequest.objects.select_for_update(of=("self",)).select_related("user", "organization")
    current = rows.filter(pk=request.pk, status=Status.WAITING, expires_at__gt=at).first()
    if current is None:
        raise Refused(_("Cette demande n'attend plus de réponse."))
    if not roles_for(organization, by):
        raise Refused(_("Une autre personne doit décider de cette demande."))
    return current


def _decide(current: JoinRequest, status: str, role: str, by: User, at: datetime) -> None:
    current.status, current.role, current.decided_by, current.decided_at = status, role, by, at
    current.save(update_fields=["status", "role", "decided_by", "decided_at"])
    context = {"organization": current.organization, "asked": current}
    send_later(f"accounts/mail/join_{status}", current.user.email, context)


def _tell_who_decides(asked: JoinRequest) -> None:
    managers = list(_managers(asked.organization))
    template = "accounts/mail/asked_to_join" if managers else "accounts/mail/asked_to_join_nobody"
    context = {"organization": asked.organization, "asker": asked.user, "message": asked.message}
    for reader in managers or _reviewers():
        send_later(template, reader.email, context)


def _managers(organization: Organization) -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, memberships__organization=organization, memberships__role__in=MANAGERS
    ).distinct()


def _reviewers() -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, staff_roles__role__in=STAFF_ROLES_WITH[StaffCapability.REVIEW]
    ).distinct()
