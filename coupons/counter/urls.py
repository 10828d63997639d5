"""Addresses of the counter, in the space of a provider and at the platform's desk."""

from django.urls import include, path

from coupons.counter.views import app, counter, desk, payments

app_name = "counter"

of_provider = [
    path("", counter.counter, name="counter"),
    path("lieu/", counter.place, name="place"),
    path("paiements/", payments.payments, name="payments"),
    path("paiements/<int:payment_id>/", payments.payment, name="payment"),
    path("paiements/<int:payment_id>/annuler/", payments.cancel, name="cancel"),
    path("application.webmanifest", app.manifest, name="manifest"),
    path("worker.js", app.worker, name="worker"),
]
of_desk = [
    path("", desk.find, name="desk"),
    path("<int:payment_id>/", desk.payment, name="desk_payment"),
    path("<int:payment_id>/annuler/", desk.cancel, name="desk_cancel"),
]
urlpatterns = [
    path("espace/<int:org_id>/caisse/", include(of_provider)),
    path("plateforme/paiements/", include(of_desk)),
]
