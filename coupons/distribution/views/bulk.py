"""Many booklets at once: which, what would be refused, then how far it is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.distribution import bulk as verbs
from coupons.distribution.forms import BulkForm
from coupons.distribution.tasks import start_bulk_hand_over
from coupons.distribution.views.entering import for_distributors, points_of
from coupons.models import BulkHandOver
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.spreadsheets import MOST_BYTES, SheetRefused, read

SHOWN = 200
LATEST = 20


@require_http_methods(["GET", "POST"])
@for_distributors
def new(request: SignedInRequest, organization: Organization) -> HttpResponse:
    form = BulkForm(request.POST or None, request.FILES or None, points=points_of(organization))
    if request.method == "POST" and form.is_valid():
        try:
            found = planned(request, organization, form)
            return redirect("distribution:bulk", organization.pk, found.pk)
        except (Refused, SheetRefused) as refused:
            form.add_error(None, str(refused))
    latest = BulkHandOver.objects.filter(organization=organization).select_related("asked_by")
    context = {
        "organization": organization,
        "form": form,
        "latest": latest.defer("booklets", "refused")[:LATEST],
    }
    return render(request, "distribution/bulk_new.html", context)


def planned(request: SignedInRequest, organization: Organization, form: BulkForm) -> BulkHandOver:
    given = form.cleaned_data
    told = verbs.circumstances(given["point"], given["public"], given["situation"], timezone.now())
    numbers: list[int] | range
    if given["file"]:
        name = given["file"].name or ""
        numbers, unread = verbs.in_rows(read(given["file"].read(MOST_BYTES + 1)))
    else:
        name = f"{given['first']} – {given['last']}"
        numbers, unread = verbs.in_range(given["first"], given["last"]), []
    return verbs.plan(
        organization=organization, name=name, numbers=numbers, unread=unread, told=told, by=request.user
    )


@require_safe
@for_distributors
def bulk(request: SignedInRequest, organization: Organization, bulk_id: int) -> HttpResponse:
    """The preview, then the progress: the same address, whenever it is loaded."""
    rows = BulkHandOver.objects.filter(organization=organization).select_related("delivery_point", "asked_by")
    found = get_object_or_404(rows, pk=bulk_id)
    context = {
        "organization": organization,
        "bulk": found,
        "total": len(found.booklets),
        "running": found.status in verbs.UNDER_WAY,
        "refused": found.refused[:SHOWN],
        "more": max(0, len(found.refused) - SHOWN),
    }
    return render(request, "distribution/bulk.html", context)


@require_POST
@for_distributors
def confirm(request: SignedInRequest, organization: Organization, bulk_id: int) -> HttpResponse:
    """A few are done while one waits; many are the worker's."""
    found = get_object_or_404(BulkHandOver, organization=organization, pk=bulk_id)
    if verbs.confirm(bulk=found, at=timezone.now()):
        if len(found.booklets) > verbs.AT_ONCE:
            start_bulk_hand_over(found.pk)
        else:
            while verbs.apply_chunk(found.pk, timezone.now()):
                pass
    return redirect("distribution:bulk", organization.pk, found.pk)


@require_POST
@for_distributors
def cancel(request: SignedInRequest, organization: Organization, bulk_id: int) -> HttpResponse:
    found = get_object_or_404(BulkHandOver, organization=organization, pk=bulk_id)
    verbs.cancel(bulk=found, at=timezone.now())
    messages.success(request, _("Arrêté. Ce qui était déjà remis reste remis."))
    return redirect("distribution:bulk", organization.pk, found.pk)
