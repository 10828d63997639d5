"""Addresses of the offer API, below /api/v1/offer/."""

from django.urls import path

from directory.offer import api

app_name = "offer-api"

urlpatterns = [
    path("venues/", api.VenuesView.as_view(), name="venues"),
    path("venues/<int:venue_id>/", api.VenueView.as_view(), name="venue"),
    path("venues/<int:venue_id>/place/", api.VenuePlaceView.as_view(), name="venue_place"),
    path("venues/<int:venue_id>/hours/", api.VenueHoursView.as_view(), name="venue_hours"),
    path("venues/<int:venue_id>/publish/", api.VenuePublishView.as_view(), name="venue_publish"),
    path("venues/<int:venue_id>/hide/", api.VenueHideView.as_view(), name="venue_hide"),
    path("services/", api.ServicesView.as_view(), name="services"),
    path("services/<int:service_id>/", api.ServiceView.as_view(), name="service"),
    path("services/<int:service_id>/submit/", api.ServiceSubmitView.as_view(), name="service_submit"),
    path("services/<int:service_id>/withdraw/", api.ServiceWithdrawView.as_view(), name="service_withdraw"),
]
