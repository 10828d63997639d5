"""Funds: for everybody, a list and its map; for the platform, opening, names, statements and accounts."""

from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons import payees
from coupons.books import funds
from coupons.books.forms import FundForm, NewFundForm, YearForm
from coupons.models import CooperationFund
from directory import maps
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_staff
from directory.rights import StaffCapability, staff_may
from geodata.models import Area

form_page = require_http_methods(["GET", "HEAD", "POST"])
FOUND = 8


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    return render(request, "books/funds.html", {"standings": funds.standings()})


@require_safe
@xframe_options_sameorigin
@csp_update({"script-src": [SELF, NONCE], "style-src": [SELF, NONCE]})
def chart(request: HttpRequest) -> HttpResponse:
    """The folium map alone, for the frame of the page: the largest territory first, the smaller ones upon it."""
    with_area = CooperationFund.objects.select_related("area").exclude(area=None)
    by_area = {one.area.pk: one.name for one in with_area if one.area}
    areas = list(Area.objects.filter(pk__in=list(by_area)).most_specific_first())[::-1]
    parts = maps.territories(
        [(area, by_area[area.pk]) for area in areas],
        nonce=str(request.csp_nonce),  # type: ignore[attr-defined]
    )
    return render(request, "directory/area_map.html", {"name": _("Territoires des fonds"), **parts})


@require_safe
@for_staff(StaffCapability.SEE_BOOKS)
def desk(request: SignedInRequest) -> HttpResponse:
    context = {
        "standings": funds.standings(),
        "settles": staff_may(request.user, StaffCapability.SETTLE),
    }
    return render(request, "books/desk/funds.html", context)


@form_page
@for_staff(StaffCapability.SETTLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Without a script: a search shows territories to tick."""
    form = NewFundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = funds.create(**form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("Le fonds « %(name)s » est ouvert.") % {"name": made.name})
            return redirect("books:desk_fund", made.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    text = request.GET.get("q", "").strip()[:100]
    context = {
        "form": form,
        "text": text,
        "name": request.POST.get("name") or request.GET.get("name", ""),
        "chosen": request.POST.get("area", ""),
        "found": territories(text) if text else [],
    }
    return render(request, "books/desk/new_fund.html", context, status=422 if form.errors else 200)


def territories(text: str) -> list[Area]:
    """Official ones of that name; those that begin with it are what one means."""
    named = Area.objects.current().named_like(text).exclude(level=Area.Level.CUSTOM).select_related("fund")
    return list(
        named.select_related("fund", "parent").defer("geom", "parent__geom").most_specific_first()[:FOUND]
    )


def any_fund(fund_id: int) -> CooperationFund:
    rows = CooperationFund.objects.select_related("area").defer("area__geom")
    return get_object_or_404(rows, pk=fund_id)


@require_safe
@for_staff(StaffCapability.SEE_BOOKS)
def fund(request: SignedInRequest, fund_id: int) -> HttpResponse:
    return render(request, "books/desk/fund.html", told(request, any_fund(fund_id)))


def told(request: SignedInRequest, found: CooperationFund, **more: Any) -> dict[str, Any]:
    year_form = YearForm(request.GET)
    this_year = timezone.localdate().year
    year = year_form.cleaned_data["year"] if year_form.is_valid() else this_year
    shares = funds.statement(found, year)
    [standing] = [one for one in funds.standings() if one.fund.pk == found.pk]
    return {
        "fund": found,
        "standing": standing,
        "shares": shares,
        "total": sum(share.cents for share in shares),
        "year": year,
        "years": [this_year - 2, this_year - 1, this_year],
        "payouts": funds.payouts(found)[:24],
        "in_force": payees.in_force(found, timezone.now()),
        "settles": staff_may(request.user, StaffCapability.SETTLE),
        "name_form": FundForm(initial={"name": found.name}),
        **more,
    }


@require_POST
@for_staff(StaffCapability.SETTLE)
def rename(request: SignedInRequest, fund_id: int) -> HttpResponse:
    found, form = any_fund(fund_id), FundForm(request.POST)
    if not form.is_valid():
        return render(request, "books/desk/fund.html", told(request, found, name_form=form), status=422)
    funds.rename(fund=found, name=form.cleaned_data["name"], by=request.user)
    messages.success(request, _("Le fonds a son nouveau nom."))
    return redirect("books:desk_fund", found.pk)
