"""When: the week editor of a place and of a service, and the closures of a venue."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.place_forms import ClosureForm, WeekForm
from directory.offer.places import set_hours
from directory.offer.publishing import edit_service
from directory.offer.venues import close_venue, open_again
from directory.offer.views.entering import done, for_editors, own_service, own_venue
from directory.offer.week import Week, from_osm, to_osm, warnings


@require_http_methods(["GET", "POST"])
@for_editors
def venue_hours(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    place = venue.places.filter(is_stop=False).first()
    if place is None:
        return redirect("offer:stops" if venue.itinerant else "offer:venue_place", organization.pk, venue.pk)
    back = reverse("offer:venue", args=[organization.pk, venue.pk])
    context = {"organization": organization, "venue": venue, "back": back, "back_words": venue.name}
    return week_page(
        request,
        place.hours,
        lambda hours: set_hours(place=place, hours=hours, by=request.user, at=timezone.now()),
        context,
    )


@require_http_methods(["GET", "POST"])
@for_editors
def service_hours(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    """An empty week: those of the venue."""
    service = own_service(organization, service_id)
    back = reverse("offer:service", args=[organization.pk, service.pk])
    context = {"organization": organization, "service": service, "back": back, "back_words": service.name}
    return week_page(
        request,
        service.schedule,
        lambda hours: edit_service(
            service=service, fields={"schedule": hours}, by=request.user, at=timezone.now()
        ),
        context,
    )


def week_page(
    request: SignedInRequest, raw: str, save: Callable[[str], object], context: dict[str, Any]
) -> HttpResponse:
    """Saved at once when nothing looks odd; else once its author has read what does."""
    read = from_osm(raw)
    form = WeekForm(request.POST or None, week=read or Week())
    odd: list[str] = []
    if request.method == "POST" and form.is_valid():
        odd = [] if "confirmed" in request.POST else warnings(form.week)
        if not odd and done(request, lambda: save(to_osm(form.week)), _("Les horaires sont enregistrés.")):
            return redirect(context["back"])
    context = {**context, "form": form, "warnings": odd, "unread": "" if read else raw}
    return render(request, "offer/week.html", context)


@require_http_methods(["GET", "POST"])
@for_editors
def closures(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close = {**form.cleaned_data, "venue": venue, "by": request.user, "at": timezone.now()}
        if done(request, lambda: close_venue(**close), _("La fermeture est enregistrée.")):
            return redirect("offer:closures", organization.pk, venue.pk)
    rows = venue.closures.order_by("-during")
    context = {"organization": organization, "venue": venue, "form": form, "closures": rows}
    return render(request, "offer/closures.html", context)


@require_POST
@for_editors
def closure_remove(
    request: SignedInRequest, organization: Organization, venue_id: int, closure_id: int
) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    closure = get_object_or_404(venue.closures, pk=closure_id)
    done(
        request,
        lambda: open_again(closure=closure, by=request.user, at=timezone.now()),
        _("La fermeture est supprimée."),
    )
    return redirect("offer:closures", organization.pk, venue.pk)
