"""A sponsor's parcels: what comes, and saying that it is there."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from coupons.models import Delivery
from coupons.printing import delivering
from coupons.printing.views.deliveries import confirm
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability
from directory.upkeep.lists import page


@require_safe
@for_members(Capability.HAND_OVER)
def deliveries(request: SignedInRequest, organization: Organization) -> HttpResponse:
    rows = Delivery.objects.filter(order__campaign__organization=organization, sent_at__isnull=False)
    found = page(request, rows.select_related("order", "delivery_point", "received_by"), key="-pk")
    numbers = delivering.numbers_by_delivery({line.order_id for line in found.rows})
    context = {
        "organization": organization,
        "parcels": [(line, numbers[line.pk]) for line in found.rows],
        "next_url": found.next_url,
    }
    return render(request, "printing/own_deliveries.html", context)


@require_POST
@for_members(Capability.HAND_OVER)
def receive(request: SignedInRequest, organization: Organization, delivery_id: int) -> HttpResponse:
    own = Delivery.objects.filter(order__campaign__organization=organization)
    confirm(request, get_object_or_404(own.select_related("order", "delivery_point"), pk=delivery_id))
    return redirect("printing:own_deliveries", organization.pk)
