"""A batch: its lines, its approval by another person, its file, and what the bank answers."""

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons import batches, payees
from coupons.choices import AttemptStatus, BatchStatus, Outcome
from coupons.models import Attempt, BankAnswer, Batch
from coupons.settlement import answering, sending
from coupons.settlement.forms import AnswerForm, ReasonForm
from coupons.settlement.views.desk import in_lists
from coupons.settlement.views.entering import for_approvers, for_books, for_settlers, form_page
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.rights import StaffCapability, staff_may
from directory.upkeep.lists import page


@require_safe
@for_books
def batch(request: SignedInRequest, batch_id: int) -> HttpResponse:
    found = get_object_or_404(in_lists(Batch.objects.all()), pk=batch_id)
    rows = Attempt.objects.filter(batch=found).select_related(
        "details",
        "payout__account__organization",
        "payout__account__campaign__organization",
        "payout__account__fund",
    )
    lines = page(request, rows.defer("payout__account__campaign__logo"))
    counted = rows.order_by().values_list("status").annotate(n=Count("pk"), cents=Sum("payout__amount_cents"))
    draft = found.status == BatchStatus.DRAFT
    approves = staff_may(request.user, StaffCapability.APPROVE)
    context = {
        "batch": found,
        "page": lines,
        "rows": [
            (line, payees.payee_of(line.payout.account), payees.masked(line.details.iban))
            for line in lines.rows
        ],
        "counts": [(AttemptStatus(status).label, n, cents) for status, n, cents in counted],
        "draft": draft,
        "sent": found.status in answering.SENT,
        "own": found.prepared_by_id == request.user.pk,
        "approves": approves,
        "settles": staff_may(request.user, StaffCapability.SETTLE),
        "downloads": found.downloads.select_related("by")[:20],
    }
    return render(request, "settlement/desk/batch.html", context)


@require_POST
@for_approvers
def approve(request: SignedInRequest, batch_id: int) -> HttpResponse:
    found = get_object_or_404(Batch, pk=batch_id)
    try:
        batches.approve(batch=found, by=request.user, at=timezone.now())
        messages.success(request, _("Lot approuvé. Téléchargez son fichier et donnez-le à la banque."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:batch", found.pk)


@require_POST
@for_approvers
def cancel(request: SignedInRequest, batch_id: int) -> HttpResponse:
    found = get_object_or_404(Batch, pk=batch_id)
    try:
        batches.cancel(batch=found, by=request.user, at=timezone.now())
        messages.success(request, _("Lot annulé. Ses relevés seront dans un autre lot."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("settlement:batch", found.pk)


@form_page
@for_approvers
def put_aside(request: SignedInRequest, batch_id: int, line_id: int) -> HttpResponse:
    found = get_object_or_404(
        Attempt.objects.select_related("batch", "payout__account__organization", "payout__account__campaign"),
        batch=batch_id,
        pk=line_id,
    )
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            batches.put_aside(attempt=found, reason=reason, by=request.user, at=timezone.now())
            messages.success(request, _("Ligne mise de côté. Le reste du lot ne change pas."))
            return redirect("settlement:batch", batch_id)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"line": found, "payee": payees.payee_of(found.payout.account), "form": form}
    return render(request, "settlement/desk/aside.html", context, status=422 if form.errors else 200)


@require_POST
@for_approvers
def file(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Who took it and when is kept."""
    found = get_object_or_404(Batch, pk=batch_id)
    try:
        content = sending.bank_file(batch=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("settlement:batch", found.pk)
    response = HttpResponse(content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.xml"'
    response["Cache-Control"] = "no-store"
    return response


@form_page
@for_settlers
def bring_in(request: SignedInRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = AnswerForm(request.POST, request.FILES) if sent else AnswerForm()
    if sent and form.is_valid():
        name = form.cleaned_data["file"].name or ""
        try:
            made = answering.bring_in(raw=form.raw(), name=name, by=request.user, at=timezone.now())
            return redirect("settlement:answer", made.pk)
        except Refused as refused:
            form.add_error("file", str(refused))
    return render(
        request, "settlement/desk/bring_in.html", {"form": form}, status=422 if form.errors else 200
    )


SHOWN = 500


@require_safe
@for_books
def answer(request: SignedInRequest, answer_id: int) -> HttpResponse:
    found = get_object_or_404(BankAnswer.objects.select_related("imported_by"), pk=answer_id)
    told = [line["outcome"] for line in found.lines]
    order = [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.REJECTED, Outcome.RETURNED, Outcome.EXECUTED]
    order += [Outcome.WAITING, Outcome.KNOWN]
    lines = sorted(found.lines, key=lambda line: order.index(Outcome(line["outcome"])))
    context = {
        "answer": found,
        "counts": [(one.label, told.count(one)) for one in order if one in told],
        "lines": [(Outcome(line["outcome"]).label, line) for line in lines[:SHOWN]],
        "more": max(0, len(lines) - SHOWN),
    }
    return render(request, "settlement/desk/answer.html", context)
