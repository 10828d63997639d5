"""The kit of a labelled venue: what there is, and each of its PDFs, made when asked for."""

from io import BytesIO

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from directory.entry import SignedInRequest, for_members
from directory.label import kit as kits
from directory.models import Organization, Venue
from directory.rights import Capability, may


def labelled_venue(organization: Organization, venue_id: int) -> Venue:
    """Of this organisation and labelled today, or 404."""
    venue = get_object_or_404(organization.venues.select_related("venue_type"), pk=venue_id)
    if not kits.is_held(venue):
        raise Http404
    return venue


@require_safe
@for_members(Capability.SEE)
def kit(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    venue = labelled_venue(organization, venue_id)
    context = {
        "organization": organization,
        "venue": venue,
        "parts": kits.PARTS,
        "may_publish": may(request.user, Capability.EDIT_OFFER, organization),
    }
    return render(request, "label/kit.html", context)


@require_safe
@for_members(Capability.SEE)
def pdf(request: SignedInRequest, organization: Organization, venue_id: int, part: str) -> FileResponse:
    venue = labelled_venue(organization, venue_id)
    if part not in kits.PARTS:
        raise Http404
    name = f"aptic-{part}-{venue.pk}.pdf"
    return FileResponse(
        BytesIO(kits.pdf(venue, part)), as_attachment=True, filename=name, content_type="application/pdf"
    )
