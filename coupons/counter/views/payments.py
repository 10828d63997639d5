"""The payments of a day, one payment with its receipt, and taking it back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.counter.cancelling import CancelRefused, cancel_here, cancellable_until, may_cancel
from coupons.counter.devices import device_of
from coupons.counter.forms import DayForm
from coupons.counter.history import of_day, totals_of
from coupons.counter.views.entering import for_agents, own_payment
from coupons.invitations import invitation
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.upkeep.lists import page


@require_safe
@for_agents
def payments(request: SignedInRequest, organization: Organization) -> HttpResponse:
    today = timezone.localdate()
    form = DayForm(request.GET)
    day = (form.cleaned_data["jour"] if form.is_valid() else None) or today
    context = {
        "organization": organization,
        "form": form,
        "day": day,
        "is_today": day == today,
        "page": page(request, of_day(organization, day), key="-pk"),
        "totals": totals_of(organization, day),
    }
    return render(request, "counter/payments.html", context, status=200 if form.is_valid() else 400)


@require_safe
@for_agents
def payment(request: SignedInRequest, organization: Organization, payment_id: int) -> HttpResponse:
    found = own_payment(organization, payment_id)
    context = {
        "organization": organization,
        "payment": found,
        "returned_cents": sum(one.returned_cents for one in found.redemptions.all()),
        "cancellable_until": cancellable_until(found),
        "may_cancel": may_cancel(found, device=device_of(request), at=timezone.now()),
        "invitation": invitation(found.pk),
    }
    return render(request, "counter/payment.html", context)


@require_POST
@for_agents
def cancel(request: SignedInRequest, organization: Organization, payment_id: int) -> HttpResponse:
    found = own_payment(organization, payment_id)
    try:
        cancel_here(payment=found, by=request.user, device=device_of(request), at=timezone.now())
    except CancelRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Le paiement est annulé : les chèques sont de nouveau utilisables."))
    return redirect("counter:payment", organization.pk, found.pk)
