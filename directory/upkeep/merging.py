"""Two venues that are one become one: a person says so, and no row is lost.

What can follow goes to the venue that stays; what cannot stand there beside its own (a second address, a
closure on the same days, a service it already offers) stays with the other, which is hidden and whose old
links lead on. Locks: both venues by number, then their applications, labels and claims by number.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.hours import refresh_hours
from directory.label.steps import move
from directory.models import Claim, Closure, DuplicatePair, LabelApplication, Labelling, User, Venue
from directory.rights import belongs_to
from directory.upkeep.claiming import refuse_others
from directory.upkeep.locks import locked_venues

# What the one that stays takes from the other where it says nothing itself.
FILLED = (
    "venue_type_id",
    "summary",
    "description",
    "phone",
    "emails",
    "websites",
    "booking_url",
    "languages",
    "audiences",
    "accessible",
    "accessibility",
    "access_url",
    "access_modes",
    "support_modes",
    "fees",
    "programmes",
    "trainings",
    "other_labels",
    "parent_structure",
    "typologies",
    "pivot",
)


def merge(*, kept: Venue, other: Venue, by: User, at: datetime) -> Venue:
    """`kept`, with all that `other` had and could follow. Refused when two organisations hold them."""
    if kept.pk == other.pk:
        raise Refused(_("Ce sont deux fois le même lieu."))
    with acting(by):
        winner, loser = locked_venues(kept.pk, other.pk)
        _check_one_organization(winner, loser, by)
        _fill(winner, loser)
        _move_places(winner, loser)
        _move_services(winner, loser)
        _move_applications(winner, loser, by, at)
        _move_labels(winner, loser)
        _move_closures(winner, loser)
        loser.reports.update(venue=winner)
        loser.reviews.update(venue=winner)
        _move_claims(winner, loser, by, at)
        refresh_hours(winner.places.all(), timezone.localdate(at))
        Venue.objects.filter(merged_into=loser).update(merged_into=winner)
        loser.merged_into, loser.published = winner, False
        loser.save(update_fields=["merged_into", "published"])
        DuplicatePair.objects.filter(first=loser).delete()
        DuplicatePair.objects.filter(second=loser).delete()
        return winner


def _check_one_organization(winner: Venue, loser: Venue, by: User) -> None:
    held = {venue.organization_id for venue in (winner, loser)} - {None}
    if len(held) > 1:
        raise Refused(_("Ces lieux sont à deux structures. Demandez-leur d'abord laquelle garde le lieu."))
    if any(belongs_to(by, venue.organization) for venue in (winner, loser)):
        raise Refused(_("Vous êtes membre de cette structure : une autre personne doit décider."))


def _fill(winner: Venue, loser: Venue) -> None:
    """What the winner lacks. It is public if one of the two was, and as fresh as the fresher."""
    for name in FILLED:
        if getattr(winner, name) in (None, "", []):
            setattr(winner, name, getattr(loser, name))
    winner.organization_id = winner.organization_id or loser.organization_id
    winner.published = winner.published or loser.published
    winner.verified_on = max([day for day in (winner.verified_on, loser.verified_on) if day], default=None)
    winner.save()


def _move_places(winner: Venue, loser: Venue) -> None:
    """A fixed venue has one address: the winner's own, if it has one. Stops follow to an itinerant winner."""
    held = list(winner.places.select_for_update().order_by("pk"))
    known = {place.source_id for place in held} - {""}
    fixed = any(not place.is_stop for place in held)
    for place in loser.places.select_for_update().order_by("pk"):
        follows = winner.itinerant if place.is_stop else not fixed and not winner.itinerant
        if follows and place.source_id not in known:
            place.venue, fixed = winner, True
            place.save(update_fields=["venue"])


def _move_services(winner: Venue, loser: Venue) -> None:
    """With their modifications under review; not those the winner offers under the same name."""
    own = winner.services.filter(replaces=None)
    offered = {(category, name.casefold()) for category, name in own.values_list("category", "name")}
    position = 1 + (winner.services.aggregate(last=Max("position"))["last"] or 0)
    for service in loser.services.filter(replaces=None).select_for_update(of=("self",)).order_by("pk"):
        if (service.category_id, service.name.casefold()) in offered:
            continue
        service.venue, service.position = winner, position
        service.save(update_fields=["venue", "position"])
        loser.services.filter(replaces=service).update(venue=winner)
        position += 1


def _move_applications(winner: Venue, loser: Venue, by: User, at: datetime) -> None:
    """One open application for a venue: that of the loser ends if the winner has one too."""
    rows = LabelApplication.objects.select_for_update(of=("self",)).select_related("venue", "organization")
    both = list(rows.filter(venue__in=[winner, loser]).order_by("pk"))
    busy = any(row.venue_id == winner.pk and row.status in LabelApplication.OPEN for row in both)
    for application in both:
        if application.venue_id == winner.pk:
            continue
        if busy and application.status in LabelApplication.OPEN:
            note = _("Ce lieu a été réuni avec un autre, qui a déjà une candidature.")
            move(application, LabelApplication.Status.WITHDRAWN, by=by, at=at, note=note)
        application.venue = winner
        application.save(update_fields=["venue"])


def _move_labels(winner: Venue, loser: Venue) -> None:
    """No two labels on one day: the loser's are cut to the days it has none; with none left, they stay."""
    held = [row.during for row in winner.labellings.select_for_update().order_by("pk")]
    for labelling in loser.labellings.select_for_update().order_by("pk"):
        free = days_left(labelling.during, held)
        if not free and not labelling.during.isempty:
            continue
        for piece in free[1:]:
            Labelling.objects.create(
                venue=winner,
                during=piece,
                created_at=labelling.created_at,
                withdrawn_at=labelling.withdrawn_at,
                withdrawn_by=labelling.withdrawn_by,
                withdrawal_reason=labelling.withdrawal_reason,
            )
        labelling.venue = winner
        labelling.during = free[0] if free else labelling.during
        labelling.save(update_fields=["venue", "during"])
        held += free


def days_left(during: DateRange, taken: Iterable[DateRange]) -> list[DateRange]:
    """The parts of a period that no other covers, in order."""
    left: list[tuple[date, date]] = [] if during.isempty else [(during.lower, during.upper)]
    for other in taken:
        if other.isempty:
            continue
        parts = [
            part
            for lower, upper in left
            for part in ((lower, min(upper, other.lower)), (max(lower, other.upper), upper))
        ]
        left = [(lower, upper) for lower, upper in parts if lower < upper]
    return [DateRange(lower, upper) for lower, upper in sorted(left)]


def _move_closures(winner: Venue, loser: Venue) -> None:
    for closure in loser.closures.select_for_update().order_by("pk"):
        if not Closure.objects.filter(venue=winner, during__overlap=closure.during).exists():
            closure.venue = winner
            closure.save(update_fields=["venue"])


def _move_claims(winner: Venue, loser: Venue, by: User, at: datetime) -> None:
    """Open claims end when the venue has its organisation, and twice the same claim is one."""
    reason = _("Ce lieu a été réuni avec un autre, qui a déjà sa structure ou votre demande.")
    asked = set(winner.claims.filter(status=Claim.Status.SUBMITTED).values_list("organization", flat=True))
    if winner.organization_id:
        refuse_others(winner, reason, by, at)
        refuse_others(loser, reason, by, at)
    else:
        refuse_others(loser, reason, by, at, only=asked)
    loser.claims.update(venue=winner)
