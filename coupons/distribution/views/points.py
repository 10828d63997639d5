"""The delivery points: where they are, what is there, what is on its way."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.distribution.forms import PointForm
from coupons.distribution.points import close as close_point
from coupons.distribution.points import save_point
from coupons.distribution.stock import stock_of
from coupons.distribution.views.entering import (
    for_managers,
    for_viewers,
    own_point,
    points_of,
)
from coupons.models import Delivery, DeliveryPoint
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.views.entering import done
from directory.offer.views.place import found_on_the_map
from directory.rights import Capability, may


@require_safe
@for_viewers
def points(request: SignedInRequest, organization: Organization) -> HttpResponse:
    closed = DeliveryPoint.objects.filter(organization=organization).exclude(closed_at=None)
    context = {
        "organization": organization,
        "stock": stock_of(organization, points_of(organization)),
        "closed": closed.order_by("name"),
        "expected": expected(organization),
        "may_manage": may(request.user, Capability.ORDER, organization),
        "may_receive": may(request.user, Capability.HAND_OVER, organization),
    }
    return render(request, "distribution/points.html", context)


def expected(organization: Organization) -> Any:
    """Parcels on their way."""
    rows = Delivery.objects.filter(order__campaign__organization=organization, received_at=None)
    return rows.exclude(sent_at=None).select_related("order__campaign", "delivery_point").order_by("sent_at")


@require_safe
@for_viewers
def point(request: SignedInRequest, organization: Organization, point_id: int) -> HttpResponse:
    found = own_point(organization, point_id)
    [stock, *_nowhere] = stock_of(organization, [found])
    context = {
        "organization": organization,
        "point": found,
        "stock": stock,
        "by_campaign": dict(stock.by_campaign),
        "deliveries": found.deliveries.select_related("order__campaign").order_by("-pk")[:50],
        "may_manage": may(request.user, Capability.ORDER, organization),
        "may_receive": may(request.user, Capability.HAND_OVER, organization),
    }
    return render(request, "distribution/point.html", context)


@require_http_methods(["GET", "POST"])
@for_managers
def edit(request: SignedInRequest, organization: Organization, point_id: int | None = None) -> HttpResponse:
    current = own_point(organization, point_id) if point_id else None
    form: Any = PointForm(request.POST or None, initial=PointForm.initial_of_point(current))
    if request.method == "POST" and form.is_valid():
        form = found_on_the_map(request, form)
        saved: list[DeliveryPoint] = []
        if form.cleaned_data["point"] and done(
            request,
            lambda: saved.append(
                save_point(
                    organization=organization,
                    delivery_point=current,
                    point=form.cleaned_data["point"],
                    address=form.written,
                    fields=form.others,
                    by=request.user,
                )
            ),
            _("Le point de remise est enregistré."),
        ):
            return redirect("distribution:point", organization.pk, saved[0].pk)
    context = {"organization": organization, "point": current, "form": form}
    return render(request, "distribution/point_edit.html", context)


@require_POST
@for_managers
def close(request: SignedInRequest, organization: Organization, point_id: int) -> HttpResponse:
    found = own_point(organization, point_id)
    done(
        request,
        lambda: close_point(delivery_point=found, by=request.user, at=timezone.now()),
        _("Le point de remise est fermé."),
    )
    return redirect("distribution:point", organization.pk, found.pk)
