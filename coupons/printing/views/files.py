"""A file, fetched once; the manifest, at any time."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.models import PrintFile, PrintJob
from coupons.printing import fetching, jobs, manifest
from coupons.printing.tasks import start_printing
from coupons.printing.views.entering import for_operators, for_those_who_see
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.offer.spreadsheets import write_csv


@require_http_methods(["GET", "POST"])
@for_operators
def file(request: SignedInRequest, file_id: int) -> HttpResponseBase:
    """GET says what will happen; POST is the download."""
    found = one_file(file_id)
    if request.method != "POST":
        return render(request, "printing/desk/file.html", {"file": found})
    try:
        opened = fetching.fetch(file=found, by=request.user, at=timezone.now())
    except Refused as refused:
        context = {"file": one_file(file_id), "error": str(refused)}
        return render(request, "printing/desk/file.html", context, status=409)
    name = f"{found.job.order.number}-{found.job_id}-{found.number:04d}.pdf"
    response = FileResponse(opened, as_attachment=True, filename=name, content_type="application/pdf")
    response["Content-Length"] = str(found.size)
    # Already as small as it gets, and its length tells a download cut short.
    response["Content-Encoding"] = "identity"
    response["Cache-Control"] = "no-store"
    return response


def one_file(file_id: int) -> PrintFile:
    rows = PrintFile.objects.select_related("job__order", "first_booklet", "last_booklet", "fetched_by")
    return get_object_or_404(rows, pk=file_id)


@require_POST
@for_operators
def reprint(request: SignedInRequest, file_id: int) -> HttpResponse:
    found = one_file(file_id)
    try:
        made = jobs.reprint(file=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("printing:file", file_id)
    start_printing(made.pk)
    return redirect("printing:job", made.pk)


@require_safe
@for_those_who_see
def manifest_file(request: SignedInRequest, job_id: int, kind: str) -> HttpResponse:
    job = get_object_or_404(PrintJob.objects.select_related("order__campaign__organization"), pk=job_id)
    if kind == "json":
        response: HttpResponse = JsonResponse(manifest.as_dict(job), json_dumps_params={"indent": 1})
    elif kind == "csv":
        response = HttpResponse(write_csv(manifest.as_rows(job)), content_type="text/csv; charset=utf-8")
    else:
        raise Http404
    name = f"manifeste-{job.order.number}-{job.pk}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
