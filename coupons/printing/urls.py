"""Addresses of the printer and of deliveries: the platform's, and a sponsor's own parcels."""

from django.urls import include, path

from coupons.printing.views import deliveries, files, printer, sponsor

app_name = "printing"

printer_room = [
    path("", printer.queue, name="desk"),
    path("commandes/<int:order_id>/", printer.ask, name="request"),
    path("<int:job_id>/", printer.job, name="job"),
    path("<int:job_id>/arreter/", printer.cancel, name="cancel"),
    path("<int:job_id>/reprendre/", printer.resume, name="resume"),
    path("<int:job_id>/manifeste.<str:kind>", files.manifest_file, name="manifest"),
    path("fichiers/<int:file_id>/", files.file, name="file"),
    path("fichiers/<int:file_id>/reimprimer/", files.reprint, name="reprint"),
]
deliveries_room = [
    path("", deliveries.orders, name="deliveries"),
    path("commandes/<int:order_id>/", deliveries.order, name="order_deliveries"),
    path("<int:delivery_id>/bordereau.pdf", deliveries.slip, name="slip"),
    path("<int:delivery_id>/envoyer/", deliveries.send, name="send"),
    path("<int:delivery_id>/recu/", deliveries.receive, name="receive"),
]
urlpatterns = [
    path("plateforme/impressions/", include(printer_room)),
    path("plateforme/livraisons/", include(deliveries_room)),
    path("espace/<int:org_id>/livraisons/", sponsor.deliveries, name="own_deliveries"),
    path("espace/<int:org_id>/livraisons/<int:delivery_id>/recu/", sponsor.receive, name="own_receive"),
]
