"""The platform's orders: what is to fund, to print, to deliver; one order."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from coupons.choices import OrderStatus
from coupons.models import Order
from coupons.orders import funding
from coupons.orders.forms import DeskForm
from coupons.orders.references import compact
from coupons.orders.views.papers import served
from coupons.orders.views.sponsor import told
from directory import wording
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_staff
from directory.rights import StaffCapability, staff_may
from directory.upkeep.lists import page

for_those_who_see = for_staff(StaffCapability.SEE_ORDERS)
AT_WORK = (OrderStatus.ORDERED, OrderStatus.FUNDED, OrderStatus.PRINTED)


@require_safe
@for_those_who_see
def queue(request: SignedInRequest) -> HttpResponse:
    form = DeskForm(request.GET)
    rows = Order.objects.select_related("campaign__organization")
    found = page(request, narrowed(rows, form)) if form.is_valid() else None
    counts = dict(
        Order.objects.filter(status__in=AT_WORK).values_list("status").annotate(n=Count("pk")).order_by()
    )
    context = {
        "form": form,
        "page": found,
        "counts": [(OrderStatus(status), NEXT_STEP[status], counts.get(status, 0)) for status in AT_WORK],
    }
    return render(request, "orders/desk/queue.html", context, status=200 if found else 400)


NEXT_STEP = {
    OrderStatus.ORDERED: gettext_lazy("À financer"),
    OrderStatus.FUNDED: gettext_lazy("À imprimer"),
    OrderStatus.PRINTED: gettext_lazy("À livrer"),
}


def narrowed(rows: QuerySet[Order], form: DeskForm) -> QuerySet[Order]:
    status, name = form.cleaned_data["status"], form.cleaned_data["name"]
    rows = rows.filter(status__in=[status] if status else AT_WORK)
    if not name:
        return rows
    return rows.filter(
        Q(number__icontains=name)
        | Q(transfer_reference=compact(name))
        | Q(campaign__name__icontains=name)
        | Q(campaign__organization__name__icontains=name)
    )


def any_order(order_id: int) -> Order:
    return get_object_or_404(
        Order.objects.select_related("campaign__organization", "ordered_by"), pk=order_id
    )


@require_safe
@for_those_who_see
def order(request: SignedInRequest, order_id: int) -> HttpResponse:
    found = any_order(order_id)
    context = {
        **told(found),
        "transfers": found.transfers.select_related("matched_by").order_by("pk"),
        "funds": staff_may(request.user, StaffCapability.FUND),
        "prints": staff_may(request.user, StaffCapability.PRINT),
    }
    return render(request, "orders/desk/order.html", context)


@require_POST
@for_staff(StaffCapability.FUND)
def pay_back(request: SignedInRequest, order_id: int) -> HttpResponse:
    found = any_order(order_id)
    try:
        cents = funding.pay_back_too_much(order=found, by=request.user, at=timezone.now())
        words = {"amount": wording.price(cents)}
        messages.success(request, _("%(amount)s sont maintenant à rembourser au commanditaire.") % words)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("orders:desk_order", found.pk)


@require_safe
@for_those_who_see
def paper(request: SignedInRequest, order_id: int, paper_id: int) -> HttpResponse:
    return served(get_object_or_404(any_order(order_id).papers, pk=paper_id))
