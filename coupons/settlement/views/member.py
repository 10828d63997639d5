"""A payee's own pages: what is due, stated, paid or held, and where its money goes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coupons import holds, payees
from coupons.models import Payout
from coupons.settlement import banking, due, lines, queues
from coupons.settlement.forms import BankForm
from coupons.settlement.views.entering import for_bank_keepers, for_payees, form_page
from coupons.settlement.views.files import MAKERS, served
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.rights import Capability, may
from directory.upkeep.lists import page


@require_safe
@for_payees
def payouts(request: SignedInRequest, organization: Organization) -> HttpResponse:
    now = timezone.now()
    found = page(request, queues.with_payee(queues.of_organization(organization)), key="-pk")
    details = payees.details_of(organization)
    context = {
        "organization": organization,
        "page": found,
        "rows": queues.with_states(found.rows, now),
        "due_to_provider": due.due_to_provider(organization) if organization.is_provider else 0,
        "due_to_sponsor": due.due_to_sponsor(organization) if organization.is_sponsor else 0,
        "bank": payees.in_force(organization, now),
        "entered": details.filter(verified_at=None, refused_at=None).first(),
        "coming": details.filter(usable_from__gt=now).first(),
        "hold": holds.open_holds().filter(organization=organization).first(),
        "keeps_bank": may(request.user, Capability.MANAGE_BANK, organization),
    }
    return render(request, "settlement/payouts.html", context)


def own(organization: Organization, payout_id: int) -> Payout:
    rows = queues.with_payee(queues.of_organization(organization))
    return get_object_or_404(rows, pk=payout_id)


@require_safe
@for_payees
def payout(request: SignedInRequest, organization: Organization, payout_id: int) -> HttpResponse:
    found = own(organization, payout_id)
    context = {"organization": organization, **told(found)}
    return render(request, "settlement/payout.html", context)


def told(payout: Payout) -> dict[str, Any]:
    """What the payee's page and the accountant's both show."""
    [(_payout, state)] = queues.with_states([payout], timezone.now())
    of_provider = lines.is_provider_s(payout)
    return {
        "payout": payout,
        "state": state,
        "payee": payees.payee_of(payout.account),
        "days": lines.by_day(payout) if of_provider else [],
        "campaigns": lines.by_campaign(payout) if of_provider else [],
        "movements": [] if of_provider else lines.movements(payout),
        "tries": [
            (line, payees.masked(line.details.iban))
            for line in payout.attempts.select_related("batch", "details").order_by("pk")
        ],
    }


@require_safe
@for_payees
def file(request: SignedInRequest, organization: Organization, payout_id: int, kind: str) -> HttpResponse:
    if kind not in MAKERS:
        raise Http404
    return served(own(organization, payout_id), kind)


@form_page
@for_bank_keepers
def bank(request: SignedInRequest, organization: Organization) -> HttpResponse:
    form = BankForm(
        request.POST if request.method == "POST" else None,
        initial={"contact": request.user.email, "holder": organization.name[:70]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            banking.enter(payee=organization, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("Coordonnées enregistrées. La plateforme les vérifie."))
            return redirect("settlement:bank", organization.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"organization": organization, "form": form, **bank_told(organization)}
    return render(request, "settlement/bank.html", context, status=422 if form.errors else 200)


def bank_told(payee: payees.Payee) -> dict[str, Any]:
    """What is in force, what waits, and the history, IBANs masked."""
    now = timezone.now()
    rows = list(payees.details_of(payee).select_related("entered_by", "verified_by", "refused_by"))
    current = payees.in_force(payee, now)
    shown = [(row, payees.masked(row.iban)) for row in rows]
    return {
        "current": current,
        "current_iban": payees.masked(current.iban) if current else "",
        "waiting": next(
            ((row, iban) for row, iban in shown if not row.verified_at and not row.refused_at), None
        ),
        "coming": next(
            ((row, iban) for row, iban in shown if row.usable_from and row.usable_from > now), None
        ),
        "history": shown,
    }
