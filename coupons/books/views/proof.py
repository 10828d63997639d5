"""The proof of reserve, for everybody."""

import json
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from coupons.books import drawing, proving
from coupons.models import Proof
from directory.upkeep.lists import page

DAYS = 60
NAMES = {
    "coupons": _("Chèques en circulation"),
    "contribution": _("Contribution réservée pour ces chèques"),
    "deposits": _("Avances des commanditaires, carnets pas encore remis"),
    "providers": _("Dû aux acteurs de la médiation"),
    "sponsors": _("À rembourser aux commanditaires"),
    "funds": _("Dû aux fonds de coopération territoriale"),
    "unmatched": _("Virements reçus, à rapprocher"),
    "vat": _("TVA à verser à l'État"),
}


@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    return told(request, Proof.objects.first())


@require_safe
def proof_of(request: HttpRequest, day: str) -> HttpResponse:
    return told(request, found(day))


@require_safe
def proof_json(request: HttpRequest, day: str) -> JsonResponse:
    return JsonResponse(proving.as_json(found(day)), json_dumps_params={"indent": 1})


def found(day: str) -> Proof:
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Proof, on=on)


def told(request: HttpRequest, shown: Proof | None) -> HttpResponse:
    former = page(request, Proof.objects.all(), key="-pk")
    context: dict[str, Any] = {
        "proof": shown,
        "history": [figures(one) for one in former.rows],
        "more": former.next_url,
    }
    if shown is not None:
        said = json.loads(shown.content)
        latest = [figures(one) for one in Proof.objects.filter(on__lte=shown.on)[:DAYS]]
        context |= {
            "said": said,
            "owed": [(name, said["owed_cents"][key]) for key, name in NAMES.items()],
            "missing": max(0, said["owed_cents"]["total"] - said["bank_cents"]),
            "verified": proving.verified(shown),
            "chart": drawing.chart([(one["on"], one["bank"], one["owed"]) for one in reversed(latest)]),
            "address": request.build_absolute_uri(reverse("books:proof_json", args=[shown.on.isoformat()])),
        }
    return render(request, "books/proof.html", context)


def figures(one: Proof) -> dict[str, Any]:
    said = json.loads(one.content)
    return {
        "on": one.on,
        "bank": said["bank_cents"],
        "owed": said["owed_cents"]["total"],
        "covered": said["covered"] and said["counted"],
    }
