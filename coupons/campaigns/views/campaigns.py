"""The campaigns of a sponsor: list, new, one, its sheet and logo, a copy of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.campaigns import composing
from coupons.campaigns.forms import LogoForm, NameForm, SheetForm
from coupons.campaigns.logo import read_logo
from coupons.campaigns.views.entering import for_managers, for_readers, manages, own_campaign
from coupons.models import Campaign
from coupons.rules import distribution_in_words, in_words
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.offer.views.entering import done, paged


@require_safe
@for_readers
def campaigns(request: SignedInRequest, organization: Organization) -> HttpResponse:
    archived = "rangees" in request.GET
    rows = organization.campaigns.filter(archived_at__isnull=not archived).defer("logo", "summary")
    context = {
        "organization": organization,
        "page": paged(request, rows),
        "manages": manages(request, organization),
        "archived": archived,
        "query": "rangees=1&" if archived else "",
    }
    return render(request, "campaigns/campaigns.html", context)


@require_http_methods(["GET", "POST"])
@for_managers
def new(request: SignedInRequest, organization: Organization) -> HttpResponse:
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = composing.create_campaign(
                organization=organization, name=name, by=request.user, at=timezone.now()
            )
            return redirect("campaigns:rule", organization.pk, made.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "campaigns/new.html", {"organization": organization, "form": form})


@require_safe
@for_readers
def campaign(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    found = own_campaign(organization, campaign_id)
    context = {
        "organization": organization,
        "campaign": found,
        "use": in_words(found),
        "distribution": distribution_in_words(found),
        "has_logo": Campaign.objects.filter(pk=found.pk, logo__isnull=False).exists(),
        "manages": manages(request, organization),
    }
    return render(request, "campaigns/campaign.html", context)


@require_http_methods(["GET", "POST"])
@for_managers
def sheet(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    found = own_campaign(organization, campaign_id)
    form = SheetForm(request.POST or None, initial=SheetForm.initial_of(found), final=bool(found.frozen_at))
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        if done(
            request,
            lambda: composing.edit_sheet(campaign=found, fields=fields, by=request.user),
            _("La campagne est enregistrée."),
        ):
            return redirect("campaigns:campaign", organization.pk, found.pk)
    context = {"organization": organization, "campaign": found, "form": form}
    return render(request, "campaigns/sheet.html", context)


@require_http_methods(["GET", "POST"])
@for_managers
def logo(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """Send one, or take it away."""
    found = own_campaign(organization, campaign_id)
    form = LogoForm(request.POST or None, request.FILES or None)
    if "remove" in request.POST:
        composing.set_logo(campaign=found, png=None, by=request.user)
        return redirect("campaigns:campaign", organization.pk, found.pk)
    if request.method == "POST" and form.is_valid():
        try:
            png = read_logo(form.cleaned_data["logo"].read())
            composing.set_logo(campaign=found, png=png, by=request.user)
            messages.success(request, _("Le logo est enregistré."))
            return redirect("campaigns:campaign", organization.pk, found.pk)
        except Refused as refused:
            form.add_error("logo", str(refused))
    has_logo = Campaign.objects.filter(pk=found.pk, logo__isnull=False).exists()
    context = {"organization": organization, "campaign": found, "form": form, "has_logo": has_logo}
    return render(request, "campaigns/logo.html", context)


@require_safe
@for_readers
def logo_png(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    png = organization.campaigns.filter(pk=campaign_id).values_list("logo", flat=True).first()
    if not png:
        raise Http404
    return HttpResponse(bytes(png), content_type="image/png")


@require_POST
@for_managers
def copy(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    found = own_campaign(organization, campaign_id)
    try:
        made = composing.duplicate(campaign=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("campaigns:campaign", organization.pk, found.pk)
    messages.success(request, _("Voici la nouvelle campagne. Donnez-lui son nom, puis changez sa règle."))
    return redirect("campaigns:sheet", organization.pk, made.pk)


@require_POST
@for_managers
def archive(request: SignedInRequest, organization: Organization, campaign_id: int) -> HttpResponse:
    """Into the archive, or out of it."""
    found = own_campaign(organization, campaign_id)
    at = None if found.archived_at else timezone.now()
    composing.archive(campaign=found, by=request.user, at=at)
    messages.success(
        request, _("La campagne est rangée.") if at else _("La campagne est de nouveau dans la liste.")
    )
    return redirect("campaigns:campaigns", organization.pk)
