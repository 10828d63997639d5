""" "Signaler une erreur", by anybody; and what the organisation answers."""

from allauth.core.internal.httpkit import get_client_ip
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_members
from directory.models import ErrorReport, Organization, Venue
from directory.rights import Capability
from directory.upkeep import posts, reporting
from directory.upkeep.forms import AnswerForm, ReportForm
from directory.upkeep.lists import page


@require_http_methods(["GET", "POST"])
@never_cache
def report(request: HttpRequest, venue_id: int) -> HttpResponse:
    venue = get_object_or_404(Venue.objects.public().select_related("organization"), pk=venue_id)
    form = ReportForm(request.POST or None)
    if request.method == "POST":
        if not posts.one_more(posts.sender_of(get_client_ip(request)), timezone.now()):
            return respond_429(request)
        if form.is_valid() and _reported(venue, form):
            return redirect("upkeep:report_thanks", venue_id=venue.pk)
    return render(request, "upkeep/report.html", {"venue": venue, "form": form})


def _reported(venue: Venue, form: ReportForm) -> bool:
    """A program that filled in the hidden field is thanked like anybody, and nothing is kept."""
    if form.is_of_a_program:
        return True
    told = {name: form.cleaned_data[name] for name in ("kind", "message", "email")}
    try:
        reporting.report(venue=venue, **told, at=timezone.now())
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@require_safe
def thanks(request: HttpRequest, venue_id: int) -> HttpResponse:
    venue = get_object_or_404(Venue.objects.public(), pk=venue_id)
    return render(request, "upkeep/report_thanks.html", {"venue": venue})


def open_first(rows: QuerySet[ErrorReport], request: HttpRequest) -> QuerySet[ErrorReport]:
    """Those to answer; all of them when `?tous` asks."""
    rows = rows.select_related("venue", "handled_by")
    return rows if "tous" in request.GET else rows.filter(status=ErrorReport.Status.OPEN)


@require_safe
@for_members(Capability.CONFIRM)
def reports(request: SignedInRequest, organization: Organization) -> HttpResponse:
    rows = ErrorReport.objects.filter(venue__organization=organization)
    found = page(request, open_first(rows, request), key="-pk")
    context = {"organization": organization, "page": found, "all": "tous" in request.GET}
    return render(request, "upkeep/reports.html", context)


@require_http_methods(["GET", "POST"])
@for_members(Capability.CONFIRM)
def answer(request: SignedInRequest, organization: Organization, report_id: int) -> HttpResponse:
    rows = ErrorReport.objects.select_related("venue", "handled_by")
    found = get_object_or_404(rows, pk=report_id, venue__organization=organization)
    return answering(request, found, "upkeep:reports", {"organization": organization}, organization.pk)


def answering(
    request: SignedInRequest, found: ErrorReport, back: str, context: dict[str, object], *arguments: object
) -> HttpResponse:
    """The report, and the form to answer it: the same for its organisation and for the platform."""
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reporting.answer(report=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("C'est noté. Merci."))
        return redirect(back, *arguments)
    template = "upkeep/report_answer.html" if "organization" in context else "upkeep/desk/report.html"
    return render(request, template, {"report": found, "form": form, **context})
