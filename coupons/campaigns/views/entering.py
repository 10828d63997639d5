"""What the pages of this room share: who may enter, and whose campaign it is."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from coupons.models import Campaign
from directory.entry import for_members
from directory.models import Organization
from directory.rights import Capability, may

for_readers = for_members(Capability.SEE)
for_managers = for_members(Capability.MANAGE_CAMPAIGNS)


def own_campaign(organization: Organization, campaign_id: int) -> Campaign:
    """404 for a campaign of others."""
    return get_object_or_404(
        organization.campaigns.select_related("organization").defer("logo"), pk=campaign_id
    )


def manages(request: HttpRequest, organization: Organization) -> bool:
    return may(request.user, Capability.MANAGE_CAMPAIGNS, organization)  # type: ignore[arg-type]
