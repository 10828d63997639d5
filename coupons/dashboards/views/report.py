"""The territorial report of a campaign, as a PDF."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from coupons.dashboards.keeping import kept
from coupons.dashboards.report import pdf
from coupons.dashboards.views.entering import for_viewers, own_campaign
from directory.entry import SignedInRequest
from directory.models import Organization


@require_safe
@for_viewers
def report(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    campaign = own_campaign(organization, campaign_id)
    made = kept(f"report.{timezone.localdate()}", [campaign.pk], lambda: pdf(campaign, at=timezone.now()))
    answer = HttpResponse(made, content_type="application/pdf")
    name = f"rapport-{campaign.slug}-{timezone.localdate():%Y-%m-%d}.pdf"
    answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return answer
