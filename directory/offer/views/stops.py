"""The round of an itinerant venue: its stops, and the visits of each."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.entry import SignedInRequest
from directory.models import Organization, Place, Venue
from directory.offer.place_forms import StopForm, VisitForm, VisitFormSet, round_of
from directory.offer.places import remove_stop, save_stop
from directory.offer.rounds import Round, from_osm, to_osm
from directory.offer.views.entering import done, for_editors, own_venue
from directory.offer.views.place import found_on_the_map
from directory.sheet import PlaceHours


@require_safe
@for_editors
def stops(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    """Each stop with the next days on which it is visited."""
    venue = own_venue(organization, venue_id)
    if not venue.itinerant:
        return redirect("offer:venue_place", organization.pk, venue.pk)
    closures = list(venue.closures.all())
    rows = [
        PlaceHours(stop, timezone.now(), closures) for stop in venue.places.order_by("commune", "name", "pk")
    ]
    return render(request, "offer/stops.html", {"organization": organization, "venue": venue, "stops": rows})


@require_http_methods(["GET", "POST"])
@for_editors
def stop(
    request: SignedInRequest, organization: Organization, venue_id: int, stop_id: int | None = None
) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    current = get_object_or_404(venue.places, pk=stop_id, is_stop=True) if stop_id else None
    calendar = from_osm(current.hours) if current else Round()
    form, visits = forms_of(request, current, calendar or Round())
    if request.method == "POST" and form.is_valid() and visits.is_valid():
        form = found_on_the_map(request, form)
        if form.cleaned_data["point"] and done(
            request, lambda: save(request, venue, current, form, visits), _("L'arrêt est enregistré.")
        ):
            return redirect("offer:stops", organization.pk, venue.pk)
    context = {
        "organization": organization,
        "venue": venue,
        "stop": current,
        "form": form,
        "visits": visits,
        "unread": current.hours if current and calendar is None else "",
    }
    return render(request, "offer/stop.html", context)


def forms_of(request: SignedInRequest, current: Place | None, calendar: Round) -> tuple[Any, Any]:
    data = request.POST or None
    initial = {**StopForm.initial_of(current), "closed_on_holidays": calendar.closed_on_holidays}
    lines = [VisitForm.initial_of(visit) for visit in calendar.visits]
    return StopForm(data, initial=initial), VisitFormSet(data, initial=lines, prefix="visits")


def save(request: SignedInRequest, venue: Venue, current: Place | None, form: Any, visits: Any) -> Place:
    hours = to_osm(round_of(visits, form.cleaned_data["closed_on_holidays"]))
    return save_stop(
        venue=venue,
        stop=current,
        point=form.cleaned_data["point"],
        address=form.written,
        hours=hours,
        by=request.user,
        at=timezone.now(),
    )


@require_POST
@for_editors
def remove(request: SignedInRequest, organization: Organization, venue_id: int, stop_id: int) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    found = get_object_or_404(venue.places, pk=stop_id, is_stop=True)
    done(
        request,
        lambda: remove_stop(stop=found, by=request.user, at=timezone.now()),
        _("L'arrêt est supprimé."),
    )
    return redirect("offer:stops", organization.pk, venue.pk)
