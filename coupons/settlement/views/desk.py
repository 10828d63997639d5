"""The accountants' desk: what is due, the queues of statements, one statement, and what is held."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from coupons import batches, holds
from coupons.choices import AttemptStatus, BatchStatus
from coupons.ledger import PARIS
from coupons.models import BankAnswer, BankDetails, Batch, Payout
from coupons.settlement import due, queues
from coupons.settlement.forms import BatchForm, CutOffForm, ReasonForm
from coupons.settlement.views.entering import for_books, for_settlers
from coupons.settlement.views.files import MAKERS, served
from coupons.settlement.views.member import told
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.rights import StaffCapability, staff_may
from directory.upkeep.lists import page

LAST = 10
QUEUES = {
    "a-payer": gettext_lazy("À payer"),
    "sans-compte": gettext_lazy("Attendent un compte bancaire"),
    "retenus": gettext_lazy("Retenus"),
    "en-cours": gettext_lazy("Dans un lot"),
    "payes": gettext_lazy("Payés"),
}


def queue_called(name: str) -> QuerySet[Payout]:
    now = timezone.now()
    return {
        "a-payer": lambda: queues.ready(now),
        "sans-compte": lambda: queues.waiting_for_details(now),
        "retenus": queues.held,
        "en-cours": queues.on_their_way,
        "payes": queues.paid,
    }[name]()


@require_safe
@for_books
def desk(request: SignedInRequest) -> HttpResponse:
    name = request.GET.get("etat", "a-payer")
    if name not in QUEUES:
        raise Http404
    found = page(request, queues.with_payee(queue_called(name)), key="-pk")
    today = timezone.localdate(timezone=PARIS)
    context = {
        "queues": [
            (key, label, totals(queue_called(key))) for key, label in QUEUES.items() if key != "payes"
        ],
        "named": name,
        "title": QUEUES[name],
        "page": found,
        "rows": queues.with_states(found.rows, timezone.now()),
        "due_cents": due.due_to_all(),
        "cut_off": CutOffForm(initial={"cut_off": today - timedelta(days=1)}),
        "execute_on": BatchForm(initial={"execute_on": today}),
        "to_verify": BankDetails.objects.filter(verified_at=None, refused_at=None).count(),
        "batches": in_lists(Batch.objects.order_by("-pk"))[:LAST],
        "to_approve": Batch.objects.filter(status=BatchStatus.DRAFT).count(),
        "answers": BankAnswer.objects.select_related("imported_by").defer("lines")[:LAST],
        "settles": staff_may(request.user, StaffCapability.SETTLE),
    }
    return render(request, "settlement/desk/desk.html", context)


def totals(payouts: QuerySet[Payout]) -> dict[str, int]:
    return payouts.order_by().aggregate(n=Count("pk"), cents=Sum("amount_cents", default=0))


def in_lists(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Each with what its file pays: lines put aside are not in it."""
    named = rows.select_related("prepared_by", "approved_by")
    sent = ~Q(attempts__status=AttemptStatus.ASIDE)
    return named.annotate(
        n=Count("attempts", filter=sent),
        cents=Sum("attempts__payout__amount_cents", filter=sent, default=0),
    )


@require_POST
@for_settlers
def settle(request: SignedInRequest) -> HttpResponse:
    form = CutOffForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Écrivez le dernier jour compté."))
        return redirect("settlement:desk")
    try:
        n = batches.settle(cut_off=form.cleaned_data["cut_off"], by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("settlement:desk")
    words = {"n": n}
    if n:
        messages.success(
            request, ngettext("%(n)s relevé est établi.", "%(n)s relevés sont établis.", n) % words
        )
    else:
        messages.info(request, _("Rien de nouveau n'est dû jusqu'à ce jour : aucun relevé n'est établi."))
    return redirect("settlement:desk")


@require_POST
@for_settlers
def prepare(request: SignedInRequest) -> HttpResponse:
    form = BatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Écrivez le jour où la banque exécute le lot."))
        return redirect("settlement:desk")
    try:
        batch, waiting = batches.prepare(
            execute_on=form.cleaned_data["execute_on"], by=request.user, at=timezone.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("settlement:desk")
    if waiting:
        messages.info(
            request,
            ngettext(
                "%(n)s relevé attend un compte bancaire vérifié : il n'est pas dans ce lot.",
                "%(n)s relevés attendent un compte bancaire vérifié : ils ne sont pas dans ce lot.",
                len(waiting),
            )
            % {"n": len(waiting)},
        )
    return redirect("settlement:batch", batch.pk)


def any_payout(payout_id: int) -> Payout:
    return get_object_or_404(queues.with_payee(Payout.objects.all()), pk=payout_id)


@require_safe
@for_books
def payout(request: SignedInRequest, payout_id: int) -> HttpResponse:
    found = any_payout(payout_id)
    shown: dict[str, Any] = told(found)
    organization = shown["payee"] if isinstance(shown["payee"], Organization) else None
    context = {
        **shown,
        "form": ReasonForm(),
        "hold": holds.open_holds().filter(organization=organization).select_related("by").first(),
        "payee_id": organization.pk if organization else None,
        "settles": staff_may(request.user, StaffCapability.SETTLE),
    }
    return render(request, "settlement/desk/payout.html", context)


@require_safe
@for_books
def file(request: SignedInRequest, payout_id: int, kind: str) -> HttpResponse:
    if kind not in MAKERS:
        raise Http404
    return served(any_payout(payout_id), kind)


@require_POST
@for_settlers
def hold(request: SignedInRequest, payout_id: int) -> HttpResponse:
    found = any_payout(payout_id)
    reason = request.POST.get("reason", "")
    try:
        batches.hold(payout=found, reason=reason, by=request.user, at=timezone.now())
        messages.success(request, _("Ce relevé est retenu."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:desk_payout", found.pk)


@require_POST
@for_settlers
def let_go(request: SignedInRequest, payout_id: int) -> HttpResponse:
    found = any_payout(payout_id)
    batches.let_go(payout=found, by=request.user)
    messages.success(request, _("Ce relevé n'est plus retenu : il sera dans le prochain lot."))
    return redirect("settlement:desk_payout", found.pk)


@require_POST
@for_settlers
def hold_payee(request: SignedInRequest, payout_id: int) -> HttpResponse:
    """All of its payouts, those to come too."""
    found = any_payout(payout_id)
    try:
        reason = request.POST.get("reason", "")
        holds.hold(organization=organization_of(found), reason=reason, by=request.user, at=timezone.now())
        messages.success(request, _("Tous les versements de cette structure sont retenus."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:desk_payout", found.pk)


@require_POST
@for_settlers
def release_payee(request: SignedInRequest, payout_id: int) -> HttpResponse:
    found = any_payout(payout_id)
    try:
        holds.release(organization=organization_of(found), by=request.user, at=timezone.now())
        messages.success(request, _("Les versements de cette structure ne sont plus retenus."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:desk_payout", found.pk)


def organization_of(payout: Payout) -> Organization:
    """404 for a fund: nobody holds one as a whole."""
    campaign = payout.account.campaign
    found = payout.account.organization or (campaign.organization if campaign else None)
    if found is None:
        raise Http404
    return found
