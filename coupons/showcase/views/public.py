"""The pages of a campaign that anybody may see. A campaign never ordered, or closed by its sponsor, has none: 404."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from coupons.eligible import CampaignScheme
from coupons.models import Campaign
from coupons.rules import in_words
from coupons.showcase import finding, territory
from directory.criteria import Criteria
from directory.embedding import embedding
from directory.forms import SearchForm
from directory.links import map_url, search_url
from directory.matching import Matching
from directory.whereabouts import found_place, near_misses

SECONDS_FRESH = 24 * 3600
# Around a territory, in degrees: its border is seen whole.
MARGIN = 0.02


def shown_campaign(slug: str) -> Campaign:
    campaigns = Campaign.objects.final().select_related("organization").defer("logo")
    return get_object_or_404(campaigns, slug=slug, public=True)


@require_safe
def campaign(request: HttpRequest, campaign_slug: str) -> HttpResponse:
    found = shown_campaign(campaign_slug)
    scheme, now = CampaignScheme.of(found), timezone.now()
    criteria = Criteria(campaign=scheme)
    matching = Matching(criteria, now)
    ended = scheme.out_of_force(matching.today)
    context = {
        **about(found),
        "rule": in_words(found),
        "ended": ended,
        "reaches_nothing": not ended and not matching.reached().exists(),
        "outline_url": scheme.outline_url,
        "map_url": map_url(criteria),
        "bbox": view_of(found),
        "results_url": search_url(criteria),
        **embedding(request.build_absolute_uri("/").rstrip("/"), criteria, ""),
    }
    return render(request, "showcase/campaign.html", context)


def about(campaign: Campaign) -> dict[str, Any]:
    """What every page of a campaign says at its head."""
    has_logo = Campaign.objects.filter(pk=campaign.pk, logo__isnull=False).exists()
    return {"campaign": campaign, "has_logo": has_logo, "nav": "results"}


def view_of(campaign: Campaign) -> str:
    """What the map shows first: "west,south,east,north"; empty for a rule without territory."""
    extent = territory.extent(territory.outline(campaign))
    if not extent:
        return ""
    west, south, east, north = extent
    return f"{west - MARGIN:.4f},{south - MARGIN:.4f},{east + MARGIN:.4f},{north + MARGIN:.4f}"


@require_safe
def nearest(request: HttpRequest, campaign_slug: str) -> HttpResponse:
    """The ten places nearest to somewhere, to be printed; without a place, it is asked for."""
    found = shown_campaign(campaign_slug)
    scheme, now = CampaignScheme.of(found), timezone.now()
    form = SearchForm({name: request.GET.get(name, "") for name in ("place", "lon", "lat")})
    context: dict[str, Any] = {
        **about(found),
        "on": timezone.localdate(now),
        "ended": scheme.out_of_force(timezone.localdate(now)),
    }
    if not form.is_valid():
        return render(
            request, "showcase/nearest.html", {**context, "place_error": _("Dites où vous êtes.")}, status=400
        )
    place, origin = form.cleaned_data["place"], form.cleaned_data["point"]
    context["place"] = place
    if place and not origin:
        known = found_place(place)
        if known is None:
            missed = near_misses(place, Criteria(campaign=scheme), "directory:results")
            return render(request, "showcase/nearest.html", {**context, "place_error": missed["place_error"]})
        origin, context["place"] = known.point, known.full_label
    if origin:
        context["places"] = finding.nearest(scheme, origin, now)
        context["search_url"] = search_url(Criteria(campaign=scheme, point=origin), context["place"])
    return render(request, "showcase/nearest.html", context)


@require_safe
@cache_control(public=True, max_age=SECONDS_FRESH)
def outline(request: HttpRequest, campaign_slug: str) -> HttpResponse:
    """Its territory, for maps: of closed pages too, since holders of its coupons go on searching."""
    found = get_object_or_404(Campaign.objects.final().defer("logo"), slug=campaign_slug)
    geometry = territory.outline(found)
    if geometry is None:
        raise Http404
    return JsonResponse({"type": "Feature", "properties": {}, "geometry": geometry})


@require_safe
@cache_control(public=True, max_age=3600)
def logo(request: HttpRequest, campaign_slug: str) -> HttpResponse:
    campaign = shown_campaign(campaign_slug)
    png = Campaign.objects.filter(pk=campaign.pk).values_list("logo", flat=True)[0]
    if not png:
        raise Http404
    return HttpResponse(bytes(png), content_type="image/png")
