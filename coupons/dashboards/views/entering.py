"""What the pages of this room share: who enters, whose campaign, how fresh the figures are."""

from typing import Any

from django.shortcuts import get_object_or_404

from coupons import reporting
from coupons.dashboards.showing import threshold
from coupons.models import Campaign
from directory.entry import for_members
from directory.models import Organization
from directory.rights import Capability

for_viewers = for_members(Capability.SEE)
for_managers = for_members(Capability.MANAGE_CAMPAIGNS)


def own_campaign(organization: Organization, campaign_id: int) -> Campaign:
    """404 for a campaign of others."""
    return get_object_or_404(
        Campaign.objects.filter(organization=organization).defer("logo", "summary"), pk=campaign_id
    )


def freshness() -> dict[str, Any]:
    """In two queries."""
    return {"as_of": reporting.as_of(), "late": reporting.is_late(), "threshold": threshold()}
