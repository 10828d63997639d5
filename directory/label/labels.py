"""How long a label lasts, when it can be renewed, and its end."""

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from directory.audit import acting
from directory.label import notices
from directory.label.steps import StepRefused, local_day
from directory.models import LabelApplication, Labelling, User, Venue
from directory.rights import belongs_to

YEARS = 3
RENEWAL_MONTHS = 6


def last_labelling(venue: Venue) -> Labelling | None:
    """The one that ends last, past or not."""
    return venue.labellings.filter(during__isempty=False).order_by("during__endswith").last()


def years_later(day: date, years: int) -> date:
    """The same day of the year; the day after when it does not exist (29 February)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def months_earlier(day: date, months: int) -> date:
    """The same day of the month, or the last of a shorter one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def renewable_from(labelling: Labelling) -> date:
    return months_earlier(labelling.during.upper, RENEWAL_MONTHS)


def open_label(application: LabelApplication, at: datetime) -> Labelling:
    """Three years from the venue's date, or from the end of the label it still has. Inside a transaction."""
    venue = application.venue
    held = list(venue.labellings.select_for_update().filter(during__isempty=False).order_by("pk"))
    begin = max([local_day(venue, at), *(labelling.during.upper for labelling in held)])
    during = DateRange(begin, years_later(begin, YEARS))
    return Labelling.objects.create(venue=venue, during=during, application=application, created_at=at)


def withdraw_label(*, venue: Venue, reason: str, by: User, at: datetime) -> None:
    """From today on the venue has no label: the one it holds stops, one that was to follow never begins."""
    with acting(by):
        if belongs_to(by, venue.organization):
            raise StepRefused(_("Vous êtes membre de cette structure : une autre personne doit décider."))
        today = local_day(venue, at)
        held = venue.labellings.select_for_update().filter(during__endswith__gt=today).order_by("pk")
        ended = list(held)
        if not ended:
            raise StepRefused(_("Ce lieu n'a plus le label."))
        for labelling in ended:
            labelling.during = cut(labelling.during, today)
            labelling.withdrawn_at, labelling.withdrawn_by, labelling.withdrawal_reason = at, by, reason
            labelling.save(update_fields=["during", "withdrawn_at", "withdrawn_by", "withdrawal_reason"])
        transaction.on_commit(lambda: notices.label_withdrawn(ended[0]), robust=True)


def cut(during: DateRange, day: date) -> DateRange:
    return DateRange(during.lower, day) if during.lower < day else DateRange(empty=True)
