"""The printer's room: what is to print, what prints, one job and its files."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.choices import PrintReason
from coupons.models import Booklet, Order, PrintJob
from coupons.printing import jobs
from coupons.printing.tasks import start_printing
from coupons.printing.views.entering import for_operators, for_those_who_see
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.rights import StaffCapability, staff_may
from directory.upkeep.lists import page

ORDERS_SHOWN = 50


@require_safe
@for_those_who_see
def queue(request: SignedInRequest) -> HttpResponse:
    done = all_jobs().exclude(status__in=jobs.UNDER_WAY)
    context = {
        "to_print": without_job(Order.objects.to_print())[:ORDERS_SHOWN],
        "to_replace": to_replace()[:ORDERS_SHOWN],
        "under_way": all_jobs().filter(status__in=jobs.UNDER_WAY),
        "page": page(request, done, key="-pk"),
        "prints": prints(request),
    }
    return render(request, "printing/desk/queue.html", context)


def all_jobs() -> QuerySet[PrintJob]:
    waiting = Count("files", filter=Q(files__destroyed_at=None))
    return PrintJob.objects.select_related("order__campaign__organization").annotate(waiting=waiting)


def without_job(orders: QuerySet[Order]) -> QuerySet[Order]:
    under_way = PrintJob.objects.filter(order=OuterRef("pk"), status__in=jobs.UNDER_WAY)
    return orders.filter(~Exists(under_way)).select_related("campaign__organization")


def to_replace() -> QuerySet[Order]:
    """Orders with booklets made in place of lost ones, and not printed yet."""
    made = jobs.without_codes(Booklet.objects.inert().exclude(replaces=None)).filter(order=OuterRef("pk"))
    printed = Order.objects.filter(status__in=["printed", "delivered"])
    return without_job(printed.filter(Exists(made))).order_by("pk")


def prints(request: SignedInRequest) -> bool:
    return staff_may(request.user, StaffCapability.PRINT)


@require_POST
@for_operators
def ask(request: SignedInRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    replacement = request.POST.get("reason") == PrintReason.REPLACEMENT
    reason = PrintReason.REPLACEMENT if replacement else PrintReason.FIRST
    try:
        made = jobs.request(order=order, reason=reason, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("printing:desk")
    start_printing(made.pk)
    return redirect("printing:job", made.pk)


@require_safe
@for_those_who_see
def job(request: SignedInRequest, job_id: int) -> HttpResponse:
    """Progress, then files: the same address, whenever it is loaded."""
    found = get_object_or_404(all_jobs(), pk=job_id)
    files = found.files.select_related("first_booklet", "last_booklet", "fetched_by")
    context = {
        "job": found,
        "running": found.status in jobs.UNDER_WAY,
        "stopped": found.status in jobs.STOPPED,
        "page": page(request, files, key="number"),
        "prints": prints(request),
    }
    return render(request, "printing/desk/job.html", context)


@require_POST
@for_operators
def cancel(request: SignedInRequest, job_id: int) -> HttpResponse:
    found = get_object_or_404(PrintJob, pk=job_id)
    try:
        jobs.cancel(job=found, by=request.user, at=timezone.now())
        messages.success(request, _("Arrêt demandé. Ce qui est déjà imprimé le reste."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("printing:job", job_id)


@require_POST
@for_operators
def resume(request: SignedInRequest, job_id: int) -> HttpResponse:
    found = get_object_or_404(PrintJob.objects.select_related("order"), pk=job_id)
    try:
        jobs.resume(job=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        start_printing(job_id)
    return redirect("printing:job", job_id)
