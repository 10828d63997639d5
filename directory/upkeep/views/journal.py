"""The journal of changes, of one organisation or of everything, on pages and as CSV."""

from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from directory.entry import SignedInRequest, for_members, for_staff
from directory.models import Organization
from directory.rights import Capability, StaffCapability
from directory.upkeep.trail import Trail, TrailForm

# Without it a spreadsheet takes UTF-8 for something older.
BOM = "\ufeff"
Answer = HttpResponse | StreamingHttpResponse


class Echo:
    """`csv.writer` writes to it and gets the line back."""

    def write(self, line: str) -> str:
        return line


@require_safe
@for_members(Capability.SEE)
def of_organization(request: SignedInRequest, organization: Organization) -> HttpResponse:
    return journal_page(request, Trail(organization), "upkeep/journal.html", {"organization": organization})


@require_safe
@for_members(Capability.SEE)
def organization_csv(request: SignedInRequest, organization: Organization) -> Answer:
    context = {"organization": organization}
    return journal_csv(request, Trail(organization), "upkeep/journal.html", context)


@require_safe
@for_staff(StaffCapability.SEE_AUDIT)
def of_platform(request: SignedInRequest) -> HttpResponse:
    return journal_page(request, Trail(), "upkeep/desk/journal.html", {})


@require_safe
@for_staff(StaffCapability.SEE_AUDIT)
def platform_csv(request: SignedInRequest) -> Answer:
    return journal_csv(request, Trail(), "upkeep/desk/journal.html", {})


def journal_page(
    request: SignedInRequest, trail: Trail, template: str, context: dict[str, Any]
) -> HttpResponse:
    form = TrailForm(request.GET)
    context = {**context, "form": form}
    if not form.is_valid():
        return render(request, template, context, status=400)
    found = trail.page(form.narrowed(trail.changes()), form.cleaned_data["before"])
    query = request.GET.copy()
    query.pop("before", None)
    context |= {"rows": found.rows, "query": query.urlencode()}
    if found.next_before:
        query["before"] = str(found.next_before)
        context["next_url"] = f"?{query.urlencode()}"
    return render(request, template, context)


def journal_csv(request: SignedInRequest, trail: Trail, template: str, context: dict[str, Any]) -> Answer:
    form = TrailForm(request.GET)
    if not form.is_valid():
        return render(request, template, {**context, "form": form}, status=400)
    lines = trail.export(form.narrowed(trail.changes()), Echo())
    answer = StreamingHttpResponse(chain([BOM], lines), content_type="text/csv; charset=utf-8")
    name = f"journal-{timezone.localdate():%Y-%m-%d}.csv"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
