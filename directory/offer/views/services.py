"""The services of an organisation: list, write, send to review, withdraw, put in order."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.accounts.refusals import Refused
from directory.choices import ReviewStatus
from directory.entry import SignedInRequest
from directory.models import Organization, Service
from directory.offer.forms import ServiceForm
from directory.offer.publishing import (
    create_service,
    delete_service,
    edit_service,
    move_service,
    submit,
    withdraw,
)
from directory.offer.views.entering import done, for_editors, own_service, own_venue, paged


@require_safe
@for_editors
def services(request: SignedInRequest, organization: Organization) -> HttpResponse:
    asked = request.GET.get("etat", "")
    rows = Service.objects.filter(venue__organization=organization, venue__merged_into=None, replaces=None)
    if asked in ReviewStatus.values:
        rows = rows.filter(status=asked) | rows.filter(revision__status=asked)
    rows = rows.select_related("venue", "category", "revision")
    rows = rows.order_by("venue__name", "venue", "position", "pk")
    context = {
        "organization": organization,
        "page": paged(request, rows),
        "asked": asked,
        "query": f"etat={asked}&" if asked in ReviewStatus.values else "",
        "states": ReviewStatus.choices,
    }
    return render(request, "offer/services.html", context)


@require_http_methods(["GET", "POST"])
@for_editors
def new(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = own_venue(organization, venue_id)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = create_service(venue=venue, fields=form.given(), by=request.user)
            return saved(request, organization, created)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"organization": organization, "venue": venue, "form": form}
    return render(request, "offer/service.html", context)


@require_http_methods(["GET", "POST"])
@for_editors
def service(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    found = own_service(organization, service_id)
    if found.replaces_id:
        return redirect("offer:service", organization.pk, found.replaces_id)
    form = ServiceForm(request.POST or None, initial=ServiceForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        given = form.given()
        if done(
            request,
            lambda: edit_service(service=found, fields=given, by=request.user, at=timezone.now()),
            _("Le service est enregistré."),
        ):
            return saved(request, organization, found)
    context = {
        "organization": organization,
        "venue": found.venue,
        "service": found,
        "revision": getattr(found, "revision", None),
        "form": form,
        "at_home": "at_home" in found.modes,
    }
    return render(request, "offer/service.html", context)


def saved(request: SignedInRequest, organization: Organization, service: Service) -> HttpResponse:
    """Saved; sent to review too, when the button says so."""
    if "submit" in request.POST:
        done(
            request,
            lambda: submit(service=service, by=request.user, at=timezone.now()),
            _("Le service est envoyé à la relecture."),
        )
    return redirect("offer:service", organization.pk, service.pk)


def acted(
    request: SignedInRequest,
    organization: Organization,
    service_id: int,
    act: Callable[[Service], object],
    success: str,
) -> HttpResponse:
    found = own_service(organization, service_id)
    back = found.replaces_id or found.pk
    done(request, lambda: act(found), success)
    if Service.objects.filter(pk=back).exists():
        return redirect("offer:service", organization.pk, back)
    return redirect("offer:venue", organization.pk, found.venue_id)


@require_POST
@for_editors
def send(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    def act(found: Service) -> None:
        submit(service=found, by=request.user, at=timezone.now())

    return acted(request, organization, service_id, act, _("Le service est envoyé à la relecture."))


@require_POST
@for_editors
def take_back(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    def act(found: Service) -> None:
        withdraw(service=found, by=request.user)

    return acted(request, organization, service_id, act, _("C'est retiré."))


@require_POST
@for_editors
def delete(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    def act(found: Service) -> None:
        delete_service(service=found, by=request.user)

    return acted(request, organization, service_id, act, _("Le service est supprimé."))


@require_POST
@for_editors
def move(request: SignedInRequest, organization: Organization, service_id: int) -> HttpResponse:
    """`up`: one rank up; anything else: one rank down."""
    found = own_service(organization, service_id)
    done(request, lambda: move_service(service=found, up="up" in request.POST, by=request.user))
    return redirect("offer:venue", organization.pk, found.venue_id)
