"""What anybody may read about the label, and the short address of a venue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from directory.label import charter, labels, questionnaire
from directory.models import Venue


@require_safe
def criteria(request: HttpRequest) -> HttpResponse:
    context = {
        "questionnaire": questionnaire.CURRENT,
        "charter": charter.CURRENT,
        "years": labels.YEARS,
        "nav": "label",
    }
    return render(request, "label/criteria.html", context)


@require_safe
def short(request: HttpRequest, venue_id: int) -> HttpResponse:
    """Printed codes outlive names and merges: the address follows the venue."""
    venue = get_object_or_404(Venue.objects.select_related("merged_into"), pk=venue_id)
    return redirect(venue.merged_into or venue)
