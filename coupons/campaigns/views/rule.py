"""One page to compose the rule, and what it would reach beside it.

Everything works in one form without JavaScript: each button sends the whole page back, changed by what the button
does; only « Enregistrer » keeps it. With JavaScript the map writes into the same form and the preview follows.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from psycopg.errors import QueryCanceled

from coupons.accepting import Rule
from coupons.campaigns import composing
from coupons.campaigns.forms import DistributionForm, UseForm, key
from coupons.campaigns.shapes import with_circle
from coupons.campaigns.telling import told
from coupons.campaigns.views.entering import for_managers, own_campaign
from coupons.campaigns.zones import zones_of
from coupons.coverage import coverage
from coupons.models import Campaign
from coupons.rules import in_words
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.views.entering import done
from directory.referential import referential
from geodata import gazetteer
from geodata.geometry import MAX_BYTES, GeometryRefused, read_geojson

PREVIEW_MS = 4_000
PICKERS = ("areas", "hand_over_areas")


@dataclass
class Forms:
    """Both rules of a campaign; that of use is not asked once it is final."""

    use: UseForm
    distribution: DistributionForm
    final: bool

    @classmethod
    def of(cls, campaign: Campaign, data: Any = None) -> "Forms":
        use = UseForm(data, initial=UseForm.initial_of(campaign), campaign=campaign)
        distribution = DistributionForm(
            data, initial=DistributionForm.initial_of(campaign), campaign=campaign
        )
        return cls(use, distribution, bool(campaign.frozen_at))

    def is_valid(self) -> bool:
        # Both are asked, so that all errors show at once.
        return all([self.distribution.is_valid(), self.final or self.use.is_valid()])

    def save(self, campaign: Campaign, request: SignedInRequest) -> None:
        with transaction.atomic():
            if not self.final:
                composing.set_use(campaign=campaign, use=self.use.use, by=request.user, at=timezone.now())
            composing.set_distribution(
                campaign=campaign, distribution=self.distribution.distribution, by=request.user
            )


@require_http_methods(["GET", "POST"])
@for_managers
def rule(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    campaign = own_campaign(organization, campaign_id)
    forms = Forms.of(campaign)
    if request.method == "POST":
        forms = Forms.of(campaign, changed(request))
        valid = forms.is_valid()
        if (
            "save" in request.POST
            and valid
            and done(request, lambda: forms.save(campaign, request), _("La règle est enregistrée."))
        ):
            return redirect("campaigns:campaign", organization.pk, campaign.pk)
    context = {
        "organization": organization,
        "campaign": campaign,
        "use": forms.use,
        "distribution": forms.distribution,
        "use_in_words": in_words(campaign) if forms.final else [],
        **shown(forms, request, organization),
    }
    if "preview" in request.POST and not forms.final:
        context |= previewed(forms.use.rule)
    return render(request, "campaigns/rule.html", context)


@require_POST
@for_managers
def preview(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """The same form, answered by what it would reach: a part of the page."""
    campaign = own_campaign(organization, campaign_id)
    form = UseForm(request.POST, campaign=campaign)
    form.is_valid()
    refused = [*form.errors.get("zone", []), *form.errors.get("areas", [])]
    context = {"refused": refused} if refused else previewed(form.rule)
    return render(request, "campaigns/parts/coverage.html", context)


def previewed(asked: Rule) -> dict[str, Any]:
    """Given up before it keeps anybody waiting."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PREVIEW_MS}ms"])
            return told(coverage(asked, timezone.localdate()), asked)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return {"refused": [_("Ce calcul prend trop de temps : choisissez un territoire plus petit.")]}


def changed(request: SignedInRequest) -> QueryDict:
    """The form as sent, with what a button adds to the drawing."""
    data = request.POST.copy()
    try:
        if "circle" in data:
            before = str(data.get("zone", "")).strip()
            drawn = read_geojson(before) if before else None
            shape = with_circle(drawn, data.get("circle_place", "")[:200], data.get("circle_km", ""))
            data["zone"] = shape.geojson
        if "upload" in data and "file" in request.FILES:
            data["zone"] = read_upload(request)
    except (Refused, GeometryRefused) as refused:
        messages.error(request, str(refused))
    return data


def read_upload(request: SignedInRequest) -> str:
    """The text of a GeoJSON file; whether it is one is for the form to say."""
    [file] = request.FILES.getlist("file")[:1]
    if (file.size or 0) > MAX_BYTES:
        raise Refused(_("Ce fichier est trop lourd : 1 Mo au plus. Simplifiez son contour."))
    return file.read().decode("utf-8-sig", "replace").replace("\0", "")


def shown(forms: Forms, request: SignedInRequest, organization: Organization) -> dict[str, Any]:
    """What both pickers hold and have found, the drawing, and the zones that may be taken up again."""
    use, shape = forms.use, forms.use.repaired
    drawn = use["zone"].value() or ""
    zone_id = str(use["zone_id"].value() or "")
    pickers = {
        name: picker(name, form, request)
        for name, form in zip(PICKERS, (forms.use, forms.distribution), strict=True)
    }
    taken = {area.pk for area in pickers["areas"]["picked"]}
    others = [zone for zone in zones_of(organization) if str(zone.pk) != zone_id and zone.pk not in taken]
    return {
        "pickers": pickers,
        "shape": shape.geojson if shape else drawn[:MAX_BYTES],
        "repaired": shape is not None,
        "zones": [(key(zone.area), zone.area.name) for zone in others],
        "main_categories": nested(use),
        "circle": {name: request.POST.get(name, "")[:200] for name in ("circle_place", "circle_km")},
    }


def picker(name: str, form: Any, request: SignedInRequest) -> dict[str, Any]:
    """Areas already chosen, and those that a search by name has found."""
    field = form.fields[name]
    values = request.POST.getlist(name) if form.is_bound else form.initial.get(name, [])
    picked = form.cleaned_data.get(name) if form.is_bound and hasattr(form, "cleaned_data") else None
    asked = request.POST.get(f"q_{name}", "").replace("\0", "").strip()[:100]
    known = {key(area) for area in picked or ()}
    found = gazetteer.areas(asked, limit=10) if asked and request.POST.get("find") == name else []
    return {
        "name": name,
        "picked": field.to_python(values) if picked is None and not form.errors.get(name) else picked or [],
        "asked": asked,
        "searched": request.POST.get("find") == name,
        "found": [area for area in found if key(area) not in known],
        "errors": form.errors.get(name, []),
    }


def nested(form: UseForm) -> list[dict[str, Any]]:
    """Main categories, each with its sub-categories, as ticks."""
    ticked = set(form["categories"].value() or ())
    known = referential()
    return [
        {
            "row": parent,
            "ticked": parent.slug in ticked,
            "children": [(child, child.slug in ticked) for child in known.children(parent)],
        }
        for parent in known.main_categories
    ]
