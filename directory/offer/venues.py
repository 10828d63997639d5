"""What a manager does with a venue: write its sheet, show it, hide it, close it for some days.

A sheet made here is shown only once somebody of the platform has looked at the venue: a first service
approved, or a label given.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.hours import refresh_hours
from directory.models import Closure, Organization, User, Venue

FIELDS = (
    "name",
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
    "itinerant",
)
LONGEST_SLUG = 80
MOST_VENUES = 20_000
MOST_CLOSURES = 100
LONGEST_CLOSURE = timedelta(days=366)


def create_venue(*, organization: Organization, fields: Mapping[str, Any], by: User, at: datetime) -> Venue:
    """Not public yet. `fields`: some of FIELDS; whatever else it holds is not taken."""
    with acting(by):
        Organization.objects.select_for_update().get(pk=organization.pk)
        if organization.venues.count() >= MOST_VENUES:
            raise Refused(_("Cette structure a déjà trop de lieux."))
        taken = {name: fields[name] for name in FIELDS if name in fields}
        return Venue.objects.create(
            organization=organization,
            published=False,
            slug=slug_of(taken["name"]),
            updated_on=timezone.localdate(at),
            verified_on=timezone.localdate(at),
            demo=organization.demo,
            **taken,
        )


def edit_venue(*, venue: Venue, fields: Mapping[str, Any], by: User, at: datetime) -> Venue:
    """Applies at once; the address of the sheet follows its name, and the former one redirects."""
    with acting(by):
        current = locked(venue)
        changed = [name for name in FIELDS if name in fields and getattr(current, name) != fields[name]]
        if "itinerant" in changed and current.places.exists():
            raise Refused(_("Enlevez d'abord les arrêts ou l'adresse de ce lieu."))
        if not changed:
            return current
        for name in changed:
            setattr(current, name, fields[name])
        current.slug, current.updated_on = slug_of(current.name), timezone.localdate(at)
        current.save(update_fields=[*changed, "slug", "updated_on"])
        return current


def publish_venue(*, venue: Venue, by: User, at: datetime) -> None:
    with acting(by):
        current = locked(venue)
        if missing := what_is_missing(current):
            raise Refused(" ".join(missing))
        current.published, current.updated_on = True, timezone.localdate(at)
        current.save(update_fields=["published", "updated_on"])


def hide_venue(*, venue: Venue, by: User) -> None:
    with acting(by):
        current = locked(venue)
        current.published = False
        current.save(update_fields=["published"])


def what_is_missing(venue: Venue) -> list[str]:
    """What must be there before the sheet is public; empty when nothing is missing."""
    reviewed = venue.services.public().exists() or venue.labellings.exists()
    tests = [
        (venue.venue_type_id is not None, _("Choisissez le type du lieu.")),
        (venue.places.located().exists(), _("Placez le lieu sur la carte.")),
        (reviewed, _("Attendez qu'un premier service soit approuvé, ou que le label soit accordé.")),
    ]
    return [sentence for met, sentence in tests if not met]


def close_venue(*, venue: Venue, first: date, last: date, reason: str, by: User, at: datetime) -> Closure:
    """Closed from the first day to the last, both included, whatever the hours say."""
    if last < first:
        raise Refused(_("Le dernier jour est avant le premier."))
    if last - first > LONGEST_CLOSURE:
        raise Refused(_("Une fermeture dure un an au plus. Au-delà, cachez la fiche du lieu."))
    with acting(by):
        current = locked(venue)
        if current.closures.count() >= MOST_CLOSURES:
            raise Refused(_("Ce lieu a déjà trop de fermetures. Supprimez les anciennes."))
        days = DateRange(first, last + timedelta(days=1))
        try:
            with transaction.atomic():
                closure = Closure.objects.create(venue=current, during=days, reason=reason)
        except IntegrityError as error:
            raise Refused(_("Une autre fermeture couvre déjà une partie de ces jours.")) from error
        refresh_hours(current.places.all(), timezone.localdate(at))
        return closure


def open_again(*, closure: Closure, by: User, at: datetime) -> None:
    """Takes a closure away."""
    with acting(by):
        current = locked(closure.venue)
        Closure.objects.filter(pk=closure.pk).delete()
        refresh_hours(current.places.all(), timezone.localdate(at))


def locked(venue: Venue) -> Venue:
    found = Venue.objects.select_for_update().filter(pk=venue.pk, merged_into=None).first()
    if found is None:
        raise Refused(_("Ce lieu n'existe plus."))
    return found


def slug_of(name: str) -> str:
    return slugify(name)[:LONGEST_SLUG].strip("-")
