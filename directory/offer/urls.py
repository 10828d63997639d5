"""Addresses of the offer: an organisation's venues and services, and the reviewers' desk of services."""

from django.urls import URLPattern, URLResolver, include, path

from directory.offer.views import bulk, desk, hours, place, services, stops, venues

app_name = "offer"

venue = [
    path("", venues.venue, name="venue"),
    path("fiche/", venues.edit, name="venue_edit"),
    path("apercu/", venues.preview, name="venue_preview"),
    path("publier/", venues.publish, name="venue_publish"),
    path("cacher/", venues.hide, name="venue_hide"),
    path("adresse/", place.place, name="venue_place"),
    path("horaires/", hours.venue_hours, name="venue_hours"),
    path("fermetures/", hours.closures, name="closures"),
    path("fermetures/<int:closure_id>/supprimer/", hours.closure_remove, name="closure_remove"),
    path("arrets/", stops.stops, name="stops"),
    path("arrets/nouveau/", stops.stop, name="stop_new"),
    path("arrets/<int:stop_id>/", stops.stop, name="stop"),
    path("arrets/<int:stop_id>/supprimer/", stops.remove, name="stop_remove"),
    path("services/nouveau/", services.new, name="service_new"),
]
service = [
    path("", services.service, name="service"),
    path("envoyer/", services.send, name="service_submit"),
    path("retirer/", services.take_back, name="service_withdraw"),
    path("supprimer/", services.delete, name="service_delete"),
    path("deplacer/", services.move, name="service_move"),
    path("horaires/", hours.service_hours, name="service_hours"),
    path("territoire/", place.coverage, name="service_coverage"),
]
organization: list[URLPattern | URLResolver] = [
    path("lieux/", venues.venues, name="venues"),
    path("lieux/nouveau/", venues.new, name="venue_new"),
    path("lieux/<int:venue_id>/", include(venue)),
    path("services/", services.services, name="services"),
    path("services.<str:kind>", bulk.download, name="download"),
    path("services/<int:service_id>/", include(service)),
    path("modifications/", bulk.upload, name="bulk"),
    path("modifications/<int:edit_id>/", bulk.edit, name="bulk_edit"),
    path("modifications/<int:edit_id>/confirmer/", bulk.confirm, name="bulk_confirm"),
    path("modifications/<int:edit_id>/annuler/", bulk.cancel, name="bulk_cancel"),
]
urlpatterns = [
    path("espace/<int:org_id>/", include(organization)),
    path("plateforme/services/", desk.queue, name="desk"),
    path("plateforme/services/<int:service_id>/", desk.service, name="desk_service"),
    path("plateforme/services/<int:service_id>/approuver/", desk.approve, name="desk_approve"),
    path("plateforme/services/<int:service_id>/renvoyer/", desk.send_back, name="desk_return"),
]
