"""What a sponsor takes from, and decides of, the public page of its campaign."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.gis.geos import Point
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.models import Campaign
from coupons.showcase import leaflet as leaflets_of
from coupons.showcase.publishing import set_public
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability, may
from directory.whereabouts import found_place

LONGEST_PLACE = 200


def own_campaign(organization: Organization, campaign_id: int) -> Campaign:
    """404 for a campaign of others, and for one that was never ordered: it has no page yet."""
    campaigns = organization.campaigns.final().select_related("organization").defer("logo")
    return get_object_or_404(campaigns, pk=campaign_id)


@require_safe
@for_members(Capability.SEE)
def leaflets(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """For which place the leaflet is: one of the delivery points, or a town."""
    found = own_campaign(organization, campaign_id)
    context = {
        "organization": organization,
        "campaign": found,
        "points": organization.delivery_points.in_use().exclude(point=None),
        "manages": may(request.user, Capability.MANAGE_CAMPAIGNS, organization),
        "place": request.GET.get("place", "")[:LONGEST_PLACE],
    }
    if context["place"]:
        context["place_error"] = _(
            "Nous ne trouvons pas ce lieu. Essayez le nom d'une ville ou un code postal."
        )
    return render(request, "showcase/leaflets.html", context)


@require_safe
@for_members(Capability.SEE)
def leaflet(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    found = own_campaign(organization, campaign_id)
    if not found.public:
        messages.error(request, _("Ouvrez d'abord la page publique : le dépliant y conduit."))
        return redirect("showcase:leaflets", organization.pk, found.pk)
    chosen = place_of(request, organization)
    if chosen is None:
        asked = urlencode({"place": request.GET.get("place", "")[:LONGEST_PLACE]})
        return redirect(f"{reverse('showcase:leaflets', args=[organization.pk, found.pk])}?{asked}")
    where, origin = chosen
    response = HttpResponse(
        leaflets_of.pdf(found, where=where, origin=origin, at=timezone.now()), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="depliant-{found.slug}.pdf"'
    return response


def place_of(request: HttpRequest, organization: Organization) -> tuple[str, Point] | None:
    """The delivery point asked for (404 for one of others), or the town; None when nobody knows it."""
    if number := request.GET.get("remise"):
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Http404
        point = get_object_or_404(organization.delivery_points.exclude(point=None), pk=int(number))
        return (point.name, point.point) if point.point else None
    known = found_place(request.GET.get("place", "")[:LONGEST_PLACE])
    return (known.full_label, known.point) if known else None


@require_POST
@for_members(Capability.MANAGE_CAMPAIGNS)
def publish(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """Open the public page, or close it."""
    found = own_campaign(organization, campaign_id)
    public = request.POST.get("public") == "yes"
    set_public(campaign=found, public=public, by=request.user)
    messages.success(
        request, _("La page publique est ouverte.") if public else _("La page publique est fermée.")
    )
    return redirect("showcase:leaflets", organization.pk, found.pk)
