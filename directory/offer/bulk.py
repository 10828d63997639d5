"""Many services at once, by a spreadsheet: what it would change, then the change itself, a chunk at a time.

Each of `BulkEdit.rows`: {"row", "service" or null, "venue", "name", "changes": {field: [before, after]},
"values"}.
A chunk and the count of rows done are one transaction: whoever is killed in between has done nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.choices import Audience, Mode
from directory.models import BulkEdit, Organization, Service, User, Venue
from directory.offer.fields import euros
from directory.offer.forms import ServiceForm
from directory.offer.publishing import Sender, Writes, edit_locked, next_position
from directory.referential import referential
from directory.rights import Capability, may
from geodata.folding import fold

CHUNK = 50
KEPT = timedelta(days=30)
MOST_ERRORS = 500
Status = BulkEdit.Status
# Name of the column, field of the form; what has no field only tells the reader where he is.
COLUMNS = {
    "numero": "",
    "numero_lieu": "",
    "lieu": "",
    "nom": "name",
    "categorie": "category",
    "prix_euros": "price",
    "precision_prix": "price_note",
    "duree_minutes": "duration_min",
    "description": "description",
    "publics": "audiences",
    "modes": "modes",
    "horaires": "schedule",
    "etat": "",
}
LISTS = {"audiences": Audience, "modes": Mode}


@dataclass
class Plan:
    """What a spreadsheet would do."""

    rows: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    unchanged: int = 0


def own_services(organization_id: int) -> QuerySet[Service]:
    """Without the changes that wait beside them, and what a merge left behind."""
    return Service.objects.filter(venue__organization=organization_id, venue__merged_into=None, replaces=None)


def exported(organization: Organization) -> Iterable[list[str]]:
    """Header, then one row a service, the pending price where one waits."""
    yield list(COLUMNS)
    services = own_services(organization.pk)
    services = services.select_related("venue", "revision").order_by("venue__name", "venue", "position", "pk")
    for service in services.iterator(chunk_size=500):
        shown = shown_values(ServiceForm.initial_of(service))
        where = {"numero": str(service.pk), "numero_lieu": str(service.venue_id), "lieu": service.venue.name}
        state = {"etat": service.get_status_display()}
        yield [{**where, **state}.get(column, shown.get(field, "")) for column, field in COLUMNS.items()]


def shown_values(values: dict[str, Any]) -> dict[str, str]:
    """Values of the form as a spreadsheet shows them: names rather than codes."""
    category = referential().category(values["category"])
    return {
        "name": values["name"],
        "description": values["description"],
        "price_note": values["price_note"],
        "schedule": values["schedule"],
        "category": category.name if category else values["category"],
        "price": euros(values["price"]),
        "duration_min": str(values["duration_min"] or ""),
        **{
            field: " | ".join(str(choices(code).label) for code in values[field] if code in choices.values)
            for field, choices in LISTS.items()
        },
    }


def plan(organization: Organization, rows: list[list[str]]) -> Plan:
    """Reads the rows, the first of them being the header; changes nothing. Raises Refused."""
    header = [fold(cell).replace(" ", "_") for cell in rows[0]]
    if "numero" not in header or "nom" not in header:
        raise Refused(_("La première ligne doit garder les noms des colonnes, dont « numero » et « nom »."))
    known = Known.of(organization)
    made = Plan([], [])
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
            plan_row(made, number, row, known)
    made.errors = made.errors[:MOST_ERRORS]
    return made


@dataclass
class Known:
    """The organisation's venues and services, and what the words of a spreadsheet mean."""

    services: dict[str, Service]
    venues: dict[str, Venue]
    categories: dict[str, str]
    seen: set[str]

    @classmethod
    def of(cls, organization: Organization) -> "Known":
        own = own_services(organization.pk)
        children = [row for row in referential().categories.values() if row.parent_id]
        return cls(
            services={str(row.pk): row for row in own.select_related("revision", "venue")},
            venues={str(row.pk): row for row in organization.venues.filter(merged_into=None)},
            categories={fold(word): row.slug for row in children for word in (row.name, row.slug)},
            seen=set(),
        )


def plan_row(made: Plan, number: int, row: dict[str, str], known: Known) -> None:
    service, venue, trouble = whose(row, known)
    if trouble or venue is None:
        made.errors.append({"row": number, "column": "numero", "message": trouble})
        return
    before = ServiceForm.initial_of(service) if service else {}
    form = ServiceForm(form_data(row, before, known), with_schedule=True)
    if not form.is_valid():
        made.errors += row_errors(number, form)
        return
    changes = changed(shown_values(before) if before else {}, shown_values(form.cleaned_data))
    if not changes:
        made.unchanged += 1
        return
    touched = {name for name, column in FIELDS_OF.items() if column in changes} if service else None
    values = {name: value for name, value in form.given().items() if touched is None or name in touched}
    made.rows.append(
        {
            "row": number,
            "service": service.pk if service else None,
            "venue": venue.pk,
            "name": form.cleaned_data["name"],
            "changes": changes,
            "values": values,
        }
    )


# What the verbs take, by the field of the form that says it.
FIELDS_OF = {
    **{field: field for field in COLUMNS.values() if field and field not in ("category", "price")},
    "category_id": "category",
    "price_cents": "price",
}


def whose(row: dict[str, str], known: Known) -> tuple[Service | None, Venue | None, str]:
    """The service and venue that the row is about, or what is wrong with it."""
    number = row.get("numero", "")
    if not number:
        venue = known.venues.get(row.get("numero_lieu", ""))
        return None, venue, "" if venue else _("Nouveau service : écrivez le numéro d'un de vos lieux.")
    service = known.services.get(number)
    if service is None:
        return None, None, _("Aucun de vos services n'a ce numéro.")
    if number in known.seen:
        return None, None, _("Ce numéro est déjà plus haut dans le fichier.")
    known.seen.add(number)
    return service, service.venue, ""


def form_data(row: dict[str, str], before: dict[str, Any], known: Known) -> dict[str, Any]:
    """What the page would have sent; a column that is not in the file keeps its value."""
    data = {**before, "price": euros(before["price"])} if before else {}
    for column, field in COLUMNS.items():
        if field and column in row:
            data[field] = read_cell(field, row[column], known)
    return {name: value for name, value in data.items() if value is not None}


def read_cell(field: str, cell: str, known: Known) -> Any:
    if field == "category":
        return known.categories.get(fold(cell), cell)
    if field in LISTS:
        words = {fold(str(word)): code for code, label in LISTS[field].choices for word in (code, label)}
        return [words.get(fold(part), part.strip()) for part in cell.split("|") if part.strip()]
    return cell


def row_errors(number: int, form: ServiceForm) -> list[dict[str, Any]]:
    columns = {field: column for column, field in COLUMNS.items() if field}
    return [
        {"row": number, "column": columns.get(field, ""), "message": str(message)}
        for field, messages in form.errors.items()
        for message in messages
    ]


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """Line ends are the spreadsheet program's own."""
    return {
        field: [before.get(field, ""), value]
        for field, value in after.items()
        if before.get(field, "").replace("\r\n", "\n").strip() != value.replace("\r\n", "\n").strip()
    }


def keep(organization: Organization, name: str, made: Plan, by: User, at: datetime) -> BulkEdit:
    """The plan, kept to be confirmed."""
    return BulkEdit.objects.create(
        organization=organization,
        uploaded_by=by,
        name=name[:200],
        rows=made.rows,
        errors=made.errors,
        created_at=at,
    )


def confirm(*, edit: BulkEdit) -> bool:
    """True the first time only."""
    waiting = BulkEdit.objects.filter(pk=edit.pk, status=Status.PREVIEW)
    return bool(waiting.update(status=Status.QUEUED))


def cancel(*, edit: BulkEdit, at: datetime) -> None:
    """What is done stays done; the rest is not."""
    stoppable = BulkEdit.objects.filter(
        pk=edit.pk, status__in=[Status.PREVIEW, Status.QUEUED, Status.RUNNING]
    )
    stoppable.update(status=Status.CANCELLED, finished_at=at)


def forget(at: datetime) -> int:
    """The spreadsheets of a month ago; what they changed is in the journal. Returns how many."""
    over = BulkEdit.objects.exclude(status__in=[Status.QUEUED, Status.RUNNING])
    return over.filter(created_at__lt=at - KEPT).delete()[0]


def apply_chunk(edit_id: int, at: datetime) -> bool:
    """The next rows; False when none is left to do. Two at once do different chunks: the row is locked."""
    edit = BulkEdit.objects.select_related("uploaded_by").get(pk=edit_id)
    with acting(edit.uploaded_by):
        edit = (
            BulkEdit.objects.select_for_update(of=("self",))
            .select_related("uploaded_by", "organization")
            .get(pk=edit_id)
        )
        if edit.status not in (Status.QUEUED, Status.RUNNING):
            return False
        by = edit.uploaded_by
        if by is None or not may(by, Capability.EDIT_OFFER, edit.organization):
            finish(edit, Status.FAILED, at)
            return False
        rows = list(islice(edit.rows, edit.done, edit.done + CHUNK))
        apply_rows(edit, rows, by, at)
        edit.done += len(rows)
        edit.status = Status.RUNNING
        if edit.done >= len(edit.rows):
            finish(edit, Status.DONE, at)
        else:
            edit.save(update_fields=["done", "status", "errors"])
        return edit.status == Status.RUNNING


def finish(edit: BulkEdit, status: str, at: datetime) -> None:
    edit.status, edit.finished_at = status, at
    edit.save(update_fields=["done", "status", "errors", "finished_at"])


def apply_rows(edit: BulkEdit, rows: list[dict[str, Any]], by: User, at: datetime) -> None:
    """Locks the venues of the new services, then the services, each in order of number."""
    chunk = Chunk.locked(edit.organization_id, rows)
    sender, writes = Sender(by, at), Writes()
    for row in rows:
        try:
            if row["service"] is None:
                add(chunk, row, sender, writes)
            else:
                change(chunk, row, sender, writes)
        except Refused as refused:
            edit.errors.append({"row": row["row"], "column": "", "message": str(refused)})
    writes.flush()


@dataclass
class Chunk:
    """What the rows of a chunk are about, as it is now, by number."""

    venues: dict[int, Venue]
    services: dict[int, Service]
    waiting: dict[int, Service]
    positions: dict[int, int]

    @classmethod
    def locked(cls, organization_id: int, rows: list[dict[str, Any]]) -> "Chunk":
        venues = Venue.objects.filter(organization=organization_id, merged_into=None)
        venues = venues.filter(pk__in={row["venue"] for row in rows if row["service"] is None})
        services = own_services(organization_id).filter(
            pk__in={row["service"] for row in rows if row["service"]}
        )
        held = {row.pk: row for row in venues.order_by("pk").select_for_update()}
        found = {row.pk: row for row in services.order_by("pk").select_for_update(of=("self",))}
        revisions = Service.objects.filter(replaces__in=found).order_by("pk").select_for_update()
        return cls(held, found, {row.replaces_id: row for row in revisions if row.replaces_id}, {})


def add(chunk: Chunk, row: dict[str, Any], sender: Sender, writes: Writes) -> None:
    venue = chunk.venues.get(row["venue"])
    if venue is None:
        raise Refused(_("Ce lieu n'est plus à votre structure."))
    position = chunk.positions[venue.pk] if venue.pk in chunk.positions else next_position(venue)
    chunk.positions[venue.pk] = position + 1
    writes.put(Service(venue=venue, position=position), {**row["values"], **sender.values})


def change(chunk: Chunk, row: dict[str, Any], sender: Sender, writes: Writes) -> None:
    service = chunk.services.get(row["service"])
    if service is None:
        raise Refused(_("Ce service n'existe plus."))
    edit_locked(service, chunk.waiting.get(service.pk), row["values"], sender, writes)
