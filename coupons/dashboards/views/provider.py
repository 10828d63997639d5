"""A provider's activity."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coupons.dashboards import showing
from coupons.dashboards.activity import Activity
from coupons.dashboards.keeping import kept
from coupons.dashboards.views.entering import for_viewers, freshness
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.rights import Capability, may


@require_safe
@for_viewers
def activity(request: SignedInRequest, organization: Organization) -> HttpResponse:
    found = Activity(organization)
    drawn = kept("activity", [organization.pk], lambda: charts(found))
    context = {
        "organization": organization,
        **drawn,
        # What is owed is for those who see money.
        "due": found.due() if may(request.user, Capability.SEE_MONEY, organization) else None,
        "echo": found.satisfaction(),
        "to_confirm": found.to_confirm(timezone.now()),
        "confirms": may(request.user, Capability.CONFIRM, organization),
        **freshness(),
    }
    return render(request, "dashboards/activity.html", context)


def charts(found: Activity) -> dict[str, Any]:
    return {
        "all": found.all_uses,
        "months": showing.shown(found.months(), standing=True),
        "by": [showing.shown(one) for one in (found.services(), found.categories())],
        "who": [showing.shown(one) for one in (found.publics(), found.origins())],
    }
