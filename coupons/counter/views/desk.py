"""The platform's desk: find a payment by its number, cancel it with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.counter.cancelling import CancelRefused, cancel_by_staff
from coupons.counter.forms import FindForm, ReasonForm
from coupons.counter.history import with_words
from coupons.models import Payment
from directory.entry import SignedInRequest, for_staff
from directory.rights import StaffCapability, staff_may

for_those_who_see = for_staff(StaffCapability.SEE_ORDERS)


@require_safe
@for_those_who_see
def find(request: SignedInRequest) -> HttpResponse:
    form = FindForm(request.GET)
    number = form.cleaned_data["numero"] if form.is_valid() else None
    if number is not None:
        if Payment.objects.filter(pk=number).exists():
            return redirect("counter:desk_payment", number)
        form.add_error("numero", _("Aucun paiement n'a ce numéro. Vérifiez-le sur le reçu."))
    return render(request, "counter/desk/find.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
@for_those_who_see
def payment(request: SignedInRequest, payment_id: int) -> HttpResponse:
    return told(request, any_payment(payment_id), ReasonForm())


@require_POST
@for_staff(StaffCapability.WATCH)
def cancel(request: SignedInRequest, payment_id: int) -> HttpResponse:
    found, form = any_payment(payment_id), ReasonForm(request.POST)
    if not form.is_valid():
        return told(request, found, form)
    reason = form.cleaned_data["reason"]
    try:
        cancel_by_staff(payment=found, by=request.user, reason=reason, at=timezone.now())
    except CancelRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Le paiement est annulé."))
    return redirect("counter:desk_payment", found.pk)


def any_payment(payment_id: int) -> Payment:
    return get_object_or_404(with_words(Payment.objects.all()), pk=payment_id)


def told(request: SignedInRequest, found: Payment, form: ReasonForm) -> HttpResponse:
    context: dict[str, Any] = {
        "payment": found,
        "returned_cents": sum(one.returned_cents for one in found.redemptions.all()),
        "form": form,
        "may_cancel": found.cancelled_at is None and staff_may(request.user, StaffCapability.WATCH),
    }
    return render(request, "counter/desk/payment.html", context)
