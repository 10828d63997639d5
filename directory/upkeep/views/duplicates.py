"""The platform's desk of duplicates: pairs, two venues side by side, and what a person says of them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_staff
from directory.models import DuplicatePair, Place, Venue
from directory.rights import StaffCapability
from directory.upkeep import duplicates, merging
from directory.upkeep.forms import KeepForm

for_reviewers = for_staff(StaffCapability.REVIEW)
ROWS = 50


@require_safe
@for_reviewers
def pairs(request: SignedInRequest) -> HttpResponse:
    """The fifty surest: those decided leave the list, and the next ones come up."""
    rows = duplicates.waiting().select_related("first", "second")
    places = Place.objects.defer("hours", "week").order_by("pk")
    shown = rows.prefetch_related(Prefetch("first__places", places), Prefetch("second__places", places))
    context = {"pairs": shown[:ROWS], "total": duplicates.waiting().count()}
    return render(request, "upkeep/desk/duplicates.html", context)


@require_safe
@for_reviewers
def pair(request: SignedInRequest, first_id: int, second_id: int) -> HttpResponse:
    venues = both(first_id, second_id)
    return pair_page(request, venues, KeepForm(venues=venues, initial={"keep": suggested(venues).pk}))


def both(first_id: int, second_id: int) -> list[Venue]:
    """Any two living venues: a person may have found a pair that the night did not."""
    rows = Venue.objects.filter(pk__in=[first_id, second_id], merged_into=None)
    rows = rows.select_related("organization", "venue_type").annotate(
        services_number=Count("services", distinct=True),
        labels_number=Count("labellings", distinct=True),
        reports_number=Count("reports", distinct=True),
    )
    found = {venue.pk: venue for venue in rows.prefetch_related("places")}
    if len(found) != 2:
        raise Http404
    return [found[first_id], found[second_id]]


def suggested(venues: list[Venue]) -> Venue:
    """The one with people behind it, else the one with most to say."""
    return max(
        venues,
        key=lambda venue: (
            venue.organization_id is not None,
            venue.labels_number,  # type: ignore[attr-defined]
            venue.services_number,  # type: ignore[attr-defined]
            -venue.pk,
        ),
    )


def pair_page(
    request: SignedInRequest, venues: list[Venue], form: KeepForm, status: int = 200
) -> HttpResponse:
    first, second = sorted(venue.pk for venue in venues)
    context = {
        "venues": venues,
        "form": form,
        "found": DuplicatePair.objects.filter(first=first, second=second).first(),
        "points": map_points(venues),
    }
    return render(request, "upkeep/desk/pair.html", context, status=status)


def map_points(venues: list[Venue]) -> list[dict[str, Any]]:
    """Every place of the two that is on the map, the first venue's first."""
    return [
        {"name": venue.name, "lon": place.point.x, "lat": place.point.y, "kind": kind}
        for venue, kind in zip(venues, ("own", "labelled"), strict=True)
        for place in venue.places.all()
        if place.point
    ]


@require_POST
@for_reviewers
def merge(request: SignedInRequest, first_id: int, second_id: int) -> HttpResponse:
    venues = both(first_id, second_id)
    form = KeepForm(request.POST, venues=venues)
    if not form.is_valid():
        return pair_page(request, venues, form, 422)
    kept, other = sorted(venues, key=lambda venue: venue.pk != form.cleaned_data["keep"])
    try:
        merging.merge(kept=kept, other=other, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("upkeep:desk_pair", first_id=first_id, second_id=second_id)
    messages.success(
        request, _("Les deux fiches n'en font plus qu'une : « %(name)s ».") % {"name": kept.name}
    )
    return redirect("upkeep:desk_duplicates")


@require_POST
@for_reviewers
def two(request: SignedInRequest, first_id: int, second_id: int) -> HttpResponse:
    first, second = both(first_id, second_id)
    duplicates.say_two(first=first, second=second, by=request.user, at=timezone.now())
    messages.success(request, _("C'est noté : ce sont deux lieux."))
    return redirect("upkeep:desk_duplicates")
