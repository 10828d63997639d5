"""An organisation claims a venue known from an import: from its public sheet, or by looking for it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_members
from directory.models import Listing, Organization, Venue
from directory.rights import Capability
from directory.upkeep import claiming
from directory.upkeep.forms import ClaimForm, FindForm, WhichOrganizationForm
from directory.upkeep.lists import page
from directory.words import text_query

MOST_FOUND = 20


def free_venues() -> QuerySet[Venue]:
    """Public, and nobody's yet."""
    return Venue.objects.public().filter(organization=None, merged_into=None)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def which(request: SignedInRequest, venue_id: int) -> HttpResponse:
    """From the public sheet: for which of one's organisations?"""
    venue = get_object_or_404(free_venues(), pk=venue_id)
    organizations = Organization.objects.for_user(request.user, Capability.EDIT_OFFER)
    found = list(organizations[:2])
    if len(found) == 1 and request.method == "GET":
        return redirect("upkeep:claim", org_id=found[0].pk, venue_id=venue.pk)
    form = WhichOrganizationForm(request.POST or None, organizations=organizations)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["organization"]
        return redirect("upkeep:claim", org_id=chosen.pk, venue_id=venue.pk)
    return render(request, "upkeep/claim_which.html", {"venue": venue, "form": form if found else None})


@require_safe
@for_members(Capability.EDIT_OFFER)
def claims(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """What was claimed and what became of it; and the search for a venue to claim."""
    form = FindForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    made = page(request, organization.claims.select_related("venue"), key="-pk")
    context = {"organization": organization, "page": made, "form": form, "words": words}
    return render(request, "upkeep/claims.html", context | {"found": looked_for(words) if words else []})


def looked_for(words: str) -> list[Listing]:
    rows = Listing.objects.filter(text__words=text_query(words), venue__organization=None)
    return list(rows.select_related("venue", "place").order_by("name", "pk")[:MOST_FOUND])


@require_http_methods(["GET", "POST"])
@for_members(Capability.EDIT_OFFER)
def claim(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = get_object_or_404(free_venues(), pk=venue_id)
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {"venue": venue, "organization": organization, "proof": form.cleaned_data["proof"]}
        try:
            claiming.claim(**told, by=request.user, at=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Votre demande est envoyée. Nous vous répondrons par e-mail."))
        return redirect("upkeep:claims", org_id=organization.pk)
    context = {"organization": organization, "venue": venue, "form": form}
    return render(request, "upkeep/claim.html", context | {"places": venue.places.order_by("pk")[:3]})
