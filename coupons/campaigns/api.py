"""Campaigns for organisations' own software, and what a rule would reach: verbs and rights of the pages, as JSON."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.campaigns import composing
from coupons.campaigns.api_shapes import (
    CampaignInput,
    CampaignLine,
    CampaignShape,
    CoverageInput,
    CoverageShape,
    NewCampaignInput,
)
from coupons.campaigns.parsing import BoundedJSONParser
from coupons.coverage import coverage
from coupons.models import Campaign
from directory.models import Organization
from directory.offer.api import PROBLEMS, OfferView, done, listed, page_of
from directory.offer.api_shapes import ListQuery
from directory.rights import Capability


class CoverageView(OfferView):
    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="coverage",
        summary=_("Ce qu'une règle atteindrait"),
        description=_("Compté aujourd'hui, sur les lieux labellisés que le public trouve."),
        request=CoverageInput,
        responses={200: CoverageShape, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        rule = self.given(CoverageInput).rule(self.by)
        return Response(CoverageShape(coverage(rule, timezone.localdate())).data)


class CampaignsView(OfferView):
    parser_classes = [BoundedJSONParser]

    def campaigns(self, capability: Capability = Capability.SEE) -> QuerySet[Campaign]:
        rows = Campaign.objects.for_user(self.request.user, capability).select_related("organization")
        return rows.defer("logo").order_by("pk")

    def change(self, campaign: Campaign, read: CampaignInput) -> None:
        """What is given, all of it or nothing."""
        sheet, use, distribution = (
            checked(form) if read.touches(form) else None
            for form in (read.sheet(campaign), read.use(campaign), read.distribution(campaign))
        )
        with transaction.atomic():
            if sheet:
                composing.edit_sheet(campaign=campaign, fields=sheet.cleaned_data, by=self.by)
            if use:
                composing.set_use(campaign=campaign, use=use.use, by=self.by, at=timezone.now())
            if distribution:
                composing.set_distribution(
                    campaign=campaign, distribution=distribution.distribution, by=self.by
                )

    def told(self, campaign: Campaign, status: int = 200) -> Response:
        return Response(CampaignShape(self.campaigns().get(pk=campaign.pk)).data, status=status)


class CampaignListView(CampaignsView):
    @extend_schema(
        operation_id="campaigns",
        summary=_("Lire ses campagnes"),
        parameters=[ListQuery],
        responses=page_of("Campaigns", CampaignLine),
    )
    def get(self, request: Request) -> Response:
        return listed(request, self.campaigns(), CampaignLine)

    @extend_schema(
        operation_id="campaign_create",
        summary=_("Faire une campagne"),
        request=NewCampaignInput,
        responses={201: CampaignShape, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        read = self.given(NewCampaignInput)
        number, name = read.validated_data.pop("organization"), read.validated_data["name"]
        owners = Organization.objects.for_user(request.user, Capability.MANAGE_CAMPAIGNS)
        owner = owners.filter(pk=number).first()
        if owner is None:
            raise ValidationError({"organization": [_("Ce n'est pas une de vos structures.")]})

        def make() -> Campaign:
            with transaction.atomic():
                made = composing.create_campaign(organization=owner, name=name, by=self.by, at=timezone.now())
                self.change(made, read)
                return made

        return self.told(done(make), 201)


class CampaignView(CampaignsView):
    @extend_schema(
        operation_id="campaign",
        summary=_("Lire une campagne et sa règle"),
        responses={200: CampaignShape, **PROBLEMS},
    )
    def get(self, request: Request, campaign_id: int) -> Response:
        return self.told(get_object_or_404(self.campaigns(), pk=campaign_id))

    @extend_schema(
        operation_id="campaign_edit",
        summary=_("Changer une campagne"),
        description=_("`geometry` remplace la zone dessinée. La règle ne change plus après une commande."),
        request=CampaignInput,
        responses={200: CampaignShape, **PROBLEMS},
    )
    def patch(self, request: Request, campaign_id: int) -> Response:
        campaign = get_object_or_404(self.campaigns(), pk=campaign_id)
        if not self.campaigns(Capability.MANAGE_CAMPAIGNS).filter(pk=campaign_id).exists():
            raise PermissionDenied(_("Ce jeton ou ce rôle ne permet pas de changer une campagne."))
        read = self.given(CampaignInput, partial=True)
        done(lambda: self.change(campaign, read))
        return self.told(campaign)


def checked(form: Any) -> Any:
    """The form, when all of it is right; else 400 in the names of the API."""
    if not form.is_valid():
        names = {"zone": "geometry", "__all__": ""}
        raise ValidationError({names.get(name, name): reasons for name, reasons in form.errors.items()})
    return form
