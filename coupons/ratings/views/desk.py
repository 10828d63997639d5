"""The platform reads what is to be shown, and sees which venues are rated low."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coupons.ratings import moderating
from coupons.ratings.forms import ReasonForm
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_staff
from directory.models import Review
from directory.rights import StaffCapability, belongs_to
from directory.upkeep.lists import page

for_moderators = for_staff(StaffCapability.MODERATE)


@require_safe
@for_moderators
def desk(request: SignedInRequest) -> HttpResponse:
    """What waits, the oldest first; all that was written, the latest first, when `?tous` asks."""
    everything = "tous" in request.GET
    rows = Review.objects.select_related("venue", "organization")
    wanted, key = (rows.exclude(comment=""), "-pk") if everything else (rows.to_moderate(), "pk")
    found = page(request, wanted, key=key)
    context = {"page": found, "all": everything, "flags": moderating.flags(timezone.now())}
    return render(request, "ratings/desk/reviews.html", context)


@require_safe
@for_moderators
def review(request: SignedInRequest, review_id: int) -> HttpResponse:
    return shown(request, written(review_id), ReasonForm())


@require_POST
@for_moderators
def publish(request: SignedInRequest, review_id: int, what: str) -> HttpResponse:
    return decided(request, written(review_id), what, "")


@require_POST
@for_moderators
def refuse(request: SignedInRequest, review_id: int, what: str) -> HttpResponse:
    found, form = written(review_id), ReasonForm(request.POST)
    if not form.is_valid():
        return shown(request, found, form, status=422)
    return decided(request, found, what, form.cleaned_data["reason"])


def written(review_id: int) -> Review:
    """One in which there is something to read."""
    rows = Review.objects.select_related("venue", "organization", "moderated_by", "answer_moderated_by")
    return get_object_or_404(rows.exclude(comment=""), pk=review_id)


def shown(request: SignedInRequest, found: Review, form: ReasonForm, status: int = 200) -> HttpResponse:
    context = {
        "review": found,
        "form": form,
        "what": moderating.subject(found),
        "own": belongs_to(request.user, found.organization),
    }
    return render(request, "ratings/desk/review.html", context, status=status)


def decided(request: SignedInRequest, found: Review, what: str, reason: str) -> HttpResponse:
    by, at = request.user, timezone.now()
    try:
        if reason:
            moderating.refuse(review=found, what=what, reason=reason, by=by, at=at)
        else:
            moderating.publish(review=found, what=what, by=by, at=at)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("C'est refusé.") if reason else _("C'est publié."))
    return redirect("ratings:desk")
