"""Addresses of the dashboards: a sponsor's, a provider's, the platform's; open data."""

from django.urls import URLPattern, URLResolver, include, path

from coupons.dashboards.views import platform, provider, public, report, sponsor, what_if

app_name = "dashboards"

of_campaign = [
    path("", sponsor.dashboard, name="campaign"),
    path("carte/", sponsor.campaign_map, name="map"),
    path("zones-blanches/", sponsor.white_zones, name="white_zones"),
    path("et-si/", what_if.what_if, name="what_if"),
    path("rapport.pdf", report.report, name="report"),
    path("donnees-ouvertes/", sponsor.open_data, name="let_open"),
    path("<slug:figure>/", sponsor.lines, name="lines"),
    path("<slug:figure>.<slug:form>", sponsor.export, name="export"),
]
of_sponsor: list[URLPattern | URLResolver] = [
    path("", sponsor.overview, name="overview"),
    path("actualiser/", sponsor.refresh, name="refresh"),
    path("<int:campaign_id>/", include(of_campaign)),
]
urlpatterns = [
    path("espace/<int:org_id>/tableau-de-bord/", include(of_sponsor)),
    path("espace/<int:org_id>/activite/", provider.activity, name="activity"),
    path("plateforme/tableau-de-bord/", platform.platform, name="platform"),
    path("donnees-ouvertes/<slug:slug>.<slug:form>", public.open_data, name="open_data"),
]
