"""How the platform is: what waits, the books, the jobs, the coverage of France."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from coupons.choices import OrderStatus
from coupons.dashboards import health, showing
from coupons.dashboards.views.entering import freshness
from directory.entry import SignedInRequest, for_staff
from directory.rights import StaffCapability, staff_may
from directory.upkeep.waiting import waiting

NEXT_STEP = {
    OrderStatus.ORDERED: _("Commandes à financer"),
    OrderStatus.FUNDED: _("Commandes à imprimer"),
    OrderStatus.PRINTED: _("Commandes à livrer"),
}


@require_safe
@for_staff(StaffCapability.SEE_AUDIT)
def platform(request: SignedInRequest) -> HttpResponse:
    """Everybody of the staff enters; each part is for those whose work it is."""
    at = timezone.now()
    books = health.books() if staff_may(request.user, StaffCapability.SEE_BOOKS) else None
    sees_orders = staff_may(request.user, StaffCapability.SEE_ORDERS)
    near = health.near(timezone.localdate(at))
    context = {
        "waiting": waiting(at) if staff_may(request.user, StaffCapability.REVIEW) else [],
        "orders": [(status, NEXT_STEP[status], n) for status, n in health.orders()] if sees_orders else [],
        "books": books,
        "watched": health.watched() if staff_may(request.user, StaffCapability.WATCH) else None,
        "published": health.published(),
        "today": timezone.localdate(at),
        "jobs": health.jobs(at),
        "near": near,
        "near_share": showing.percent(near.share),
        "near_km": health.NEAR_KM,
        **freshness(),
    }
    return render(request, "dashboards/platform.html", context)
