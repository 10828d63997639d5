"""An organisation's venues, the oldest confirmation first, each confirmed in one click."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability
from directory.upkeep import freshness
from directory.upkeep.lists import page


@require_safe
@for_members(Capability.CONFIRM)
def venues(request: SignedInRequest, organization: Organization) -> HttpResponse:
    today = timezone.localdate()
    rows = organization.venues.filter(merged_into=None).select_related("freshness")
    late = rows.filter(freshness__due_on__lte=today)
    only_late = request.GET.get("toutes") is None and late.exists()
    found = page(request, late if only_late else rows)
    states = [(venue, venue.freshness.state_on(today)) for venue in found.rows]
    context = {
        "organization": organization,
        "states": states,
        "next_url": found.next_url,
        "only_late": only_late,
        "all": request.GET.get("toutes") is not None,
    }
    return render(request, "upkeep/venues.html", context)


@require_POST
@for_members(Capability.CONFIRM)
def confirm(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = get_object_or_404(organization.venues, pk=venue_id)
    try:
        freshness.confirm(venue=venue, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Merci. « %(name)s » est vérifié aujourd'hui.") % {"name": venue.name})
    return redirect("upkeep:venues", org_id=organization.pk)
