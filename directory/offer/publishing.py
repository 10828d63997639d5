"""What a manager does with services: write, send to review, withdraw, put in order.

An approved service is public and payable. A change of what was reviewed (category, price) waits beside it as a
revision; whatever else is changed applies at once. Locks: the venue, then services by number.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.choices import Mode, ReviewStatus
from directory.models import Service, User, Venue

REVIEWED = ("category_id", "price_cents", "price_note")
FREE = ("name", "description", "duration_min", "audiences", "modes", "schedule")
FIELDS = (*REVIEWED, *FREE)
MOST_SERVICES = 5_000
# What may be sent to review, and withdrawn from it.
EDITABLE = (ReviewStatus.DRAFT, ReviewStatus.RETURNED)


def create_service(*, venue: Venue, fields: Mapping[str, Any], by: User) -> Service:
    """A draft, last of its venue. `fields`: some of FIELDS; whatever else it holds is not taken."""
    with acting(by):
        Venue.objects.select_for_update().get(pk=venue.pk)
        services = Service.objects.filter(venue=venue)
        if services.count() >= MOST_SERVICES:
            raise Refused(_("Ce lieu a déjà trop de services."))
        last = services.aggregate(last=Max("position"))["last"]
        return Service.objects.create(
            venue=venue, position=0 if last is None else last + 1, **_taken(fields, FIELDS)
        )


def edit_service(*, service: Service, fields: Mapping[str, Any], by: User, at: datetime) -> Service | None:
    """The revision that now waits for its review, if the change needs one."""
    with acting(by):
        return edit_locked(locked(service), fields, by, at)


def edit_locked(current: Service, fields: Mapping[str, Any], by: User, at: datetime) -> Service | None:
    """The same, on a service already locked, inside `acting`."""
    if current.replaces_id:
        raise Refused(_("Modifiez le service publié : cette fiche est sa modification en attente."))
    taken = _taken(fields, FIELDS)
    if current.status == ReviewStatus.APPROVED:
        _set(current, {name: value for name, value in taken.items() if name in FREE})
        return _revise(current, taken, by, at)
    if current.status == ReviewStatus.SUBMITTED and _differs(current, taken):
        # Whoever has the former text on screen is told, and decides nothing about this one.
        taken |= {"submitted_at": at, "submitted_by": by}
    _set(current, taken)
    return None


def submit(*, service: Service, by: User, at: datetime) -> None:
    with acting(by):
        current = locked(service)
        if current.status not in EDITABLE:
            raise Refused(_("Ce service est déjà envoyé ou approuvé."))
        _set(current, {"status": ReviewStatus.SUBMITTED, "submitted_at": at, "submitted_by": by})


def withdraw(*, service: Service, by: User) -> None:
    """No longer public nor waiting: a draft again. Of a revision: given up, the published version stays."""
    with acting(by):
        current = locked(service)
        if current.replaces_id:
            current.delete()
            return
        if current.status == ReviewStatus.DRAFT:
            raise Refused(_("Ce service est déjà un brouillon."))
        Service.objects.filter(replaces=current).delete()
        _set(current, {"status": ReviewStatus.DRAFT})


def delete_service(*, service: Service, by: User) -> None:
    with acting(by):
        current = locked(service)
        if current.status not in EDITABLE:
            raise Refused(_("Retirez d'abord ce service : il est public ou en relecture."))
        current.delete()


def move_service(*, service: Service, up: bool, by: User) -> None:
    """One rank up or down; at the end of the list, nothing."""
    with acting(by):
        Venue.objects.select_for_update().get(pk=service.venue_id)
        own = Service.objects.filter(venue=service.venue_id, replaces=None)
        order = list(own.select_for_update().order_by("position", "pk"))
        at = next((rank for rank, row in enumerate(order) if row.pk == service.pk), None)
        other = None if at is None else at + (-1 if up else 1)
        if at is None or other is None or not 0 <= other < len(order):
            return
        order[at], order[other] = order[other], order[at]
        for position, row in enumerate(order):
            _set(row, {"position": position})


def locked(service: Service) -> Service:
    """As it is now, until the end of the transaction."""
    found = Service.objects.select_for_update().filter(pk=service.pk).first()
    if found is None:
        raise Refused(_("Ce service n'existe plus."))
    return found


def _revise(current: Service, taken: Mapping[str, Any], by: User, at: datetime) -> Service | None:
    """Keep, renew or drop the revision of an approved service."""
    reviewed = {name: taken.get(name, getattr(current, name)) for name in REVIEWED}
    waiting = Service.objects.select_for_update().filter(replaces=current).first()
    if waiting and not set(REVIEWED) & set(taken):
        reviewed = {name: getattr(waiting, name) for name in REVIEWED}
    if not _differs(current, reviewed):
        if waiting:
            waiting.delete()
        return None
    same = {name: getattr(current, name) for name in (*FREE, "venue_id", "position")}
    if waiting is None:
        waiting = Service(replaces=current, status=ReviewStatus.DRAFT)
    renewed = waiting.pk is None or _differs(waiting, reviewed)
    values = {**same, **reviewed}
    if renewed:
        values |= {"status": ReviewStatus.SUBMITTED, "submitted_at": at, "submitted_by": by}
    _set(waiting, values)
    return waiting


def _taken(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    taken = {name: fields[name] for name in names if name in fields}
    if "modes" in taken:
        taken["modes"] = [mode for mode in Mode.values if mode in taken["modes"]]
    return taken


def _differs(service: Service, values: Mapping[str, Any]) -> bool:
    return any(getattr(service, name) != value for name, value in values.items())


def _set(service: Service, values: Mapping[str, Any]) -> None:
    """Write what differs, if anything does."""
    if service.pk is not None:
        values = {name: value for name, value in values.items() if getattr(service, name) != value}
        if not values:
            return
    for name, value in values.items():
        setattr(service, name, value)
    service.save(update_fields=list(values) if service.pk is not None else None)
