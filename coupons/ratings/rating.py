"""A person rates one passage, once, with the code of its receipt. Nobody knows who they are."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, connection
from django.utils import timezone

from coupons.invitations import NotAnInvitation, payment_of
from coupons.models import Payment, Rating
from coupons.ratings.refusals import NotRatable, Why
from directory.audit import acting
from directory.choices import Moderation
from directory.models import Review

DAYS_TO_RATE = 90


def ratable(*, code: str, at: datetime) -> Payment:
    """The payment of a receipt's code, as it was typed. Raises NotRatable."""
    try:
        number = payment_of(code)
    except NotAnInvitation:
        raise NotRatable(Why.UNKNOWN) from None
    rows = Payment.objects.select_related("venue__merged_into", "service", "rating")
    payment = rows.filter(pk=number).first()
    if payment is None:
        raise NotRatable(Why.UNKNOWN)
    if payment.cancelled_at is not None:
        raise NotRatable(Why.CANCELLED)
    if hasattr(payment, "rating"):
        raise NotRatable(Why.USED)
    if timezone.localdate(at) - payment.on > timedelta(days=DAYS_TO_RATE):
        raise NotRatable(Why.LATE)
    return payment


def rate(*, code: str, marks: Mapping[str, int], comment: str, at: datetime) -> Review:
    """Of two at once with one receipt, one rates. Raises NotRatable.

    Holds the payment: whoever cancels it at the same time waits, and then finds this rating.
    """
    payment = ratable(code=code, at=at)
    try:
        with acting(None):
            if not held(payment):
                raise NotRatable(Why.CANCELLED)
            review = Review.objects.create(
                venue=payment.venue.merged_into or payment.venue,
                organization_id=payment.organization_id,
                given_at=at,
                **marks,
                comment=comment,
                comment_state=Moderation.WAITING if comment else Moderation.NONE,
            )
            Rating.objects.create(payment=payment, review=review)
    except IntegrityError:
        # Somebody was faster: say what they did.
        ratable(code=code, at=at)
        raise
    return review


def held(payment: Payment) -> bool:
    """Whether it stands; it does until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coupons_hold_payment(%s)", [payment.pk])
        [stands] = cursor.fetchone()
    return bool(stands)
