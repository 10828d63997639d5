"""What strangers wrote, and what venues answer, is read by somebody before anybody else; low marks are looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, ExpressionWrapper, F, FloatField
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.choices import Moderation
from directory.echoes import ENOUGH
from directory.models import Review, User, Venue
from directory.rights import belongs_to

DAYS_RECENT = 180
WORRYING = 2.5
MOST_FLAGS = 50
COMMENT, ANSWER = "comment", "answer"


def subject(review: Review) -> str:
    """Which of its two texts is to be decided about: an answer comes after its comment."""
    return ANSWER if review.answer_state == Moderation.WAITING else COMMENT


def publish(*, review: Review, what: str, by: User, at: datetime) -> None:
    """From now on anybody reads it."""
    _decide(review, what, Moderation.PUBLISHED, "", by, at)


def refuse(*, review: Review, what: str, reason: str, by: User, at: datetime) -> None:
    """It is not shown, or no more. The reason is for its organisation and for the record."""
    _decide(review, what, Moderation.REFUSED, reason, by, at)


def _decide(review: Review, what: str, to: Moderation, reason: str, by: User, at: datetime) -> None:
    """Of two people at once, the second is told. Locks the review."""
    with acting(by):
        held = Review.objects.select_for_update(of=("self",)).select_related("organization").get(pk=review.pk)
        if belongs_to(by, held.organization):
            raise Refused(_("Vous êtes membre de cette structure : une autre personne doit décider."))
        state = held.answer_state if what == ANSWER else held.comment_state
        if state in ("", Moderation.REFUSED, to):
            raise Refused(_("Quelqu'un a déjà décidé. Il n'y a plus rien à faire ici."))
        if what == ANSWER:
            held.answer_state, held.answer_reason = to, reason
            held.answer_moderated_by, held.answer_moderated_at = by, at
            held.save(
                update_fields=["answer_state", "answer_reason", "answer_moderated_by", "answer_moderated_at"]
            )
        else:
            held.comment_state, held.comment_reason, held.moderated_by, held.moderated_at = (
                to,
                reason,
                by,
                at,
            )
            held.save(update_fields=["comment_state", "comment_reason", "moderated_by", "moderated_at"])


@dataclass(frozen=True)
class Flag:
    """A venue whose recent answers are low: their mean over the three questions, from 1 to 5."""

    venue: Venue
    answers: int
    mean: float


def flags(at: datetime) -> Iterable[Flag]:
    """Lowest first: two queries."""
    mean = ExpressionWrapper(
        (F("reception") + F("usefulness") + F("progress")) / 3.0, output_field=FloatField()
    )
    recent = Review.objects.standing().filter(given_at__gt=at - timedelta(days=DAYS_RECENT))
    rows = (
        recent.order_by()
        .values("venue")
        .annotate(answers=Count("pk"), mean=Avg(mean))
        .filter(answers__gte=ENOUGH, mean__lt=WORRYING)
        .order_by("mean", "venue")[:MOST_FLAGS]
    )
    low = {row["venue"]: row for row in rows}
    venues = Venue.objects.select_related("organization").in_bulk(low)
    return [Flag(venues[pk], row["answers"], row["mean"]) for pk, row in low.items()]
