""" "Signaler une erreur": a visitor says what is wrong on a sheet; its organisation or the platform answers.

The visitor's address goes to nobody: the answer leaves from here, then the address is erased.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import ErrorReport, User, Venue
from directory.rights import Capability
from directory.upkeep.letters import address_of, one_line, people_of, send_after_commit

Status = ErrorReport.Status
MOST_OPEN = 200


def report(*, venue: Venue, kind: str, message: str, email: str, at: datetime) -> ErrorReport:
    """By anybody. Its organisation, if it has people, is told."""
    with acting(None):
        if venue.reports.filter(status=Status.OPEN).count() >= MOST_OPEN:
            raise Refused(_("Ce lieu a déjà beaucoup de signalements. Nous les lisons. Merci."))
        made = ErrorReport.objects.create(venue=venue, kind=kind, message=message, email=email, created_at=at)
        if venue.organization:
            context = {
                "report": made,
                "name": one_line(venue.name),
                "link": address_of("upkeep:reports", venue.organization.pk),
            }
            send_after_commit("report", people_of(venue.organization, Capability.CONFIRM), context)
    return made


def answer(*, report: ErrorReport, status: str, text: str, by: User, at: datetime) -> None:
    """Once: of two people at once, the second is told."""
    with acting(by):
        current = (
            ErrorReport.objects.select_for_update(of=("self",)).select_related("venue").get(pk=report.pk)
        )
        if current.status != Status.OPEN:
            raise Refused(_("Quelqu'un a déjà répondu à ce signalement."))
        address, current.email = current.email, ""
        current.status, current.answer = status, text
        current.handled_by, current.handled_at = by, at
        current.save(update_fields=["status", "answer", "email", "handled_by", "handled_at"])
        if address:
            context = {"report": current, "name": one_line(current.venue.name)}
            send_after_commit("answer", [address], context)
