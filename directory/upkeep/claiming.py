"""An organisation says that a venue known from an import is its own; a reviewer decides.

Locks: the venue, then its claims by number. Of two decisions at once there is one.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Claim, Organization, User, Venue
from directory.rights import Capability, belongs_to
from directory.upkeep.letters import address_of, one_line, people_of, send_after_commit
from directory.upkeep.locks import locked_venue

Status = Claim.Status
MOST_OPEN = 50


def claim(*, venue: Venue, organization: Organization, proof: str, by: User, at: datetime) -> Claim:
    """One open claim for each venue and organisation: asked again, the same answers."""
    with acting(by):
        _check_free(locked_venue(venue.pk))
        if organization.claims.filter(status=Status.SUBMITTED).count() >= MOST_OPEN:
            raise Refused(_("Vous avez déjà beaucoup de demandes en attente. Attendez nos réponses."))
        try:
            with transaction.atomic():
                return Claim.objects.create(
                    venue=venue, organization=organization, proof=proof, created_by=by, created_at=at
                )
        except IntegrityError:
            return Claim.objects.get(venue=venue, organization=organization, status=Status.SUBMITTED)


def accept(*, claim: Claim, by: User, at: datetime) -> None:
    """The venue is the organisation's, and verified today; whoever else claimed it is told no."""
    with acting(by):
        venue = locked_venue(claim.venue_id)
        current = _decidable(claim, by)
        _check_free(venue)
        venue.organization, venue.verified_on = current.organization, timezone.localdate(at)
        venue.save(update_fields=["organization", "verified_on"])
        Organization.objects.filter(pk=current.organization_id, is_provider=False).update(is_provider=True)
        _decide(current, Status.ACCEPTED, "", by, at)
        refuse_others(venue, _("Une autre structure a prouvé que ce lieu est le sien."), by, at)


def refuse(*, claim: Claim, reason: str, by: User, at: datetime) -> None:
    with acting(by):
        locked_venue(claim.venue_id)
        _decide(_decidable(claim, by), Status.REFUSED, reason, by, at)


def refuse_others(
    venue: Venue, reason: str, by: User, at: datetime, only: Collection[int] | None = None
) -> None:
    """The claims still open on a venue (`only`: of these organisations). In `acting`, the venue locked."""
    for other in _open_claims().filter(venue=venue).order_by("pk"):
        if only is not None and other.organization_id not in only:
            continue
        _decide(other, Status.REFUSED, reason, by, at)


def _check_free(venue: Venue) -> None:
    if venue.organization_id is not None:
        raise Refused(_("Ce lieu a déjà une structure."))


def _decidable(claim: Claim, by: User) -> Claim:
    current = _open_claims().filter(pk=claim.pk).first()
    if current is None:
        raise Refused(_("Quelqu'un a déjà décidé de cette demande."))
    if belongs_to(by, current.organization):
        raise Refused(_("Vous êtes membre de cette structure : une autre personne doit décider."))
    return current


def _open_claims() -> QuerySet[Claim]:
    rows = Claim.objects.select_for_update(of=("self",)).filter(status=Status.SUBMITTED)
    return rows.select_related("organization", "venue")


def _decide(current: Claim, status: str, reason: str, by: User, at: datetime) -> None:
    current.status, current.reason, current.decided_by, current.decided_at = status, reason, by, at
    current.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    context = {
        "claim": current,
        "name": one_line(current.venue.name),
        "link": address_of("upkeep:claims", current.organization_id),
    }
    send_after_commit(f"claim_{status}", people_of(current.organization, Capability.EDIT_OFFER), context)
