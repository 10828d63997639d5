"""Addresses of the territorial diagnosis."""

from django.urls import path

from directory.diagnosis import views

app_name = "diagnosis"

urlpatterns = [
    path("diagnostic/", views.index, name="index"),
    path("diagnostic/<slug:code>/", views.departement, name="departement"),
    path("diagnostic/<slug:code>/carte/", views.departement_map, name="map"),
    path("diagnostic/<slug:code>/donnees.geojson", views.data, name="data"),
]
