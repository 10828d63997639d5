"""What a reviewer decides about services. Two at once: one decision, and the other is told whose.

Locks: the published service first, then its revision (their numbers are in that order).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.choices import ReviewStatus
from directory.models import Service, User
from directory.offer import notices
from directory.offer.publishing import REVIEWED
from directory.rights import belongs_to


@dataclass(frozen=True)
class Seen:
    """A service as the reviewer had it on screen: what was sent again since is another text."""

    service_id: int
    submitted_at: datetime


@dataclass
class Decided:
    done: int = 0
    refused: list[str] = field(default_factory=list)


def approve(*, seen: Seen, by: User, at: datetime) -> Service:
    """The service that is now public: a revision takes the place of what it replaces."""
    with acting(by):
        current = _decidable(seen, by)
        public = current.replaces or current
        if current.replaces:
            for name in REVIEWED:
                setattr(public, name, getattr(current, name))
            current.delete()
        public.status, public.review_note = ReviewStatus.APPROVED, ""
        public.reviewed_at, public.reviewed_by = at, by
        public.save()
        return public


def send_back(*, seen: Seen, note: str, by: User, at: datetime) -> Service:
    """With the reason, which its manager reads. What was public stays so."""
    with acting(by):
        current = _decidable(seen, by)
        current.status, current.review_note = ReviewStatus.RETURNED, note
        current.reviewed_at, current.reviewed_by = at, by
        current.save()
        transaction.on_commit(partial(notices.returned, current))
        return current


def approve_many(*, seen: Iterable[Seen], by: User, at: datetime) -> Decided:
    """Each on its own: what cannot be approved is said, and stops none of the others."""
    decided = Decided()
    for one in sorted(seen, key=lambda one: one.service_id):
        try:
            approve(seen=one, by=by, at=at)
            decided.done += 1
        except Refused as refused:
            decided.refused.append(str(refused))
    return decided


def _decidable(seen: Seen, by: User) -> Service:
    """The service and what it replaces, locked; Refused when it is one's own, or no longer what was seen."""
    replaced = Service.objects.filter(pk=seen.service_id).values("replaces")
    both = Service.objects.filter(pk__in=[seen.service_id]) | Service.objects.filter(pk__in=replaced)
    rows = {row.pk: row for row in both.select_for_update().order_by("pk")}
    current = rows.get(seen.service_id)
    if current is None:
        raise Refused(_("Cette demande n'existe plus : elle a été décidée ou retirée."))
    if current.replaces_id:
        current.replaces = rows[current.replaces_id]
    organization = current.venue.organization
    if belongs_to(by, organization):
        raise Refused(_("%(name)s : c'est un service de votre structure.") % {"name": current.name})
    if current.status != ReviewStatus.SUBMITTED:
        raise Refused(_already(current))
    if current.submitted_at != seen.submitted_at:
        raise Refused(_("%(name)s : le texte a changé. Relisez-le.") % {"name": current.name})
    return current


def _already(service: Service) -> str:
    if service.status == ReviewStatus.DRAFT or service.reviewed_by is None:
        return _("%(name)s : ce service n'attend plus de relecture.") % {"name": service.name}
    reviewer = service.reviewed_by.name or service.reviewed_by.email
    words = {"name": service.name, "reviewer": reviewer}
    return _("%(name)s : déjà décidé par %(reviewer)s.") % words
