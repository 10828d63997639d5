"""What a manager does with services: write, send to review, withdraw, put in order.

An approved service is public and payable. A change of what was reviewed (category, price) waits beside it as
a revision; whatever else is changed applies at once. Locks: the venue, then services by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
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


@dataclass
class Writes:
    """Rows to write together: each statement makes the database list its venues again, be it for one row."""

    new: list[Service] = field(default_factory=list)
    changed: dict[int, tuple[Service, set[str]]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)

    def put(self, service: Service, values: Mapping[str, Any]) -> None:
        """Set what differs, to be written if anything does."""
        differing = {name: value for name, value in values.items() if getattr(service, name) != value}
        for name, value in differing.items():
            setattr(service, name, value)
        if service.pk is None:
            self.new.append(service)
        elif differing:
            self.changed.setdefault(service.pk, (service, set()))[1].update(differing)

    def flush(self) -> None:
        if self.gone:
            Service.objects.filter(pk__in=self.gone).delete()
        if self.changed:
            names = set().union(*(names for _service, names in self.changed.values()))
            Service.objects.bulk_update([service for service, _names in self.changed.values()], sorted(names))
        Service.objects.bulk_create(self.new)


def create_service(*, venue: Venue, fields: Mapping[str, Any], by: User) -> Service:
    """A draft, last of its venue. `fields`: some of FIELDS; whatever else it holds is not taken."""
    with acting(by):
        Venue.objects.select_for_update().get(pk=venue.pk)
        service = Service(venue=venue, position=next_position(venue), **_taken(fields, FIELDS))
        service.save()
        return service


def next_position(venue: Venue) -> int:
    """The rank after the last; the venue is locked. Refused when it has too many services already."""
    services = Service.objects.filter(venue=venue, replaces=None)
    found = services.aggregate(last=Max("position"), n=Count("pk"))
    if found["n"] >= MOST_SERVICES:
        raise Refused(_("Ce lieu a déjà trop de services."))
    return 0 if found["last"] is None else found["last"] + 1


def edit_service(*, service: Service, fields: Mapping[str, Any], by: User, at: datetime) -> Service | None:
    """The revision that now waits for its review, if the change needs one."""
    with acting(by):
        current = locked(service)
        waiting = Service.objects.select_for_update().filter(replaces=current).first()
        writes = Writes()
        revision = edit_locked(current, waiting, fields, Sender(by, at), writes)
        writes.flush()
        return revision


@dataclass(frozen=True)
class Sender:
    """Who sends to review, and when."""

    by: User
    at: datetime

    @property
    def values(self) -> dict[str, Any]:
        return {"status": ReviewStatus.SUBMITTED, "submitted_at": self.at, "submitted_by_id": self.by.pk}


def edit_locked(
    current: Service, waiting: Service | None, fields: Mapping[str, Any], sender: Sender, writes: Writes
) -> Service | None:
    """The same, on a service and its revision already locked; `writes` is flushed by the caller."""
    if current.replaces_id:
        raise Refused(_("Modifiez le service publié : cette fiche est sa modification en attente."))
    taken = _taken(fields, FIELDS)
    if current.status == ReviewStatus.APPROVED:
        writes.put(current, {name: value for name, value in taken.items() if name in FREE})
        return _revise(current, waiting, taken, sender, writes)
    if current.status == ReviewStatus.SUBMITTED and _differs(current, taken):
        # Whoever has the former text on screen is told, and decides nothing about this one.
        taken |= sender.values
    writes.put(current, taken)
    return None


def submit(*, service: Service, by: User, at: datetime) -> None:
    with acting(by):
        current = locked(service)
        if current.status not in EDITABLE:
            raise Refused(_("Ce service est déjà envoyé ou approuvé."))
        _set(current, Sender(by, at).values)


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
        writes = Writes()
        for position, row in enumerate(order):
            writes.put(row, {"position": position})
        writes.flush()


def locked(service: Service) -> Service:
    """As it is now, until the end of the transaction."""
    found = Service.objects.select_for_update().filter(pk=service.pk).first()
    if found is None:
        raise Refused(_("Ce service n'existe plus."))
    return found


def _revise(
    current: Service, waiting: Service | None, taken: Mapping[str, Any], sender: Sender, writes: Writes
) -> Service | None:
    """Keep, renew or drop the revision of an approved service."""
    asked = waiting or current
    reviewed = {name: taken.get(name, getattr(asked, name)) for name in REVIEWED}
    if not _differs(current, reviewed):
        if waiting:
            writes.gone.append(waiting.pk)
        return None
    same = {name: getattr(current, name) for name in (*FREE, "venue_id", "position")}
    revision = waiting or Service(replaces=current)
    sent = sender.values if waiting is None or _differs(waiting, reviewed) else {}
    writes.put(revision, {**same, **reviewed, **sent})
    return revision


def _taken(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    taken = {name: fields[name] for name in names if name in fields}
    if "modes" in taken:
        taken["modes"] = [mode for mode in Mode.values if mode in taken["modes"]]
    return taken


def _differs(service: Service, values: Mapping[str, Any]) -> bool:
    return any(getattr(service, name) != value for name, value in values.items())


def _set(service: Service, values: Mapping[str, Any]) -> None:
    """Write what differs, if anything does."""
    writes = Writes()
    writes.put(service, values)
    writes.flush()
