"""Addresses of the API of the directory, below /api/v1/."""

from django.urls import path

from directory import api

app_name = "directory-api"
urlpatterns = [
    path("venues/", api.VenuesView.as_view(), name="venues"),
    path("venues/<int:venue_id>/", api.VenueView.as_view(), name="venue"),
    path("map/", api.MapView.as_view(), name="map"),
]
