"""One step of an application: locked, in order, remembered with who, when and why, told after commit."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from directory.label import notices
from directory.models import ApplicationEvent, LabelApplication, User, Venue
from directory.wording import dated

Status = LabelApplication.Status


class StepRefused(Exception):
    """Said to the person as it is: one sentence."""


def locked(application: LabelApplication) -> LabelApplication:
    """The application as it now is, held until the end of the transaction.

    Every verb of the label takes this lock first, then those of the venue's labellings.
    """
    rows = LabelApplication.objects.select_for_update(of=("self",))
    return rows.select_related("venue", "organization").get(pk=application.pk)


def require(application: LabelApplication, *statuses: str) -> None:
    """Raise StepRefused, naming who moved the application, unless it stands at one of these statuses."""
    if application.status in statuses:
        return
    last = application.events.select_related("by").order_by("at", "pk").last()
    if last is None or last.by is None:
        raise StepRefused(
            _("Cette candidature est maintenant « %(status)s ».")
            % {"status": application.get_status_display()}
        )
    told = {
        "who": last.by.name or last.by.email,
        "status": application.get_status_display(),
        "when": dated(last.at.astimezone(ZoneInfo("Europe/Paris")), "j F Y H:i"),
    }
    raise StepRefused(
        _("%(who)s a déjà agi : cette candidature est « %(status)s » depuis le %(when)s.") % told
    )


def move(
    application: LabelApplication,
    status: Status,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """To its next status, saving `fields` with it. The database refuses a step out of order."""
    application.status = status
    application.save(update_fields=["status", *fields])
    ApplicationEvent.objects.create(application=application, status=status, note=note, by=by, at=at)
    transaction.on_commit(lambda: notices.step(application, note), robust=True)


def local_day(venue: Venue, at: datetime) -> date:
    """The date at the venue: a label begins and ends there, not in Paris."""
    zone = venue.places.order_by("pk").values_list("timezone", flat=True).first()
    return at.astimezone(ZoneInfo(zone or "Europe/Paris")).date()
