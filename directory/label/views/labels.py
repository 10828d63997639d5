"""The labels of an organisation's venues; and, for reviewers, every label in force and its withdrawal."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directory.entry import SignedInRequest, for_members
from directory.label import applying
from directory.label.forms import ReasonForm
from directory.label.labels import renewable_from, withdraw_label
from directory.label.steps import StepRefused
from directory.label.views.applying import form_page
from directory.label.views.desk import for_reviewers
from directory.label.views.refusing import refused
from directory.models import LabelApplication, Labelling, Organization, Venue
from directory.rights import Capability, belongs_to, may

ROWS = 50


@dataclass(frozen=True)
class VenueLabel:
    """One venue of an organisation: the label it holds, the application under way, what may be done."""

    venue: Venue
    today: date

    @property
    def held(self) -> Labelling | None:
        """In force today."""
        return next(
            (row for row in self._labellings if row.during.lower <= self.today < row.during.upper), None
        )

    @property
    def last(self) -> Labelling | None:
        return max(self._labellings, key=lambda row: row.during.upper, default=None)

    @property
    def application(self) -> LabelApplication | None:
        return next(
            (row for row in self.venue.applications.all() if row.status in LabelApplication.OPEN), None
        )

    @property
    def past_applications(self) -> list[LabelApplication]:
        return [row for row in self.venue.applications.all() if row.status not in LabelApplication.OPEN]

    @property
    def may_start(self) -> bool:
        if self.application:
            return False
        last = self.last
        return last is None or last.during.upper <= self.today or renewable_from(last) <= self.today

    @property
    def _labellings(self) -> list[Labelling]:
        return [row for row in self.venue.labellings.all() if not row.during.isempty]


@require_safe
@for_members(Capability.SEE)
def labels(request: SignedInRequest, organization: Organization) -> HttpResponse:
    venues = organization.venues.filter(merged_into=None).order_by("name", "pk")
    applications = LabelApplication.objects.order_by("-pk")
    venues = venues.prefetch_related("labellings", Prefetch("applications", applications))
    page = Paginator(venues, ROWS).get_page(request.GET.get("page"))
    rows = [VenueLabel(venue, timezone.localdate()) for venue in page]
    manages = may(request.user, Capability.APPLY, organization)
    context = {"organization": organization, "rows": rows, "page": page, "manages": manages}
    return render(request, "label/labels.html", context)


@require_POST
@for_members(Capability.APPLY)
def start(request: SignedInRequest, organization: Organization, venue_id: int) -> HttpResponse:
    """However often it is pressed: the one open application."""
    venue = get_object_or_404(organization.venues.filter(merged_into=None), pk=venue_id)
    try:
        application = applying.start(venue=venue, by=request.user, at=timezone.now())
    except StepRefused as refusal:
        return refused(request, refusal, "label:labels", organization.pk)
    return redirect("label:application", organization.pk, application.pk)


@require_safe
@for_reviewers
def desk_labels(request: SignedInRequest) -> HttpResponse:
    """Labels in force, by name; one page and the rest by searching."""
    asked = request.GET.get("name", "").replace("\0", "")[:100]
    held = Labelling.objects.filter(during__endswith__gt=timezone.localdate())
    held = held.filter(venue__name__named=asked) if asked else held
    rows = held.select_related("venue__organization").order_by("venue__name", "pk")
    context = {"rows": rows[:ROWS], "total": held.count(), "asked": asked, "most": ROWS}
    return render(request, "label/desk/labels.html", context)


@form_page
@for_reviewers
def desk_label(request: SignedInRequest, venue_id: int) -> HttpResponse:
    """The labels of a venue, past and present, and the form that withdraws the present one."""
    venue = get_object_or_404(Venue.objects.select_related("organization"), pk=venue_id)
    form = ReasonForm(request.POST or None, label=_("Pourquoi retirez-vous le label ?"))
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_label(
                venue=venue, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
            messages.success(request, _("Le label est retiré. Le lieu n'est plus dans la recherche."))
        except StepRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("label:desk_label", venue.pk)
    labellings = venue.labellings.select_related("application", "withdrawn_by").order_by("-pk")
    context = {
        "venue": venue,
        "labellings": labellings,
        "form": form,
        "held": venue.labellings.filter(during__endswith__gt=timezone.localdate()).exists(),
        "own": belongs_to(request.user, venue.organization),
    }
    return render(request, "label/desk/label.html", context)
