"""The public pages. Each reads its address, asks the domain one thing, and lays the answer out."""

from datetime import date
from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.core.cache import caches
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt, xframe_options_sameorigin
from django.views.decorators.http import require_safe

from directory import maps
from directory.criteria import Criteria
from directory.embedding import embedding
from directory.filter_panel import FilterPanel
from directory.forms import SearchForm
from directory.links import FRAMED, RESULTS, map_url, search_url
from directory.models import Listing, Venue
from directory.portrait import Portrait, figures
from directory.referential import referential
from directory.search import Page, VenueSearch
from directory.sheet import Sheet
from directory.whereabouts import found_place, heading, near_misses
from geodata.models import Area

SECONDS_FIGURES_STAND = 300


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    numbers = caches["process"].get_or_set("directory.figures", counted_today, SECONDS_FIGURES_STAND)
    context = {"figures": numbers, "categories": referential().main_categories}
    return render(request, "directory/home.html", context)


def counted_today() -> dict[str, int]:
    return figures(Listing.objects.labelled_on(today()))


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    return searched(request, RESULTS, "base.html")


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def framed(request: HttpRequest) -> HttpResponse:
    """The same search for a frame in somebody else's page: it reads no session and sets no cookie."""
    return searched(request, FRAMED, "directory/frame.html")


def searched(request: HttpRequest, page: str, frame: str) -> HttpResponse:
    form = SearchForm(request.GET)
    around = {"nav": "results", "frame": frame, "search_page": reverse(page), "framed": page == FRAMED}
    if not form.is_valid():
        return render(request, "directory/refused.html", {"errors": form.errors, **around}, status=400)
    criteria, place = form.criteria(), form.cleaned_data["place"]
    if place and not criteria.point and not criteria.bbox:
        found = found_place(place)
        if not found:
            return render(request, "directory/results.html", unknown_place(criteria, place, page) | around)
        radius_km = form.cleaned_data["radius_km"]
        there = criteria.but(point=found.point, radius_m=radius_km and radius_km * 1000)
        return redirect(search_url(there, found.full_label, page))
    context = results_context(criteria, place, page) | around
    if page == RESULTS:
        context |= embedding(request.build_absolute_uri("/").rstrip("/"), criteria, place)
    return render(request, "directory/results.html", context)


def results_context(criteria: Criteria, place: str, address: str) -> dict[str, Any]:
    search = VenueSearch(criteria, at=timezone.now())
    page = search.page()
    widened = [] if page.results else search.widened()
    return {
        **FilterPanel(criteria, search.facets(), place, address).context(),
        **about_scheme(criteria, search, page, address),
        "place": place,
        "heading": heading(criteria, place, page),
        "results": page.results,
        "next_url": page.next_cursor and search_url(criteria.but(cursor=page.next_cursor), place, address),
        "remote": [] if criteria.cursor else search.remote(limit=3),
        "widened": [
            {"label": w.label, "total": w.total, "url": search_url(w.criteria, place, address)}
            for w in widened
        ],
        "map_url": map_url(criteria),
        "origin": criteria.point,
        "bbox": criteria.parameters().get("bbox", ""),
    }


def about_scheme(criteria: Criteria, search: VenueSearch, page: Page, address: str) -> dict[str, Any]:
    """What the page says of the coupons it is asked about, if any."""
    scheme = criteria.campaign
    if scheme is None:
        return {}
    ended = scheme.out_of_force(search.matching.today)
    return {
        "scheme": scheme,
        "ended": ended,
        "reaches_nothing": not (ended or page.results or search.matching.reached().exists()),
        "without_scheme_url": search_url(criteria.without("campaign", "payable"), "", address),
    }


def unknown_place(criteria: Criteria, place: str, address: str) -> dict[str, Any]:
    """The page when nobody knows where the place is: what was typed, and what is spelt like it."""
    return {
        **FilterPanel(criteria, {}, "", address).context(),
        "place": place,
        "scheme": criteria.campaign,
        **near_misses(place, criteria, address),
        "map_url": map_url(criteria),
    }


@require_safe
def venue(request: HttpRequest, venue_id: int, slug: str) -> HttpResponse:
    """A venue merged into another leads to it, for good."""
    rows = Venue.objects.select_related("venue_type", "organization", "merged_into", "freshness", "feedback")
    found = get_object_or_404(rows.filter(Q(published=True) | Q(merged_into__published=True)), pk=venue_id)
    address = (found.merged_into or found).get_absolute_url()
    if request.path != address:
        return redirect(address, permanent=True)
    sheet = Sheet(found, at=timezone.now(), page=request.GET.get("page", "1")[:9])
    context = sheet.context(request.build_absolute_uri()) | freshness_of(found)
    return render(request, "directory/venue.html", context)


def freshness_of(venue: Venue) -> dict[str, Any]:
    """Nothing for a venue that nobody manages."""
    found = getattr(venue, "freshness", None)
    return {"freshness": found, "freshness_state": found.state_on(today()) if found else ""}


@require_safe
def area(request: HttpRequest, level: str, code: str) -> HttpResponse:
    found = current_area(level, code)
    return render(request, "directory/area.html", Portrait(found, today()).context())


@require_safe
@xframe_options_sameorigin
@csp_update({"script-src": [SELF, NONCE], "style-src": [SELF, NONCE]})  # type: ignore[arg-type]
def area_map(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """The folium map alone, for the frame of the territory's page."""
    found = current_area(level, code)
    parts = maps.territory(found, Portrait(found, today()).on_the_map(), nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
    return render(request, "directory/area_map.html", {"name": found.name, **parts})


def current_area(level: str, code: str) -> Area:
    return get_object_or_404(Area.objects.current().select_related("parent", "epci"), level=level, code=code)


def today() -> date:
    return timezone.localdate()


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """For whom? Then one page each."""
    return render(request, "directory/how.html", {"nav": "how"})


@require_safe
def how_beneficiary(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/how_beneficiary.html", {"nav": "how"})


@require_safe
def how_provider(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/how_provider.html", {"nav": "how"})


@require_safe
def how_sponsor(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/how_sponsor.html", {"nav": "how"})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/about.html", {"map_hosts": settings.BASEMAP_HOSTS})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/accessibility.html")
