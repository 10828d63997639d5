"""Where: the address or the pin of a venue, and the territory a service is rendered in at home."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directory.entry import SignedInRequest
from directory.models import Organization, Service
from directory.offer import coverage as covering
from directory.offer.place_forms import AddressForm, ZoneForm, degrees
from directory.offer.places import find, place_venue
from directory.offer.views.entering import done, for_editors, own_service, own_venue
from geodata import gazetteer
from geodata.models import Area


@require_http_methods(["GET", "POST"])
@for_editors
def place(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    if venue.itinerant:
        return redirect("offer:stops", organization.pk, venue.pk)
    current = venue.places.filter(is_stop=False).first()
    form = AddressForm(request.POST or None, initial=AddressForm.initial_of(current))
    if request.method == "POST" and form.is_valid():
        form = found_on_the_map(request, form)
        if form.cleaned_data["point"] and done(
            request,
            lambda: place_venue(
                venue=venue,
                point=form.cleaned_data["point"],
                address=form.written,
                by=request.user,
                at=timezone.now(),
            ),
            _("Le lieu est placé."),
        ):
            return redirect("offer:venue", organization.pk, venue.pk)
    return render(request, "offer/place.html", {"organization": organization, "venue": venue, "form": form})


def found_on_the_map(request: SignedInRequest, form: Any) -> Any:
    """The form as it is, or, to be looked at, with the place of its address: `point` is then None."""
    if form.cleaned_data["point"] and "find" not in request.POST:
        return form
    found = find(form.written.text)
    if found is None:
        messages.error(request, _("Cette adresse n'est pas trouvée. Déplacez le repère sur la carte."))
    elif found.exact:
        messages.info(request, _("Trouvé : %(label)s. Vérifiez, puis enregistrez.") % {"label": found.label})
    else:
        words = {"label": found.label}
        messages.info(request, _("Seule la commune est trouvée : %(label)s. Déplacez le repère.") % words)
    shown = type(form)({**form.data.dict(), **(degrees(found.point) if found else {})})
    shown.is_valid()
    shown.cleaned_data["point"] = None
    return shown


@require_http_methods(["GET", "POST"])
@for_editors
def coverage(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    """Official areas are searched by name and added one by one; a zone may be drawn beside them."""
    service = own_service(organization, service_id)
    form = ZoneForm(request.POST if "zone" in request.POST else None)
    if request.method == "POST":
        if "zone" not in request.POST:
            change_areas(request, service)
        elif form.is_valid():
            zone = form.cleaned_data["zone"]
            done(
                request,
                lambda: covering.draw_zone(service=service, geom=zone, by=request.user),
                _("La zone est enregistrée."),
            )
        if not form.errors:
            return redirect("offer:service_coverage", organization.pk, service.pk)
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    drawn = covering.drawn_zone(service)
    shape = form.repaired or (drawn.geom if drawn else None)
    context = {
        "organization": organization,
        "service": service,
        "areas": service.coverage.defer("geom").select_related(None).order_by("level", "name"),
        "asked": asked,
        "found": gazetteer.areas(asked, limit=10) if asked else [],
        "form": form,
        "shape": json.dumps(json.loads(shape.geojson)) if shape else "",
        "refused_shape": request.POST.get("zone", "")[:100_000] if form.errors and not form.repaired else "",
        "centre": service.venue.places.located().first(),
    }
    return render(request, "offer/coverage.html", context)


def change_areas(request: SignedInRequest, service: Service) -> None:
    """`add` or `remove`: the number of an area."""
    for name, verb in (("add", covering.add_area), ("remove", covering.remove_area)):
        number = request.POST.get(name, "")[:12]
        if number.isdecimal():
            choice = Area.objects.current().exclude(level=Area.Level.CUSTOM)
            areas = choice if name == "add" else service.coverage.all()
            area = get_object_or_404(areas, pk=int(number))
            done(request, lambda verb=verb, area=area: verb(service=service, area=area, by=request.user))  # type: ignore[misc]
