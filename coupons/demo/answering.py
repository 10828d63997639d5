"""What people said of passages in the demonstration: of the busiest venue, and of the busiest one of its provider."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Count

from coupons.invitations import invitation
from coupons.models import Payment, Rating
from coupons.ratings import moderating
from coupons.ratings.rating import rate
from directory.demo.accounts import demonstration_organization, person
from directory.models import Review, User

PER_VENUE = 9
# The last one waits for somebody to read it.
COMMENTS = (
    "Accueil très patient, on m'a tout expliqué.",
    "J'ai pu faire ma demande en ligne moi-même.",
    "Un peu d'attente, mais cela valait la peine.",
    "Je reviendrai pour apprendre à classer mes photos.",
)


@transaction.atomic
def build(*, at: datetime) -> int:
    """Once. Returns how many there are."""
    if made := Rating.objects.count():
        return made
    reviewer, chance = person("reviewer", at=at), Random("avis")
    for venue in busiest():
        for rank, payment in enumerate(passages(venue, at)):
            comment = COMMENTS[rank // 2] if rank % 2 == 0 and rank // 2 < len(COMMENTS) else ""
            review = answered(payment, comment, chance)
            if comment and comment != COMMENTS[-1]:
                publish(review, reviewer)
            made += 1
    return made


def busiest() -> Iterator[int]:
    counted = Payment.objects.filter(cancelled_at=None).order_by().values("venue").annotate(n=Count("pk"))
    ranked = counted.order_by("-n", "venue").values_list("venue", flat=True)
    found = [ranked.first(), ranked.filter(organization=demonstration_organization()).first()]
    yield from dict.fromkeys(number for number in found if number)


def passages(venue: int, at: datetime) -> list[Payment]:
    """The latest that are a day old."""
    rows = Payment.objects.filter(venue=venue, cancelled_at=None, at__lt=at - timedelta(days=2))
    return list(rows.order_by("-at", "-pk")[:PER_VENUE])


def answered(payment: Payment, comment: str, chance: Random) -> Review:
    marks = {
        "reception": chance.choice((4, 5, 5)),
        "usefulness": chance.choice((3, 4, 5)),
        "progress": chance.choice((3, 4, 4, 5)),
    }
    code = invitation(payment.pk).code
    return rate(code=code, marks=marks, comment=comment, at=payment.at + timedelta(days=1))


def publish(review: Review, reviewer: User) -> None:
    moderating.publish(
        review=review, what=moderating.COMMENT, by=reviewer, at=review.given_at + timedelta(days=1)
    )
