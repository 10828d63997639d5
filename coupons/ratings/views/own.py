"""What people say of an organisation's venues, and its answers."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coupons.ratings import answering
from coupons.ratings.forms import AnswerForm
from directory.accounts.refusals import Refused
from directory.echoes import Echo
from directory.entry import SignedInRequest, for_members
from directory.models import Organization, Review, Venue
from directory.querysets import ReviewQuerySet
from directory.rights import Capability
from directory.upkeep.lists import page

for_hosts = for_members(Capability.CONFIRM)
MOST_VENUES = 50


@require_safe
@for_hosts
def reviews(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """Means of each venue, and the comments that anybody may read."""
    context = {
        "organization": organization,
        "page": page(request, readable(organization).select_related("venue"), key="-pk"),
        "echoes": [] if "after" in request.GET else echoes(organization),
    }
    return render(request, "ratings/own/reviews.html", context)


def readable(organization: Organization) -> ReviewQuerySet:
    return Review.objects.read_by_anybody().filter(organization=organization)


def echoes(organization: Organization) -> list[tuple[Venue, Echo]]:
    """Of the venues about which there is something to say, those with most answers first."""
    rows = organization.venues.filter(merged_into=None).filter(
        Q(feedback__answers__gt=0) | Q(feedback__last_used_on__isnull=False)
    )
    found = rows.select_related("feedback").order_by("-feedback__answers", "pk")[:MOST_VENUES]
    return [(venue, Echo.of(venue.feedback)) for venue in found]


@require_http_methods(["GET", "POST"])
@for_hosts
def review(request: SignedInRequest, organization: Organization, review_id: int) -> HttpResponse:
    found = get_object_or_404(readable(organization).select_related("venue"), pk=review_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answering.answer(review=found, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Merci. La plateforme lit votre réponse, puis elle est affichée."))
        return redirect("ratings:own", org_id=organization.pk)
    context = {"organization": organization, "review": found, "form": form}
    return render(request, "ratings/own/review.html", context)
