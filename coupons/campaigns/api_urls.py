"""Addresses of the campaigns' API, below /api/v1/."""

from django.urls import path

from coupons.campaigns import api

app_name = "campaigns-api"

urlpatterns = [
    path("campaigns/", api.CampaignListView.as_view(), name="campaigns"),
    path("campaigns/<int:campaign_id>/", api.CampaignView.as_view(), name="campaign"),
    path("coverage/", api.CoverageView.as_view(), name="coverage"),
]
