"""The platform's desk of those who ask to be in an organisation that nobody manages."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from directory.accounts import joining
from directory.accounts.views.members import joining_decided
from directory.entry import SignedInRequest, for_staff
from directory.models import JoinRequest
from directory.rights import StaffCapability
from directory.upkeep.lists import page

for_reviewers = for_staff(StaffCapability.REVIEW)


@require_safe
@for_reviewers
def requests(request: SignedInRequest) -> HttpResponse:
    found = page(request, joining.waiting_for_reviewers(timezone.now()))
    rows = [joining.with_form(row, joining.manager_roles(row.organization)) for row in found.rows]
    return render(request, "upkeep/desk/join_requests.html", {"page": found, "requests": rows})


@require_POST
@for_reviewers
def accept(request: SignedInRequest, request_id: int) -> HttpResponse:
    return joining_decided(request, get_object_or_404(JoinRequest, pk=request_id), "upkeep:desk_joins")


@require_POST
@for_reviewers
def refuse(request: SignedInRequest, request_id: int) -> HttpResponse:
    asked = get_object_or_404(JoinRequest, pk=request_id)
    return joining_decided(request, asked, "upkeep:desk_joins", accepted=False)
