"""The accountant's bank: transfers noted or imported, those that wait for their order."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.models import BankStatement, Order, Transfer
from coupons.orders import funding, importing, undoing
from coupons.orders.forms import StatementForm, TransferForm
from coupons.orders.proposals import proposals
from coupons.orders.references import compact
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_staff
from directory.rights import StaffCapability
from directory.upkeep.lists import page

for_accountants = for_staff(StaffCapability.FUND)
for_approvers = for_staff(StaffCapability.APPROVE)
form_page = require_http_methods(["GET", "HEAD", "POST"])
LAST = 10


@require_safe
@for_accountants
def bank(request: SignedInRequest) -> HttpResponse:
    found = page(request, Transfer.objects.filter(order=None, return_asked_at=None))
    proposed = proposals(found.rows)
    matched = Transfer.objects.exclude(order=None).select_related("order").order_by("-matched_at")
    context = {
        "page": found,
        "waiting": [(transfer, proposed[transfer.pk]) for transfer in found.rows],
        "matched": matched[:LAST],
        "to_return": undoing.to_return().count(),
        "statements": BankStatement.objects.select_related("imported_by")[:LAST],
    }
    return render(request, "orders/desk/bank.html", context)


@form_page
@for_accountants
def note(request: SignedInRequest) -> HttpResponse:
    form = TransferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            noted = funding.record_transfer(
                amount_cents=values.pop("amount"), **values, by=request.user, at=timezone.now()
            )
            return after_noting(request, noted)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "orders/desk/note.html", {"form": form}, status=422 if form.errors else 200)


def after_noting(request: SignedInRequest, noted: Transfer) -> HttpResponse:
    if noted.order is None:
        messages.info(request, _("Virement noté. Il ne dit pas sa commande : choisissez-la."))
        return redirect("orders:bank_transfer", noted.pk)
    words = {"number": noted.order.number}
    messages.success(request, _("Virement noté et rapproché de la commande %(number)s.") % words)
    return redirect("orders:desk_order", noted.order.pk)


@form_page
@for_accountants
def bring_in(request: SignedInRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = StatementForm(request.POST, request.FILES) if sent else StatementForm()
    if sent and form.is_valid():
        name = form.cleaned_data["file"].name or ""
        try:
            made = importing.bring_in(raw=form.raw(), name=name, by=request.user, at=timezone.now())
            return redirect("orders:bank_report", made.pk)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return render(request, "orders/desk/statement.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@for_accountants
def report(request: SignedInRequest, statement_id: int) -> HttpResponse:
    found = get_object_or_404(BankStatement.objects.select_related("imported_by"), pk=statement_id)
    transfers = found.transfers.select_related("order").order_by("pk")
    return render(request, "orders/desk/report.html", {"statement": found, "transfers": transfers})


@form_page
@for_accountants
def transfer(request: SignedInRequest, transfer_id: int) -> HttpResponse:
    """Whose money it is: one of the proposals, or the number of an order."""
    rows = shown_transfers()
    found = get_object_or_404(rows, pk=transfer_id)
    typed, error = request.POST.get("order", "")[:100], ""
    if request.method == "POST":
        chosen = order_called(typed)
        try:
            if chosen is None:
                raise Refused(_("Aucune commande n'a ce numéro ni cette référence."))
            funding.match(transfer=found, order=chosen, by=request.user, at=timezone.now())
            return after_noting(request, rows.get(pk=found.pk))
        except Refused as refusal:
            error = str(refusal)
            found = rows.get(pk=found.pk)
    context = {
        "transfer": found,
        "proposals": proposals([found])[found.pk] if waits(found) else [],
        "waiting": waits(found),
        "typed": typed,
        "error": error,
    }
    return render(request, "orders/desk/transfer.html", context, status=422 if error else 200)


def shown_transfers() -> QuerySet[Transfer]:
    return Transfer.objects.select_related(
        "order", "matched_by", "statement", "return_asked_by", "returned_by"
    )


def waits(transfer: Transfer) -> bool:
    return transfer.order is None and transfer.return_asked_at is None


@require_POST
@for_accountants
def undo(request: SignedInRequest, transfer_id: int) -> HttpResponse:
    """The button says what: undo the match, ask for the return, or keep it after all."""
    found = get_object_or_404(shown_transfers(), pk=transfer_id)
    reason, by, at = request.POST.get("reason", ""), request.user, timezone.now()
    acts = {
        "unmatch": lambda: undoing.unmatch(transfer=found, reason=reason, by=by, at=at),
        "return": lambda: undoing.ask_return(transfer=found, reason=reason, by=by, at=at),
        "keep": lambda: undoing.keep(transfer=found, by=by),
    }
    told = {
        "unmatch": _("Rapprochement défait. Le virement attend sa commande."),
        "return": _("Renvoi demandé. Une autre personne le confirme quand la banque l'a fait."),
        "keep": _("Demande annulée. Le virement attend sa commande."),
    }
    what = request.POST.get("what", "")
    if what in acts:
        try:
            acts[what]()
            messages.success(request, told[what])
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("orders:bank_transfer", found.pk)


@form_page
@for_approvers
def returns(request: SignedInRequest) -> HttpResponse:
    """Transfers to give back: confirmed one by one, by somebody else than who asked."""
    error, typed = "", request.POST.get("bank_reference", "")[:80].replace("\0", "")
    if request.method == "POST":
        number = request.POST.get("transfer", "")[:18]
        found = get_object_or_404(Transfer, pk=int(number) if number.isdecimal() else 0)
        try:
            undoing.record_return(transfer=found, bank_reference=typed, by=request.user, at=timezone.now())
            messages.success(request, _("Virement rendu : c'est noté dans les comptes."))
            return redirect("orders:bank_returns")
        except Refused as refusal:
            error = str(refusal)
    context = {
        "page": page(request, undoing.to_return()),
        "returned": Transfer.objects.exclude(returned=None).order_by("-returned_at")[:LAST],
        "error": error,
    }
    return render(request, "orders/desk/returns.html", context, status=422 if error else 200)


def order_called(typed: str) -> Order | None:
    """By its number or its reference, as people type them."""
    told = compact(typed)
    number = f"{told[:5]}-{told[5:]}"
    return (
        Order.objects.filter(number=number).first() or Order.objects.filter(transfer_reference=told).first()
    )
