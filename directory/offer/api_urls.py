"""Addresses of the offer API, below /api/v1/offer/."""

from django.urls import path

from directory.offer import api
from directory.offer import api_rounds as rounds

app_name = "offer-api"

urlpatterns = [
    path("venues/", api.VenuesView.as_view(), name="venues"),
    path("venues/<int:venue_id>/", api.VenueView.as_view(), name="venue"),
    path("venues/<int:venue_id>/place/", api.VenuePlaceView.as_view(), name="venue_place"),
    path("venues/<int:venue_id>/hours/", api.VenueHoursView.as_view(), name="venue_hours"),
    path("venues/<int:venue_id>/publish/", api.VenuePublishView.as_view(), name="venue_publish"),
    path("venues/<int:venue_id>/hide/", api.VenueHideView.as_view(), name="venue_hide"),
    path("venues/<int:venue_id>/stops/", rounds.StopsView.as_view(), name="stops"),
    path("venues/<int:venue_id>/stops/<int:stop_id>/", rounds.StopView.as_view(), name="stop"),
    path("venues/<int:venue_id>/closures/", rounds.ClosuresView.as_view(), name="closures"),
    path("venues/<int:venue_id>/closures/<int:closure_id>/", rounds.ClosureView.as_view(), name="closure"),
    path("services/", api.ServicesView.as_view(), name="services"),
    path("services/<int:service_id>/", api.ServiceView.as_view(), name="service"),
    path("services/<int:service_id>/submit/", api.ServiceSubmitView.as_view(), name="service_submit"),
    path("services/<int:service_id>/withdraw/", api.ServiceWithdrawView.as_view(), name="service_withdraw"),
    path("services/<int:service_id>/coverage/", rounds.CoverageView.as_view(), name="coverage"),
    path("services/<int:service_id>/coverage/zone/", rounds.CoverageZoneView.as_view(), name="coverage_zone"),
    path(
        "services/<int:service_id>/coverage/<slug:level>/<slug:code>/",
        rounds.CoverageAreaView.as_view(),
        name="coverage_area",
    ),
]
