"""The page of figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coupons import charts
from coupons.impact.measuring import HOURS_OF_A_YEAR, Impact, impact
from directory.wording import price


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    found = impact(timezone.now())
    context = {"found": found, "chart": chart(found), "hours_of_a_year": HOURS_OF_A_YEAR}
    return render(request, "impact/impact.html", context)


def chart(found: Impact) -> SafeString | str:
    """Regions, the most used first; the table below it says the same and more."""
    if not found.regions:
        return ""
    marks = [
        charts.Mark(line.name or _("Autres régions"), line.price_cents / 100, price(line.price_cents))
        for line in found.regions
    ]
    title = _("Valeur des services rendus, par région")
    said = _("La plus grande barre : %(name)s, %(value)s.") % {
        "name": marks[0].label,
        "value": marks[0].text,
    }
    return charts.bars("regions", title, said, marks)
