"""What the pages of this room share: whose objects, and telling what a verb refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from directory.accounts.refusals import Refused
from directory.entry import for_members
from directory.models import Organization, Service, Venue
from directory.rights import Capability
from geodata.geometry import GeometryRefused

ROWS = 50
for_editors = for_members(Capability.EDIT_OFFER)


def own_venue(organization: Organization, venue_id: int) -> Venue:
    """404 for a venue of others, and for one merged into another."""
    venues = organization.venues.filter(merged_into=None).select_related("venue_type", "organization")
    return get_object_or_404(venues, pk=venue_id)


def own_service(organization: Organization, service_id: int) -> Service:
    services = Service.objects.filter(venue__organization=organization, venue__merged_into=None)
    return get_object_or_404(services.select_related("venue", "revision"), pk=service_id)


def done(request: HttpRequest, act: Callable[[], object], success: str = "") -> bool:
    """Do it, and say what came of it."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    except GeometryRefused as refused:
        messages.error(request, refused.message)
        return False
    if success:
        messages.success(request, success)
    return True


def paged(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """Fifty rows: the page asked for, or the nearest there is."""
    return Paginator(rows, ROWS).get_page(request.GET.get("page", "1")[:9])
