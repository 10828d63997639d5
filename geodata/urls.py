"""Addresses of this app."""

from django.urls import path

from geodata import views

urlpatterns = [
    path("tiles/<str:version>/<str:z>/<str:x>/<str:y>.mvt", views.basemap_tile, name="basemap-tile"),
    path("tiles/basemap.pmtiles", views.basemap_file, name="basemap-file"),
]
