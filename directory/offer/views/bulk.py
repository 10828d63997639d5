"""Services by spreadsheet: download, upload, look at what would change, confirm, follow."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.limits import SPREADSHEETS
from directory.models import BulkEdit, Organization
from directory.offer import bulk
from directory.offer.spreadsheets import MOST_BYTES, SheetRefused, read, write_csv, write_xlsx
from directory.offer.tasks import start_bulk_edit
from directory.offer.views.entering import for_editors

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_SHOWN = 200
EDITS_SHOWN = 20


@require_safe
@for_editors
def download(request: SignedInRequest, organization: Organization, kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx"):
        raise Http404
    rows = bulk.exported(organization)
    content = write_csv(rows) if kind == "csv" else write_xlsx(rows, "services")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)
    response["Content-Disposition"] = f'attachment; filename="services-{organization.pk}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@for_editors
def upload(request: SignedInRequest, organization: Organization) -> HttpResponse:
    error, wait = "", 0
    if request.method == "POST" and (wait := SPREADSHEETS.wait(request.user.pk, timezone.now())):
        error = _(
            "Vous avez envoyé beaucoup de fichiers en peu de temps. Attendez une heure, puis recommencez."
        )
    elif request.method == "POST":
        try:
            return redirect("offer:bulk_edit", organization.pk, planned(request, organization).pk)
        except (SheetRefused, Refused) as refused:
            error = str(refused)
    edits = organization.bulk_edits.select_related("uploaded_by").defer("rows", "errors")[:EDITS_SHOWN]
    context = {"organization": organization, "error": error, "edits": edits}
    response = render(request, "offer/bulk.html", context, status=429 if wait else 200)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def planned(request: SignedInRequest, organization: Organization) -> BulkEdit:
    """What the file sent would change, kept. Raises SheetRefused, Refused."""
    file = request.FILES.get("file")
    if file is None:
        raise SheetRefused(_("Choisissez un fichier."))
    made = bulk.plan(organization, read(file.read(MOST_BYTES + 1)))
    if not made.rows and not made.errors:
        raise SheetRefused(_("Ce fichier ne change rien : tout est déjà comme cela."))
    return bulk.keep(organization, file.name or "", made, request.user, timezone.now())


@require_safe
@for_editors
def edit(request: SignedInRequest, organization: Organization, edit_id: int) -> HttpResponse:
    """The preview, then the progress: the same address, whenever it is loaded."""
    found = get_object_or_404(organization.bulk_edits, pk=edit_id)
    context = {
        "organization": organization,
        "edit": found,
        "total": len(found.rows),
        "rows": [{**row, "changes": in_columns(row["changes"])} for row in found.rows[:ROWS_SHOWN]],
        "more": max(0, len(found.rows) - ROWS_SHOWN),
        "errors": found.errors[:ROWS_SHOWN],
        "running": found.status in (BulkEdit.Status.QUEUED, BulkEdit.Status.RUNNING),
    }
    return render(request, "offer/bulk_edit.html", context)


def in_columns(changes: dict[str, list[str]]) -> dict[str, list[str]]:
    """By the names the author knows: those of the columns."""
    columns = {field: column for column, field in bulk.COLUMNS.items()}
    return {columns.get(field, field): change for field, change in changes.items()}


@require_POST
@for_editors
def confirm(request: SignedInRequest, organization: Organization, edit_id: int) -> HttpResponse:
    found = get_object_or_404(organization.bulk_edits, pk=edit_id)
    if bulk.confirm(edit=found):
        start_bulk_edit(found.pk)
    return redirect("offer:bulk_edit", organization.pk, found.pk)


@require_POST
@for_editors
def cancel(request: SignedInRequest, organization: Organization, edit_id: int) -> HttpResponse:
    found = get_object_or_404(organization.bulk_edits, pk=edit_id)
    bulk.cancel(edit=found, at=timezone.now())
    messages.success(request, _("Arrêté. Ce qui était déjà fait reste fait."))
    return redirect("offer:bulk_edit", organization.pk, found.pk)
