"""« Et si la règle changeait ? »"""

from datetime import date
from hashlib import sha256

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coupons.accepting import Rule
from coupons.dashboards import showing
from coupons.dashboards.figures import Figures
from coupons.dashboards.forms import RuleForm
from coupons.dashboards.keeping import kept
from coupons.dashboards.views.entering import for_viewers, freshness, own_campaign
from coupons.dashboards.what_if import Outcome, outcome
from directory.entry import SignedInRequest
from directory.models import Organization


@require_safe
@for_viewers
def what_if(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    campaign = own_campaign(organization, campaign_id)
    figures, rule = Figures([campaign]), Rule.of(campaign)
    form = RuleForm(request.GET, campaign=campaign, figures=figures, rule=rule)
    asked, valid = form.is_bound, form.is_bound and form.is_valid()
    then = form.changed if valid else rule
    found = kept_outcome(figures, rule, then, timezone.localdate()) if valid or not asked else None
    context = {
        "organization": organization,
        "campaign": campaign,
        "form": form,
        "asked": asked,
        "found": found,
        "within": [
            {
                "km": one.km,
                "now": showing.percent(one.now),
                "then": showing.percent(one.then),
                "now_width": round(100 * one.now),
                "then_width": round(100 * one.then),
            }
            for one in (found.within if found else [])
        ],
        **freshness(),
    }
    return render(request, "dashboards/what_if.html", context, status=400 if asked and not valid else 200)


def kept_outcome(figures: Figures, now: Rule, then: Rule, on: date) -> Outcome | None:
    told = f"{sorted(then.areas)} {sorted(then.venue_types)} {sorted(then.categories)}"
    name = f"what_if.{sha256(told.encode()).hexdigest()[:32]}.{on}"
    [found] = kept(name, figures.numbers, lambda: [outcome(figures, now, then, on)])
    return found
