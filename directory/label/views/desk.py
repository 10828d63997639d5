"""The reviewers' desk: the queue, one application, and what is decided about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directory.entry import SignedInRequest, for_staff
from directory.label import deciding
from directory.label.forms import ChecklistForm, NoteForm, ReasonForm
from directory.label.neighbours import Neighbours
from directory.label.queue import QueueForm, counts, queue
from directory.label.steps import Status, StepRefused
from directory.label.views.applying import answered
from directory.label.views.documents import served
from directory.models import LabelApplication
from directory.rights import StaffCapability, belongs_to

for_reviewers = for_staff(StaffCapability.REVIEW)


def any_application(application_id: int) -> LabelApplication:
    """A draft is nobody's but its author's."""
    rows = LabelApplication.objects.select_related("venue__venue_type", "organization", "reviewer")
    handed_in = ~Q(status=Status.DRAFT) & Q(submitted_at__isnull=False)
    return get_object_or_404(rows.filter(handed_in), pk=application_id)


@require_safe
@for_reviewers
def queue_page(request: SignedInRequest) -> HttpResponse:
    form = QueueForm(request.GET)
    context: dict[str, Any] = {"form": form, "counts": counts(), "now": timezone.now()}
    if form.is_valid():
        found = queue(form.applications(request.user), form.cleaned_data["after"])
        following = request.GET.copy()
        following["after"] = found.next_cursor
        context |= {"queue": found, "next_url": found.next_cursor and f"?{following.urlencode()}"}
    return render(request, "label/desk/queue.html", context, status=200 if form.is_valid() else 400)


@require_safe
@for_reviewers
def application(request: SignedInRequest, application_id: int) -> HttpResponse:
    return application_page(request, any_application(application_id))


def application_page(
    request: SignedInRequest, found: LabelApplication, status: int = 200, **forms: Any
) -> HttpResponse:
    """`forms`: the one that was just refused, with what it says."""
    places = list(found.venue.places.order_by("pk"))
    context = {
        "application": found,
        "places": places,
        "neighbours": Neighbours.of(found.venue, places),
        "sections": answered(found),
        "documents": found.documents.all(),
        "events": found.events.select_related("by").exclude(status=Status.DRAFT),
        "labellings": found.venue.labellings.order_by("-pk"),
        "own": belongs_to(request.user, found.organization),
        "checklist": ChecklistForm(initial={"points": list(found.checklist)}),
        "more": ReasonForm(label=_("Que manque-t-il ?"), prefix="more"),
        "acceptance": NoteForm(prefix="accept"),
        "refusal": ReasonForm(label=_("Pourquoi refusez-vous ?"), prefix="refuse"),
        **forms,
    }
    return render(request, "label/desk/application.html", context, status=status)


@require_safe
@for_reviewers
def document(request: SignedInRequest, application_id: int, document_id: int) -> FileResponse:
    return served(get_object_or_404(any_application(application_id).documents, pk=document_id))


def done(request: SignedInRequest, application: LabelApplication, act: Callable[[], object]) -> HttpResponse:
    """Do it, and come back to the application; what stopped it is said there."""
    try:
        act()
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("label:desk_application", application.pk)


@require_POST
@for_reviewers
def take(request: SignedInRequest, application_id: int) -> HttpResponse:
    found = any_application(application_id)
    return done(request, found, lambda: deciding.take(application=found, by=request.user, at=timezone.now()))


@require_POST
@for_reviewers
def tick(request: SignedInRequest, application_id: int) -> HttpResponse:
    found, form = any_application(application_id), ChecklistForm(request.POST)
    if not form.is_valid():
        return application_page(request, found, 422, checklist=form)
    points = form.cleaned_data["points"]
    return done(request, found, lambda: deciding.tick(application=found, points=points, by=request.user))


@require_POST
@for_reviewers
def ask_more(request: SignedInRequest, application_id: int) -> HttpResponse:
    found = any_application(application_id)
    form = ReasonForm(request.POST, label=_("Que manque-t-il ?"), prefix="more")
    if not form.is_valid():
        return application_page(request, found, 422, more=form)
    words = {"message": form.cleaned_data["reason"], "by": request.user, "at": timezone.now()}
    return done(request, found, lambda: deciding.ask_more(application=found, **words))


@require_POST
@for_reviewers
def accept(request: SignedInRequest, application_id: int) -> HttpResponse:
    found, form = any_application(application_id), NoteForm(request.POST, prefix="accept")
    if not form.is_valid():
        return application_page(request, found, 422, acceptance=form)
    words = {"note": form.cleaned_data["note"], "by": request.user, "at": timezone.now()}
    return done(request, found, lambda: deciding.accept(application=found, **words))


@require_POST
@for_reviewers
def refuse(request: SignedInRequest, application_id: int) -> HttpResponse:
    found = any_application(application_id)
    form = ReasonForm(request.POST, label=_("Pourquoi refusez-vous ?"), prefix="refuse")
    if not form.is_valid():
        return application_page(request, found, 422, refusal=form)
    words = {"reason": form.cleaned_data["reason"], "by": request.user, "at": timezone.now()}
    return done(request, found, lambda: deciding.refuse(application=found, **words))
