"""The platform's desk: what waits; stale venues, reports and claims."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_staff
from directory.models import Claim, ErrorReport, Venue
from directory.rights import StaffCapability, belongs_to, staff_may
from directory.upkeep import claiming
from directory.upkeep.forms import ReasonForm
from directory.upkeep.lists import page
from directory.upkeep.views.reports import answering, open_first
from directory.upkeep.waiting import waiting

for_reviewers = for_staff(StaffCapability.REVIEW)


@require_safe
@for_staff(StaffCapability.SEE_AUDIT)
def home(request: SignedInRequest) -> HttpResponse:
    """Everybody of the staff enters; what waits for a reviewer is shown to reviewers."""
    reviews = staff_may(request.user, StaffCapability.REVIEW)
    context = {
        "waiting": waiting(timezone.now()) if reviews else [],
        "manages_staff": staff_may(request.user, StaffCapability.MANAGE_STAFF),
    }
    return render(request, "upkeep/desk/home.html", context)


@require_safe
@for_reviewers
def stale(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = Venue.objects.filter(published=True, freshness__stale_on__lte=today)
    found = page(request, rows.select_related("freshness", "organization"))
    states = [(venue, venue.freshness.state_on(today)) for venue in found.rows]
    return render(request, "upkeep/desk/stale.html", {"states": states, "next_url": found.next_url})


@require_safe
@for_reviewers
def reports(request: SignedInRequest) -> HttpResponse:
    rows = ErrorReport.objects.select_related("venue__organization")
    found = page(request, open_first(rows, request), key="-pk")
    return render(request, "upkeep/desk/reports.html", {"page": found, "all": "tous" in request.GET})


@require_http_methods(["GET", "POST"])
@for_reviewers
def report(request: SignedInRequest, report_id: int) -> HttpResponse:
    rows = ErrorReport.objects.select_related("venue__organization", "handled_by")
    return answering(request, get_object_or_404(rows, pk=report_id), "upkeep:desk_reports", {})


@require_safe
@for_reviewers
def claims(request: SignedInRequest) -> HttpResponse:
    rows = Claim.objects.select_related("venue", "organization").filter(status=Claim.Status.SUBMITTED)
    return render(request, "upkeep/desk/claims.html", {"page": page(request, rows), "now": timezone.now()})


@require_safe
@for_reviewers
def claim(request: SignedInRequest, claim_id: int) -> HttpResponse:
    return claim_page(request, any_claim(claim_id), ReasonForm())


def any_claim(claim_id: int) -> Claim:
    rows = Claim.objects.select_related("venue__venue_type", "organization", "created_by", "decided_by")
    return get_object_or_404(rows, pk=claim_id)


def claim_page(request: SignedInRequest, found: Claim, form: ReasonForm, status: int = 200) -> HttpResponse:
    others = found.venue.claims.filter(status=Claim.Status.SUBMITTED).exclude(pk=found.pk)
    context = {
        "claim": found,
        "form": form,
        "places": found.venue.places.order_by("pk")[:3],
        "others": others.select_related("organization").order_by("pk")[:20],
        "own": belongs_to(request.user, found.organization),
    }
    return render(request, "upkeep/desk/claim.html", context, status=status)


@require_POST
@for_reviewers
def accept(request: SignedInRequest, claim_id: int) -> HttpResponse:
    found = any_claim(claim_id)
    return decided(request, lambda: claiming.accept(claim=found, by=request.user, at=timezone.now()))


@require_POST
@for_reviewers
def refuse(request: SignedInRequest, claim_id: int) -> HttpResponse:
    found, form = any_claim(claim_id), ReasonForm(request.POST)
    if not form.is_valid():
        return claim_page(request, found, form, 422)
    reason = form.cleaned_data["reason"]
    act = {"claim": found, "reason": reason, "by": request.user, "at": timezone.now()}
    return decided(request, lambda: claiming.refuse(**act))


def decided(request: SignedInRequest, act: Callable[[], None]) -> HttpResponse:
    """Back to the list, with what was done or why it was not."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("C'est décidé. La structure est prévenue par e-mail."))
    return redirect("upkeep:desk_claims")
