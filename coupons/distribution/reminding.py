"""Before it is too late: letters to a sponsor's managers, one a campaign and morning at most.

Coupons handed over that soon end; booklets that must soon be handed over; a delivery point that runs out. The first
two are told 60 and 15 days before, once each: `Booklet.reminded_on` is the last time a booklet was told of.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from coupons.choices import BookletStatus, CouponState
from coupons.models import Booklet, Campaign
from directory.models import User
from directory.rights import ROLES_WITH, Capability

# Days before the end.
STAGES = (60, 15)
# A point runs out when so little of what it ever had is left, in hundredths.
LOW_PERCENT = 20
LONGEST_SUBJECT = 150


@dataclass(frozen=True)
class Line:
    """So many booklets, and the coupons left in them, up to a day (inclusive)."""

    day: date
    booklets: int
    coupons: int
    cents: int


@dataclass
class Letter:
    """What one campaign's sponsor is told on one morning."""

    ending: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    low: list[tuple[str, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ending or self.waiting or self.low)


def remind(at: datetime) -> int:
    """Write to the sponsors of all campaigns that have something to do. Returns how many letters."""
    written = 0
    for campaign in Campaign.objects.filter(archived_at=None).select_related("organization").order_by("pk"):
        with transaction.atomic():
            letter = letter_of(campaign, timezone.localdate(at))
            if letter:
                written += 1
                transaction.on_commit(lambda told=(campaign, letter): send(*told), robust=True)  # type: ignore[misc]
    return written


def letter_of(campaign: Campaign, today: date) -> Letter:
    """Marks what it tells as told: two workers at once tell it once."""
    booklets = Booklet.objects.filter(order__campaign=campaign)
    return Letter(
        ending=_told(booklets.active(), "valid_until", CouponState.ACTIVE, today),
        waiting=_told(
            booklets.inert().filter(order__closed_at=None), "order__hand_over_by", CouponState.INERT, today
        ),
        low=_running_out(booklets, today),
    )


def _told(booklets: QuerySet[Booklet], last_day: str, state: CouponState, today: date) -> list[Line]:
    """Those that have passed a stage since they were told of, by their last day, the nearest first."""
    found: set[int] = set()
    for days in STAGES:
        soon = today + timedelta(days=days)
        due = booklets.filter(**{f"{last_day}__gte": today, f"{last_day}__lte": soon})
        untold = Q(reminded_on=None) | Q(reminded_on__lt=F(last_day) - timedelta(days=days))
        found |= set(due.filter(untold).values_list("pk", flat=True))
    held = Booklet.objects.filter(pk__in=found).order_by("pk").select_for_update(no_key=True, of=("self",))
    still = held.filter(Q(reminded_on=None) | Q(reminded_on__lt=today)).values_list("pk", flat=True)
    numbers = list(still)
    lines = _lines(Booklet.objects.filter(pk__in=numbers), last_day, state)
    Booklet.objects.filter(pk__in=numbers).update(reminded_on=today)
    return lines


def _lines(booklets: QuerySet[Booklet], last_day: str, state: CouponState) -> list[Line]:
    left = (
        booklets.filter(coupons__state=state).values(last_day, "order__face_value_cents").order_by(last_day)
    )
    counted = left.annotate(booklets=Count("pk", distinct=True), coupons=Count("coupons"))
    return [
        Line(row[last_day], row["booklets"], row["coupons"], row["coupons"] * row["order__face_value_cents"])
        for row in counted
    ]


def _running_out(booklets: QuerySet[Booklet], today: date) -> list[tuple[str, int]]:
    """Points that fell below the limit by what they handed over yesterday: told on that morning only."""
    yesterday = today - timedelta(days=1)
    counted = (
        booklets.exclude(delivery_point=None)
        .exclude(status=BookletStatus.CANCELLED)
        .values("delivery_point", "delivery_point__name")
        .annotate(
            total=Count("pk"),
            inert=Count("pk", filter=Q(status=BookletStatus.INERT)),
            given=Count("pk", filter=Q(hand_over__on=yesterday)),
        )
        .order_by("delivery_point__name")
    )
    return [
        (row["delivery_point__name"], row["inert"])
        for row in counted
        if is_low(row["inert"], row["total"]) and not is_low(row["inert"] + row["given"], row["total"])
    ]


def is_low(inert: int, total: int) -> bool:
    return inert * 100 <= total * LOW_PERCENT


def send(campaign: Campaign, letter: Letter) -> None:
    """To each manager; one that cannot leave undoes nothing."""
    link = settings.PUBLIC_URL + reverse("distribution:booklets", args=[campaign.organization_id])
    context = {"campaign": " ".join(campaign.name.split()), "letter": letter, "link": link}
    with override("fr"):
        subject, _newline, body = (
            render_to_string("distribution/mail/reminder.txt", context).strip().partition("\n")
        )
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}"[:LONGEST_SUBJECT]
    messages = [EmailMessage(subject, body.strip() + "\n", to=[user.email]) for user in managers(campaign)]
    get_connection().send_messages(messages)


def managers(campaign: Campaign) -> Iterable[User]:
    return User.objects.filter(
        is_active=True,
        memberships__organization=campaign.organization_id,
        memberships__role__in=ROLES_WITH[Capability.ORDER],
    ).distinct()
