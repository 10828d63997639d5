"""Addresses of the public pages."""

from django.urls import path

from directory import embedding, views

app_name = "directory"

urlpatterns = [
    path("", views.home, name="home"),
    path("lieux/", views.results, name="results"),
    path("integrer/lieux/", views.framed, name="framed"),
    path("oembed", embedding.oembed, name="oembed"),
    path("lieux/<int:venue_id>/<slug:slug>/", views.venue, name="venue"),
    path("territoires/<slug:level>/<slug:code>/", views.area, name="area"),
    path("territoires/<slug:level>/<slug:code>/carte/", views.area_map, name="area_map"),
    path("comment-ca-marche/", views.how, name="how"),
    path("comment-ca-marche/beneficiaires/", views.how_beneficiary, name="how_beneficiary"),
    path("comment-ca-marche/acteurs/", views.how_provider, name="how_provider"),
    path("comment-ca-marche/commanditaires/", views.how_sponsor, name="how_sponsor"),
    path("a-propos/", views.about, name="about"),
    path("accessibilite/", views.accessibility, name="accessibility"),
]
