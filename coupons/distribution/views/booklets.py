"""The booklets: how many are where, one by its number, and what to do when it is lost."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coupons.choices import BookletStatus
from coupons.distribution.finding import find, own
from coupons.distribution.forms import LossForm, NumberForm
from coupons.distribution.history import coupons_by_state, events
from coupons.distribution.losing import cancel
from coupons.distribution.stock import stock_of
from coupons.distribution.views.entering import for_managers, for_viewers, own_booklet, points_of
from coupons.distribution.views.handing import refused_number
from coupons.models import Booklet
from coupons.querysets import BookletQuerySet
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.rights import Capability, may
from directory.upkeep.lists import number as read_id
from directory.upkeep.lists import page


@require_http_methods(["GET", "POST"])
@for_viewers
def booklets(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """A number is searched by POST: a secret code typed by mistake is left in no address."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = find(organization, form.cleaned_data["number"])
            return redirect("distribution:booklet", organization.pk, found.pk)
        except Refused as refused:
            form = refused_number(form, refused)
    context = {
        "organization": organization,
        "form": form,
        "stock": stock_of(organization, points_of(organization)),
        "page": page(request, listed(request, organization)),
        "states": BookletStatus.choices,
        "asked": request.GET.get("etat", ""),
        "may_hand_over": may(request.user, Capability.HAND_OVER, organization),
    }
    return render(request, "distribution/booklets.html", context)


def listed(request: HttpRequest, organization: Organization) -> BookletQuerySet:
    """All, or those of one state, of one point."""
    rows = own(organization)
    if request.GET.get("etat") in BookletStatus.values:
        rows = rows.filter(status=request.GET["etat"])
    point = read_id(request.GET.get("point", ""))
    return rows.filter(delivery_point=point) if point else rows


@require_http_methods(["GET"])
@for_viewers
def booklet(request: SignedInRequest, organization: Organization, booklet_id: int) -> HttpResponse:
    found = own_booklet(organization, booklet_id)
    context = {
        "organization": organization,
        "booklet": found,
        "events": events(found),
        "coupons": coupons_by_state(found),
        "replacement": Booklet.objects.filter(replaces=found).first(),
        "may_hand_over": may(request.user, Capability.HAND_OVER, organization),
        "may_cancel": may(request.user, Capability.ORDER, organization),
    }
    return render(request, "distribution/booklet.html", context)


@require_http_methods(["GET", "POST"])
@for_managers
def lost(request: SignedInRequest, organization: Organization, booklet_id: int) -> HttpResponse:
    found = own_booklet(organization, booklet_id)
    form = LossForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = cancel(booklet=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, cancelled_words(made))
            return redirect("distribution:booklet", organization.pk, found.pk)
    context = {
        "organization": organization,
        "booklet": found,
        "form": form,
        "coupons": coupons_by_state(found),
    }
    return render(request, "distribution/lost.html", context)


def cancelled_words(made: Booklet | None) -> str:
    if made is None:
        return _("Le carnet est annulé. Ses chèques ne marchent plus.")
    words = {"number": made.number}
    return _("Le carnet est annulé. Le carnet %(number)s le remplace : il attend d'être imprimé.") % words
