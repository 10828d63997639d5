"""Whether a campaign has a public page. Its coupons are good in any case, and holders go on searching."""

from coupons.models import Campaign
from directory.audit import acting
from directory.models import User


def set_public(*, campaign: Campaign, public: bool, by: User) -> None:
    """Locks the campaign."""
    with acting(by):
        current = Campaign.objects.select_for_update().get(pk=campaign.pk)
        current.public = public
        current.save(update_fields=["public"])
