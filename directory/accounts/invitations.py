"""Colleagues are invited by a letter that holds a secret: one use, 14 days, only its digest is kept."""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from directory.accounts.mail import public_address, send_later
from directory.accounts.members import lock_organization, roles_given_by
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.digests import digest, new_secret
from directory.models import Invitation, JoinRequest, Membership, Organization, User

VALID = timedelta(days=14)
PURPOSE = "invitation"
KEPT_AS = "accounts.invitation"


def invite(*, organization: Organization, email: str, role: str, by: User, at: datetime) -> Invitation:
    with acting(by):
        lock_organization(organization.pk)
        _check_may_invite(by, organization, role)
        if organization.memberships.filter(user__email__iexact=email, role=role).exists():
            raise Refused(_("Cette personne a déjà ce rôle."))
        if waiting(organization).filter(email__iexact=email, role=role).exists():
            raise Refused(_("Cette personne est déjà invitée. Vous pouvez lui renvoyer l'invitation."))
        invitation = Invitation(organization=organization, email=email, role=role)
        _send(invitation, by, at)
    return invitation


def resend(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """A new secret: the link sent before opens nothing any more."""
    with acting(by):
        locked = _locked(invitation)
        _check_may_invite(by, locked.organization, locked.role)
        _send(locked, by, at)
    return locked


def revoke(*, invitation: Invitation, by: User, at: datetime) -> None:
    with acting(by):
        locked = _locked(invitation)
        _check_may_invite(by, locked.organization, locked.role)
        locked.revoked_at = at
        locked.save(update_fields=["revoked_at"])


def accept(*, invitation: Invitation, by: User, at: datetime) -> Membership:
    """By the account whose address was invited: a letter passed on to someone else opens nothing.

    What the account itself had asked for is answered by it too.
    """
    with acting(by):
        locked = _locked(invitation)
        if locked.expires_at <= at:
            raise Refused(_("Cette invitation n'est plus valable. Demandez-en une nouvelle."))
        if by.email.lower() != locked.email.lower():
            raise Refused(_("Cette invitation est pour une autre adresse e-mail que celle de votre compte."))
        membership, _created = Membership.objects.get_or_create(
            user=by, organization=locked.organization, role=locked.role, defaults={"since": at}
        )
        locked.accepted_at = at
        locked.save(update_fields=["accepted_at"])
        JoinRequest.objects.filter(
            user=by, organization=locked.organization, status=JoinRequest.Status.WAITING
        ).update(
            status=JoinRequest.Status.ACCEPTED,
            role=locked.role,
            decided_by=locked.invited_by_id,
            decided_at=at,
        )
    return membership


def waiting(organization: Organization) -> QuerySet[Invitation]:
    """Sent, neither accepted nor revoked; out of date ones too, since they can be sent again."""
    return organization.invitations.filter(accepted_at=None, revoked_at=None)


def find(secret: str, at: datetime) -> Invitation | None:
    """The invitation that this secret opens now."""
    return _still_open(digest(PURPOSE, secret), at)


def keep(session: SessionBase, secret: str) -> None:
    """Until it is accepted, through signing up or in: as its digest, never as itself."""
    session[KEPT_AS] = digest(PURPOSE, secret).hex()


def kept_in(session: SessionBase, at: datetime) -> Invitation | None:
    kept = session.get(KEPT_AS)
    return _still_open(bytes.fromhex(kept), at) if kept else None


def forget(session: SessionBase) -> None:
    session.pop(KEPT_AS, None)


def _still_open(secret_digest: bytes, at: datetime) -> Invitation | None:
    return (
        Invitation.objects.filter(digest=secret_digest, accepted_at=None, revoked_at=None, expires_at__gt=at)
        .select_related("organization", "invited_by")
        .first()
    )


def _send(invitation: Invitation, by: User, at: datetime) -> None:
    secret = new_secret()
    invitation.digest, invitation.sent_at, invitation.expires_at = digest(PURPOSE, secret), at, at + VALID
    invitation.invited_by = by
    invitation.save()
    context = {"invitation": invitation, "link": public_address("accounts:invited", secret)}
    send_later("accounts/mail/invitation", invitation.email, context)


def _locked(invitation: Invitation) -> Invitation:
    """Order of locks: the organisation, then the invitation."""
    lock_organization(invitation.organization_id)
    locked = waiting(invitation.organization).select_for_update().filter(pk=invitation.pk).first()
    if locked is None:
        raise Refused(_("Cette invitation a déjà été utilisée ou annulée."))
    return locked


def _check_may_invite(by: User, organization: Organization, role: str) -> None:
    if role not in roles_given_by(by, organization):
        raise Refused(_("Votre rôle ne permet pas d'inviter à celui-ci."))
