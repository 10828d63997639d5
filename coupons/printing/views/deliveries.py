"""Parcels: what is to send, what is under way, their slips."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.models import Delivery, Order
from coupons.printing import delivering, slips
from coupons.printing.forms import SendForm
from coupons.printing.views.entering import for_operators, for_those_who_see
from coupons.printing.views.printer import prints
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.upkeep.lists import page

POINTS_SHOWN = 200


@require_safe
@for_those_who_see
def orders(request: SignedInRequest) -> HttpResponse:
    rows = Order.objects.filter(status="printed").select_related("campaign__organization")
    rows = rows.annotate(
        parcels=Count("deliveries"),
        sent=Count("deliveries", filter=Q(deliveries__sent_at__isnull=False)),
        received=Count("deliveries", filter=Q(deliveries__received_at__isnull=False)),
    )
    return render(request, "printing/desk/deliveries.html", {"page": page(request, rows)})


@require_safe
@for_those_who_see
def order(request: SignedInRequest, order_id: int) -> HttpResponse:
    found = get_object_or_404(Order.objects.select_related("campaign__organization"), pk=order_id)
    lines = found.deliveries.select_related("delivery_point", "received_by").order_by("pk")[:POINTS_SHOWN]
    numbers = delivering.numbers_by_delivery([order_id])
    context = {
        "order": found,
        "parcels": [(line, numbers[line.pk]) for line in lines],
        "form": SendForm(),
        "prints": prints(request),
    }
    return render(request, "printing/desk/order_deliveries.html", context)


@require_safe
@for_those_who_see
def slip(request: SignedInRequest, delivery_id: int) -> HttpResponse:
    found = one_delivery(delivery_id)
    response = HttpResponse(slips.pdf(found, timezone.localdate()), content_type="application/pdf")
    name = f"bordereau-{found.order.number}-{found.pk}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def one_delivery(delivery_id: int) -> Delivery:
    rows = Delivery.objects.select_related("order__campaign__organization", "delivery_point")
    return get_object_or_404(rows, pk=delivery_id)


@require_POST
@for_operators
def send(request: SignedInRequest, delivery_id: int) -> HttpResponse:
    found, form = one_delivery(delivery_id), SendForm(request.POST)
    tracking = form.cleaned_data["tracking"] if form.is_valid() else ""
    try:
        delivering.send(delivery=found, tracking=tracking, by=request.user, at=timezone.now())
        messages.success(request, _("Envoi noté pour « %(point)s ».") % {"point": found.delivery_point.name})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("printing:order_deliveries", found.order_id)


@require_POST
@for_operators
def receive(request: SignedInRequest, delivery_id: int) -> HttpResponse:
    found = one_delivery(delivery_id)
    confirm(request, found)
    return redirect("printing:order_deliveries", found.order_id)


def confirm(request: SignedInRequest, found: Delivery) -> None:
    try:
        delivering.receive(delivery=found, by=request.user, at=timezone.now())
        messages.success(
            request,
            _("Réception confirmée : les carnets sont dans le stock de « %(point)s ».")
            % {"point": found.delivery_point.name},
        )
    except Refused as refused:
        messages.error(request, str(refused))
