"""Addresses where an organisation says what of it is told to its own software."""

from django.urls import include, path

from coupons.webhooks import views

app_name = "webhooks"

of_organization = [
    path("", views.endpoints, name="endpoints"),
    path("<int:endpoint_id>/", views.endpoint, name="endpoint"),
    path("<int:endpoint_id>/secret/", views.rotate, name="rotate"),
    path("<int:endpoint_id>/essai/", views.test, name="test"),
    path("<int:endpoint_id>/arreter/", views.disable, name="disable"),
    path("<int:endpoint_id>/envois/<int:sending_id>/", views.delivery, name="delivery"),
    path("<int:endpoint_id>/envois/<int:sending_id>/renvoyer/", views.again, name="again"),
]
urlpatterns = [path("espace/<int:org_id>/webhooks/", include(of_organization))]
