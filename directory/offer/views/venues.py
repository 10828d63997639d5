"""The venues of an organisation: list, sheet, preview, public or not."""

from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.accounts.refusals import Refused
from directory.choices import ReviewStatus
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.forms import VenueForm
from directory.offer.preview import PreviewedSheet
from directory.offer.venues import create_venue, edit_venue, hide_venue, publish_venue, what_is_missing
from directory.offer.views.entering import done, for_editors, own_venue, paged


@require_safe
@for_editors
def venues(request: SignedInRequest, organization: Organization) -> HttpResponse:
    asked = request.GET.get("nom", "").replace("\0", "")[:100]
    rows = organization.venues.filter(merged_into=None)
    rows = rows.filter(name__named=asked) if asked else rows
    rows = rows.select_related("venue_type").order_by("name", "pk")
    own = Q(services__replaces=None)
    rows = rows.annotate(
        offered=Count("services", filter=Q(services__status=ReviewStatus.APPROVED), distinct=True),
        written=Count("services", filter=own, distinct=True),
        communes=ArrayAgg("places__commune", filter=~Q(places__commune=""), distinct=True, default=[]),
    )
    query = urlencode({"nom": asked}) + "&" if asked else ""
    context = {"organization": organization, "page": paged(request, rows), "asked": asked, "query": query}
    return render(request, "offer/venues.html", context)


@require_http_methods(["GET", "POST"])
@for_editors
def new(request: SignedInRequest, organization: Organization) -> HttpResponse:
    form = VenueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = create_venue(
                organization=organization, fields=form.given(), by=request.user, at=timezone.now()
            )
            return redirect("offer:venue", organization.pk, created.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "offer/venue_edit.html", {"organization": organization, "form": form})


@require_safe
@for_editors
def venue(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    """What is there, what is missing, and where each part is edited."""
    found = own_venue(organization, venue_id)
    services = found.services.filter(replaces=None).select_related("category", "revision")
    context = {
        "organization": organization,
        "venue": found,
        "missing": [] if found.published else what_is_missing(found),
        "places": found.places.order_by("name", "pk"),
        "page": paged(request, services),
        "closures": found.closures.filter(during__endswith__gt=timezone.localdate()).order_by("during"),
    }
    return render(request, "offer/venue.html", context)


@require_http_methods(["GET", "POST"])
@for_editors
def edit(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    found = own_venue(organization, venue_id)
    form = VenueForm(request.POST or None, initial=VenueForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            edit_venue(venue=found, fields=form.given(), by=request.user, at=timezone.now())
            return redirect("offer:venue", organization.pk, found.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"organization": organization, "venue": found, "form": form}
    return render(request, "offer/venue_edit.html", context)


@require_safe
@for_editors
def preview(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    """The public sheet as it would be if everything written were approved."""
    found = own_venue(organization, venue_id)
    sheet = PreviewedSheet(found, at=timezone.now(), page=request.GET.get("page", "1")[:9])
    context = sheet.context(request.build_absolute_uri(found.get_absolute_url()))
    return render(request, "offer/preview.html", {**context, "organization": organization})


@require_POST
@for_editors
def publish(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    found = own_venue(organization, venue_id)
    done(
        request,
        lambda: publish_venue(venue=found, by=request.user, at=timezone.now()),
        _("La fiche est publique."),
    )
    return redirect("offer:venue", organization.pk, found.pk)


@require_POST
@for_editors
def hide(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    found = own_venue(organization, venue_id)
    done(request, lambda: hide_venue(venue=found, by=request.user), _("La fiche n'est plus publique."))
    return redirect("offer:venue", organization.pk, found.pk)
