"""The platform's accounts: trial balance, journal, ledger of an account, one entry, and all of them as files."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coupons.books import chart, fec, notes, reading, sheets
from coupons.books.forms import JournalForm, PeriodForm, YearForm
from coupons.books.reading import Period
from coupons.choices import EntryKind
from coupons.models import Account, Entry, Paper
from directory.entry import SignedInRequest, for_staff
from directory.offer.spreadsheets import Row
from directory.rights import StaffCapability
from directory.upkeep.lists import page

for_those_who_see = for_staff(StaffCapability.SEE_BOOKS)


@require_safe
@for_those_who_see
def balance(request: SignedInRequest) -> HttpResponse:
    form = PeriodForm(request.GET)
    lines = None
    if form.is_valid():
        with reading.patiently():
            lines = reading.trial_balance(form.period)
    year = timezone.localdate().year
    context = {
        **asked(request, form),
        "lines": [(line, chart.number(line.account), chart.owner(line.account)) for line in lines or ()],
        "debit": sum(line.debit for line in lines or ()),
        "credit": sum(line.credit for line in lines or ()),
        "years": [year - 1, year],
    }
    return render(request, "books/desk/balance.html", context, status=200 if lines is not None else 400)


@require_safe
@for_those_who_see
def balance_file(request: SignedInRequest, form: str) -> HttpResponseBase:
    with reading.patiently():
        return as_file(request, form, "balance", lambda period: iter(list(sheets.trial_balance(period))))


@require_safe
@for_those_who_see
def journal(request: SignedInRequest) -> HttpResponse:
    form = JournalForm(request.GET)
    if not form.is_valid():
        return render(request, "books/desk/journal.html", asked(request, form), status=400)
    found = page(request, reading.entries(form.period, form.cleaned_data["kind"]), key="-pk")
    context = {**asked(request, form), "page": found, "rows": reading.with_amounts(found.rows)}
    return render(request, "books/desk/journal.html", context)


@require_safe
@for_those_who_see
def journal_file(request: SignedInRequest, form: str) -> HttpResponseBase:
    asked_for = JournalForm(request.GET)
    if not asked_for.is_valid():
        raise Http404
    kind = asked_for.cleaned_data["kind"]
    return as_file(request, form, "journal", lambda period: sheets.journal(period, kind))


@require_safe
@for_those_who_see
def account(request: SignedInRequest, account_id: int) -> HttpResponse:
    found = any_account(account_id)
    form = PeriodForm(request.GET)
    context = {
        **asked(request, form),
        "account": found,
        "number": chart.number(found),
        "owner": chart.owner(found),
    }
    if not form.is_valid():
        return render(request, "books/desk/account.html", context, status=400)
    with reading.patiently():
        shown = page(request, reading.legs_of(found, form.period))
        context |= {"page": shown, "rows": reading.running(found, shown.rows)}
    return render(request, "books/desk/account.html", context)


@require_safe
@for_those_who_see
def account_file(request: SignedInRequest, account_id: int, form: str) -> HttpResponseBase:
    found = any_account(account_id)
    name = f"compte-{chart.number(found)}-{chart.auxiliary(found) or found.pk}"
    return as_file(request, form, name, lambda period: sheets.ledger(found, period))


@require_safe
@for_those_who_see
def entry(request: SignedInRequest, entry_id: int) -> HttpResponse:
    found = get_object_or_404(Entry.objects.select_related("by"), pk=entry_id)
    legs = found.legs.select_related(*reading.OWNED).order_by("-amount_cents", "pk")
    context = {
        "entry": found,
        "journal": chart.journal(found.kind),
        "meaning": chart.MEANINGS[EntryKind(found.kind)],
        "legs": [(leg, chart.number(leg.account), chart.owner(leg.account)) for leg in legs],
        "about": about(found),
    }
    return render(request, "books/desk/entry.html", context)


def about(of: Entry) -> list[tuple[str, str]]:
    """What it records, by name."""
    payment = getattr(of, "payment", None) or getattr(of, "cancelled_payment", None)
    hand_over, payout = getattr(of, "hand_over", None), getattr(of, "payout", None)
    transfer = getattr(of, "transfer", None) or getattr(of, "matched_transfer", None)
    facts = []
    if payment:
        facts += [(_("Service"), payment.service.name), (_("Lieu"), payment.venue.name)]
    if hand_over:
        facts.append((_("Commande"), hand_over.order.number))
    if payout:
        facts.append((_("Relevé"), payout.number))
    if transfer:
        facts += [
            (_("Donneur d'ordre"), transfer.payer),
            (_("Référence de la banque"), transfer.bank_reference),
        ]
    return [(name, value) for name, value in facts if value]


@require_safe
@for_those_who_see
def tax_file(request: SignedInRequest) -> HttpResponseBase:
    form = YearForm(request.GET)
    if not form.is_valid():
        messages.error(request, _("Choisissez une année pour le fichier des écritures."))
        return redirect("books:balance")
    year = form.cleaned_data["year"]
    response = StreamingHttpResponse(fec.lines(year), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{fec.name(year)}"'
    return response


@require_safe
@for_those_who_see
def credit_note(request: SignedInRequest, paper_id: int) -> HttpResponse:
    return notes.served(get_object_or_404(Paper, pk=paper_id, payout__isnull=False))


def any_account(account_id: int) -> Account:
    rows = Account.objects.select_related("order", "campaign", "organization", "fund")
    return get_object_or_404(rows, pk=account_id)


def asked(request: HttpRequest, form: PeriodForm) -> dict[str, Any]:
    """The form, and its question for the links to files. `page` moves it has no place in them."""
    question = request.GET.copy()
    question.pop("after", None)
    return {"form": form, "question": question.urlencode()}


def as_file(request: HttpRequest, form: str, name: str, rows: Any) -> HttpResponseBase:
    asked_for = PeriodForm(request.GET)
    if not asked_for.is_valid():
        raise Http404
    period: Period = asked_for.period
    read: Iterator[Row] = rows(period)
    try:
        return sheets.served(read, f"{name}-{period.since}-{period.until}", form)
    except sheets.TooLong:
        messages.error(
            request, _("C'est trop long pour un fichier XLSX. Choisissez le CSV, ou moins de jours.")
        )
        return redirect("books:balance")
