"""The platform's list of signals, one with the payments behind it, and what is decided."""

from collections.abc import Callable

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.choices import SignalState
from coupons.models import Payment, Signal, Watch
from coupons.signals import deciding
from coupons.signals.forms import DeskForm, ReasonForm
from coupons.signals.telling import sentence
from directory.entry import SignedInRequest, for_staff
from directory.offer.views.entering import done
from directory.rights import StaffCapability
from directory.upkeep.lists import page

for_watchers = for_staff(StaffCapability.WATCH)


@require_safe
@for_watchers
def desk(request: SignedInRequest) -> HttpResponse:
    form = DeskForm(request.GET)
    found = None
    if form.is_valid():
        rows = Signal.objects.filter(state=form.cleaned_data["state"] or SignalState.OPEN)
        if kind := form.cleaned_data["kind"]:
            rows = rows.filter(kind=kind)
        found = page(request, rows.select_related("organization"), key="-pk")
    context = {
        "form": form,
        "page": found,
        "rows": [(one, sentence(one)) for one in found.rows] if found else [],
        "last": Watch.objects.order_by("-until").first(),
    }
    return render(request, "signals/desk.html", context, status=200 if found else 400)


def one_signal(signal_id: int) -> Signal:
    rows = Signal.objects.select_related("organization", "decided_by", "hold__by", "hold__released_by")
    return get_object_or_404(rows, pk=signal_id)


@require_safe
@for_watchers
def signal(request: SignedInRequest, signal_id: int) -> HttpResponse:
    return shown(request, one_signal(signal_id), ReasonForm())


def shown(request: SignedInRequest, found: Signal, form: ReasonForm) -> HttpResponse:
    payments = Payment.objects.filter(signals=found).select_related("venue", "place", "service", "agent")
    context = {
        "signal": found,
        "sentence": sentence(found),
        "payments": payments.annotate(coupons=Count("redemptions")).order_by("at", "pk"),
        "form": form,
        "held": found.hold is not None and found.hold.released_at is None,
        "mine": found.hold is not None and found.hold.by_id == request.user.pk,
    }
    return render(request, "signals/signal.html", context, status=422 if form.errors else 200)


def decided(
    request: SignedInRequest, signal_id: int, verb: Callable[..., object], success: str
) -> HttpResponse:
    found, form = one_signal(signal_id), ReasonForm(request.POST)
    if not form.is_valid():
        return shown(request, found, form)
    done(
        request,
        lambda: verb(signal=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()),
        success,
    )
    return redirect("signals:signal", found.pk)


@require_POST
@for_watchers
def dismiss(request: SignedInRequest, signal_id: int) -> HttpResponse:
    return decided(request, signal_id, deciding.dismiss, _("Le signal est classé."))


@require_POST
@for_watchers
def hold(request: SignedInRequest, signal_id: int) -> HttpResponse:
    return decided(request, signal_id, deciding.hold, _("Les versements de cette structure sont retenus."))


@require_POST
@for_watchers
def release(request: SignedInRequest, signal_id: int) -> HttpResponse:
    found = one_signal(signal_id)
    done(
        request,
        lambda: deciding.release(signal=found, by=request.user, at=timezone.now()),
        _("Les versements sont libérés : le prochain lot les paiera."),
    )
    return redirect("signals:signal", found.pk)
