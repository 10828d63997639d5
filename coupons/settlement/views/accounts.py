"""Bank details on the desk: those to verify, in full for whoever must compare them; those of a fund, entered here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons import payees
from coupons.models import BankDetails, CooperationFund
from coupons.settlement import banking
from coupons.settlement.due import due_to_fund
from coupons.settlement.forms import BankForm, ReasonForm
from coupons.settlement.notices import verified_before
from coupons.settlement.views.entering import for_approvers, for_books, for_settlers, form_page
from coupons.settlement.views.member import bank_told
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.rights import StaffCapability, belongs_to, staff_may
from directory.upkeep.lists import page


@require_safe
@for_books
def to_verify(request: SignedInRequest) -> HttpResponse:
    rows = BankDetails.objects.filter(verified_at=None, refused_at=None)
    found = page(request, rows.select_related("organization", "fund", "entered_by"))
    context = {
        "page": found,
        "rows": [(row, payees.masked(row.iban)) for row in found.rows],
        "funds": CooperationFund.objects.select_related("area").defer("area__geom").order_by("name")[:200],
        "settles": staff_may(request.user, StaffCapability.SETTLE),
    }
    return render(request, "settlement/desk/to_verify.html", context)


@require_safe
@for_approvers
def details(request: SignedInRequest, details_id: int) -> HttpResponse:
    rows = BankDetails.objects.select_related(
        "organization", "fund", "entered_by", "verified_by", "refused_by"
    )
    found = get_object_or_404(rows, pk=details_id)
    before = verified_before(found)
    context = {
        "details": found,
        "payee": payees.payee_paid_to(found),
        "iban": payees.grouped(found.iban),
        "before": payees.masked(before.iban) if before else "",
        "open": not found.verified_at and not found.refused_at,
        "own": found.entered_by_id == request.user.pk or belongs_to(request.user, found.organization),
        "form": ReasonForm(),
    }
    return render(request, "settlement/desk/details.html", context)


@require_POST
@for_approvers
def verify(request: SignedInRequest, details_id: int) -> HttpResponse:
    found = get_object_or_404(BankDetails, pk=details_id)
    try:
        banking.verify(details=found, by=request.user, at=timezone.now())
        messages.success(request, _("Compte vérifié. Les personnes responsables sont prévenues."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:details", found.pk)


@require_POST
@for_approvers
def refuse(request: SignedInRequest, details_id: int) -> HttpResponse:
    found = get_object_or_404(BankDetails, pk=details_id)
    try:
        reason = request.POST.get("reason", "")
        banking.refuse(details=found, reason=reason, by=request.user, at=timezone.now())
        messages.success(request, _("Compte refusé. Les personnes responsables sont prévenues."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:details", found.pk)


@form_page
@for_settlers
def fund(request: SignedInRequest, fund_id: int) -> HttpResponse:
    """A fund has no members: an accountant enters, another person verifies."""
    found = get_object_or_404(CooperationFund, pk=fund_id)
    form = BankForm(request.POST if request.method == "POST" else None, initial={"holder": found.name[:70]})
    if request.method == "POST" and form.is_valid():
        try:
            banking.enter(payee=found, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("Coordonnées enregistrées. Une autre personne doit les vérifier."))
            return redirect("settlement:fund", found.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"fund": found, "form": form, "due_cents": due_to_fund(found), **bank_told(found)}
    return render(request, "settlement/desk/fund.html", context, status=422 if form.errors else 200)
