"""Addresses of the public pages of campaigns, and of what their sponsor takes from them."""

from django.urls import path

from coupons.showcase.views import public, sponsor

app_name = "showcase"

urlpatterns = [
    path("campagnes/<slug:campaign_slug>/", public.campaign, name="campaign"),
    path("campagnes/<slug:campaign_slug>/liste/", public.nearest, name="nearest"),
    path("campagnes/<slug:campaign_slug>/contour.json", public.outline, name="outline"),
    path("campagnes/<slug:campaign_slug>/logo.png", public.logo, name="logo"),
    path("espace/<int:org_id>/campagnes/<int:campaign_id>/depliant/", sponsor.leaflets, name="leaflets"),
    path("espace/<int:org_id>/campagnes/<int:campaign_id>/depliant.pdf", sponsor.leaflet, name="leaflet"),
    path("espace/<int:org_id>/campagnes/<int:campaign_id>/page/", sponsor.publish, name="publish"),
]
