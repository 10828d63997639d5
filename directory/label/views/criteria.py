"""What anybody may read about the label, and the short address of a venue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
    """Printed codes outlive names and merges: the address follows the venue.

    A code may be on the window before its sheet is public; then, as for a number that is nobody's, a page
    says so."""
    venue = Venue.objects.select_related("merged_into").filter(pk=venue_id).first()
    shown = venue and (venue.merged_into or venue)
    if not shown or not shown.published:
        return render(request, "label/short_hidden.html", status=404)
    return redirect(shown)
