"""Addresses of the API of places, below /api/v1/."""

from django.urls import path

from geodata.api import AreasView, PlacesView

urlpatterns = [
    path("places/", PlacesView.as_view(), name="api-places"),
    path("areas/", AreasView.as_view(), name="api-areas"),
]
