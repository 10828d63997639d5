"""Venues stay true because their people say so: confirmed in one click, reminded when they forget.

When a venue is due, marked and gone is said by the view `directory_freshness` (migration 0012); who is
told, and when, is said here.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from directory.audit import acting
from directory.models import Organization, User, Venue
from directory.rights import Capability
from directory.upkeep.letters import address_of, people_of, send
from directory.upkeep.locks import locked_venue

AGAIN_AFTER = timedelta(days=30)
MOST_NAMED = 20


def confirm(*, venue: Venue, by: User, at: datetime) -> None:
    """All that the sheet says is true today."""
    with acting(by):
        current = locked_venue(venue.pk)
        current.verified_on = timezone.localdate(at)
        current.save(update_fields=["verified_on"])


def due(today: date) -> QuerySet[Venue]:
    """Public venues to remind of today: six months unconfirmed, and not reminded in the last thirty days."""
    not_yet = Q(reminded_on=None) | Q(reminded_on__lt=F("freshness__due_on"))
    return Venue.objects.filter(
        not_yet | Q(reminded_on__lte=today - AGAIN_AFTER), published=True, freshness__due_on__lte=today
    )


def remind(at: datetime, order_letter: Callable[[int, str], None]) -> int:
    """Order one letter for each organisation that has venues due; the number of letters ordered."""
    today = timezone.localdate(at)
    organizations = due(today).order_by("organization").values_list("organization", flat=True).distinct()
    return sum(remind_one(organization, today, order_letter) for organization in organizations)


def remind_one(organization_id: int, today: date, order_letter: Callable[[int, str], None]) -> bool:
    """The venues are marked and the letter ordered in one transaction.

    Killed before its end, nothing happened; run twice, even at once, the second finds nothing to do.
    """
    with transaction.atomic():
        rows = due(today).filter(organization=organization_id)
        locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk")
        ids = [venue.pk for venue in locked.only("pk")]
        Venue.objects.filter(pk__in=ids).update(reminded_on=today)
        if ids:
            order_letter(organization_id, today.isoformat())
        return bool(ids)


def send_reminder(organization_id: int, today: date) -> None:
    """The letter that `remind_one` ordered that day."""
    organization = Organization.objects.get(pk=organization_id)
    reminded = organization.venues.filter(reminded_on=today, freshness__due_on__lte=today)
    venues = list(reminded.select_related("freshness").order_by("freshness__confirmed_on", "pk"))
    if not venues:
        return
    context = {
        "organization": organization,
        "venues": venues[:MOST_NAMED],
        "more": len(venues[MOST_NAMED:]),
        "link": address_of("upkeep:venues", organization.pk),
    }
    send("reminder", people_of(organization, Capability.CONFIRM), context)
