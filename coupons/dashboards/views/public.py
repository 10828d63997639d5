"""Open data of a campaign: for anybody, where its sponsor says so; else there is no such address."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from coupons.dashboards import opening
from coupons.dashboards.views.sponsor import sent
from coupons.models import Campaign

WRITERS = {"csv": opening.as_csv, "json": opening.as_json}


@require_safe
def open_data(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    rows = Campaign.objects.filter(open_data=True).select_related("organization").defer("logo")
    campaign = get_object_or_404(rows, slug=slug)
    if form not in WRITERS:
        raise Http404
    answer = sent(WRITERS[form](campaign, timezone.localdate()), form, campaign.slug)
    answer["Link"] = f'<{opening.LICENCE_URL}>; rel="license"'
    return answer
