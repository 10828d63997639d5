"""A sponsor's dashboards: all its campaigns, one of them, its map, its figures line by line."""

from dataclasses import dataclass, replace
from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from coupons import reporting
from coupons.accepting import Rule
from coupons.choices import EntryKind
from coupons.dashboards import exporting, mapping, opening, reading, showing, what_if
from coupons.dashboards.figures import TABLES, Figures, table_of
from coupons.dashboards.keeping import kept
from coupons.dashboards.panels import panels
from coupons.dashboards.reading import Moved
from coupons.dashboards.tables import Table
from coupons.dashboards.views.entering import for_managers, for_viewers, freshness, own_campaign
from coupons.discretion import K
from coupons.models import Campaign
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.views.entering import paged
from directory.rights import Capability, may

ROWS, KEPT_PAGES = 100, 20
MOST_REMOTE = 200
# A person who asks waits at most so long; the worker does the rest.
PATIENCE_S = 3.0
NOTHING = Moved(0, 0, 0)


@dataclass(frozen=True)
class Summed:
    """A campaign in the list: coupons handed over, and used, None when too few to be told."""

    campaign: Campaign
    handed_over: int
    used: int | None
    paid_cents: int | None
    percent: int


@require_safe
@for_viewers
def overview(request: SignedInRequest, organization: Organization) -> HttpResponse:
    rows = Campaign.objects.filter(organization=organization).exclude(frozen_at=None).defer("logo", "summary")
    found = paged(request, rows.order_by("-pk"))
    context = {
        "organization": organization,
        "page": found,
        "campaigns": summed(list(found)),
        **freshness(),
    }
    return render(request, "dashboards/overview.html", context)


def summed(campaigns: list[Campaign]) -> list[Summed]:
    """In two queries."""
    numbers = [campaign.pk for campaign in campaigns]
    moved, used = reading.movements(numbers), reading.uses_of_each(numbers)
    found = []
    for one in campaigns:
        kinds = moved[one.pk]
        cents = -sum(
            kinds.get(kind, NOTHING).outstanding for kind in (EntryKind.HAND_OVER, EntryKind.REISSUE)
        )
        handed = cents // one.face_value_cents
        uses = used.get(one.pk)
        told = uses is None or uses.payments == 0 or uses.payments >= K
        coupons = uses.coupons if uses else 0
        paid = uses.paid_cents if uses else 0
        percent = round(100 * coupons / handed) if handed and told else 0
        found.append(Summed(one, handed, coupons if told else None, paid if told else None, percent))
    return found


@require_safe
@for_viewers
def dashboard(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    campaign = own_campaign(organization, campaign_id)
    context = {
        "organization": organization,
        "campaign": campaign,
        **panels(Figures([campaign])),
        "manages": may(request.user, Capability.MANAGE_CAMPAIGNS, organization),
        **freshness(),
    }
    return render(request, "dashboards/campaign.html", context)


@require_safe
@xframe_options_sameorigin
@csp_update({"script-src": [SELF, NONCE], "style-src": [SELF, NONCE]})
@for_viewers
def campaign_map(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """The folium map alone, for the frame of the dashboard."""
    campaign = own_campaign(organization, campaign_id)
    level = "epci" if request.GET.get("niveau") == "epci" else "commune"
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
    drawn = mapping.drawn(Figures([campaign]), campaign, level, nonce=nonce)
    return render(request, "directory/area_map.html", {"name": campaign.name, **drawn})


@require_safe
@for_viewers
def lines(
    request: SignedInRequest, organization: Organization, campaign_id: int, figure: str
) -> HttpResponse:
    """All that a figure is made of, as far as it is told."""
    campaign = own_campaign(organization, campaign_id)
    if figure not in TABLES:
        raise Http404
    asked = request.GET.get("page", "1")[:9]
    number = int(asked) if asked.isdecimal() else 1
    context = {
        "organization": organization,
        "campaign": campaign,
        **lines_of_page(campaign, figure, number),
        **freshness(),
    }
    return render(request, "dashboards/lines.html", context)


def lines_of_page(campaign: Campaign, figure: str, number: int) -> dict[str, Any]:
    """The first pages are kept by themselves: a long table takes longer to fetch than to page through."""
    if number > KEPT_PAGES:
        return paged_lines(campaign, figure, number)
    return kept(f"page.{figure}.{number}", [campaign.pk], lambda: paged_lines(campaign, figure, number))


def paged_lines(campaign: Campaign, figure: str, number: int) -> dict[str, Any]:
    table = kept_table(campaign, figure)
    page = Paginator(table.lines, ROWS).get_page(number)
    return {
        "table": replace(table, lines=[]),
        "rows": showing.rows(table, list(page)),
        "total": showing.totals(table),
        "next": page.next_page_number() if page.has_next() else None,
    }


def kept_table(campaign: Campaign, figure: str) -> Table:
    figures = Figures([campaign])
    return kept(f"table.{figure}", figures.numbers, lambda: table_of(figures, figure))


@require_safe
@for_viewers
def export(
    request: SignedInRequest, organization: Organization, campaign_id: int, figure: str, form: str
) -> HttpResponseBase:
    campaign = own_campaign(organization, campaign_id)
    if figure not in TABLES or form not in exporting.WRITERS:
        raise Http404
    table = kept_table(campaign, figure)
    return sent(exporting.WRITERS[form](table), form, f"{campaign.slug}-{figure}")


def sent(pieces: Any, form: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=exporting.TYPES[form])
    file = f"{name}-{timezone.localdate():%Y-%m-%d}.{form}"
    answer["Content-Disposition"] = content_disposition_header(True, file) or "attachment"
    return answer


@require_safe
@for_viewers
def white_zones(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    campaign = own_campaign(organization, campaign_id)
    figures, today = Figures([campaign]), timezone.localdate()
    remote = kept(
        f"remote.{today}",
        figures.numbers,
        lambda: what_if.remote(figures, Rule.of(campaign), today, MOST_REMOTE),
    )
    context = {"organization": organization, "campaign": campaign, "remote": remote, **freshness()}
    return render(request, "dashboards/white_zones.html", context)


@require_POST
@for_viewers
def refresh(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """Count what happened since, now."""
    reporting.refresh(batch=1_000, seconds=PATIENCE_S)
    if reporting.is_late():
        messages.info(request, _("Il reste beaucoup à compter : la suite arrive dans quelques minutes."))
    else:
        messages.success(request, _("Les chiffres sont à jour."))
    return redirect(back_to(request, organization))


def back_to(request: HttpRequest, organization: Organization) -> str:
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/"):
        return asked
    return f"/espace/{organization.pk}/"


@require_POST
@for_managers
def open_data(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """Tick, or untick: anybody may have the aggregates."""
    campaign = own_campaign(organization, campaign_id)
    is_open = "open" in request.POST
    opening.let_open(campaign=campaign, is_open=is_open, by=request.user)
    sentence = (
        _("Les chiffres de cette campagne sont publics.")
        if is_open
        else _("Les chiffres ne sont plus publics.")
    )
    messages.success(request, sentence)
    return redirect("dashboards:campaign", organization.pk, campaign.pk)
