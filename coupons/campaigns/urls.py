"""Addresses of the campaigns of a sponsor."""

from django.urls import include, path

from coupons.campaigns.views import campaigns, rule

app_name = "campaigns"

campaign = [
    path("", campaigns.campaign, name="campaign"),
    path("fiche/", campaigns.sheet, name="sheet"),
    path("regle/", rule.rule, name="rule"),
    path("apercu/", rule.preview, name="preview"),
    path("logo/", campaigns.logo, name="logo"),
    path("logo.png", campaigns.logo_png, name="logo_png"),
    path("copier/", campaigns.copy, name="copy"),
    path("ranger/", campaigns.archive, name="archive"),
]
urlpatterns = [
    path("espace/<int:org_id>/campagnes/", campaigns.campaigns, name="campaigns"),
    path("espace/<int:org_id>/campagnes/nouvelle/", campaigns.new, name="new"),
    path("espace/<int:org_id>/campagnes/<int:campaign_id>/", include(campaign)),
]
