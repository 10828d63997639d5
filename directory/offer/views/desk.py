"""The reviewers' desk of services: the queue, one service beside what it replaces, and the decision."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.choices import Audience, Mode, ReviewStatus
from directory.entry import SignedInRequest, for_staff
from directory.models import Service
from directory.offer import queue as waiting
from directory.offer import reviewing
from directory.offer.forms import ReviewForm
from directory.offer.reviewing import Seen
from directory.offer.views.entering import done
from directory.rights import StaffCapability, belongs_to
from directory.sheet import labels

for_reviewers = for_staff(StaffCapability.REVIEW)


@require_http_methods(["GET", "POST"])
@for_reviewers
def queue(request: SignedInRequest) -> HttpResponse:
    """`seen`: the ticked ones, as "number@instant of sending"."""
    if request.method == "POST":
        approve_ticked(request)
        return redirect("offer:desk")
    found = waiting.queue(request.GET.get("after", "")[:300])
    return render(request, "offer/desk/queue.html", {"queue": found, "now": timezone.now()})


def approve_ticked(request: SignedInRequest) -> None:
    ticked = [read_seen(text) for text in request.POST.getlist("seen")[: waiting.ROWS]]
    decided = reviewing.approve_many(
        seen=[seen for seen in ticked if seen], by=request.user, at=timezone.now()
    )
    for refusal in decided.refused:
        messages.error(request, refusal)
    words = ngettext("%(n)s service approuvé.", "%(n)s services approuvés.", decided.done)
    messages.success(request, words % {"n": decided.done})


def read_seen(text: str) -> Seen | None:
    number, _at, instant = text[:60].partition("@")
    try:
        return Seen(int(number), datetime.fromisoformat(instant)) if number.isdecimal() else None
    except ValueError:
        return None


def any_service(service_id: int) -> Service:
    """A draft is nobody's but its author's."""
    rows = Service.objects.exclude(status=ReviewStatus.DRAFT)
    rows = rows.select_related(
        "venue__organization",
        "venue__venue_type",
        "category",
        "replaces__category",
        "submitted_by",
        "reviewed_by",
    )
    return get_object_or_404(rows, pk=service_id)


@require_safe
@for_reviewers
def service(request: SignedInRequest, service_id: int) -> HttpResponse:
    return desk_page(request, any_service(service_id), ReviewForm())


def desk_page(request: SignedInRequest, found: Service, form: ReviewForm) -> HttpResponse:
    context = {
        "service": found,
        "audiences": labels(Audience, found.audiences),
        "modes": labels(Mode, found.modes),
        "areas": (found.replaces or found).coverage.defer("geom").order_by("level", "name"),
        "places": found.venue.places.order_by("pk")[:5],
        "others": found.venue.services.public()
        .exclude(pk=found.replaces_id or found.pk)
        .select_related("category")[:20],
        "own": belongs_to(request.user, found.venue.organization),
        "waiting": found.status == ReviewStatus.SUBMITTED,
        "seen": found.submitted_at.isoformat() if found.submitted_at else "",
        "form": form,
    }
    return render(request, "offer/desk/service.html", context, status=400 if form.errors else 200)


@require_POST
@for_reviewers
def approve(request: SignedInRequest, service_id: int) -> HttpResponse:
    return decided(
        request,
        service_id,
        lambda seen: reviewing.approve(seen=seen, by=request.user, at=timezone.now()),
        _("Le service est approuvé."),
    )


@require_POST
@for_reviewers
def send_back(request: SignedInRequest, service_id: int) -> HttpResponse:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return desk_page(request, any_service(service_id), form)
    note = form.cleaned_data["note"]
    return decided(
        request,
        service_id,
        lambda seen: reviewing.send_back(seen=seen, note=note, by=request.user, at=timezone.now()),
        _("Le service est renvoyé à la structure."),
    )


def decided(
    request: SignedInRequest, service_id: int, act: Callable[[Seen], object], success: str
) -> HttpResponse:
    """`seen`: the instant of sending of the text that was on screen."""
    seen = read_seen(f"{service_id}@{request.POST.get('seen', '')}")
    if seen is None:
        messages.error(request, _("Ouvrez de nouveau ce service avant de décider."))
    else:
        done(request, lambda: act(seen), success)
    return redirect("offer:desk")
