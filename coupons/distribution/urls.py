"""Addresses of the booklets and of the delivery points of a sponsor."""

from django.urls import include, path

from coupons.distribution.views import booklets, bulk, handing, points

app_name = "distribution"

booklet = [
    path("", booklets.booklets, name="booklets"),
    path("remettre/", handing.counter, name="counter"),
    path("remettre/ici/", handing.place, name="place"),
    path("remettre/en-nombre/", bulk.new, name="bulk_new"),
    path("remettre/en-nombre/<int:bulk_id>/", bulk.bulk, name="bulk"),
    path("remettre/en-nombre/<int:bulk_id>/confirmer/", bulk.confirm, name="bulk_confirm"),
    path("remettre/en-nombre/<int:bulk_id>/arreter/", bulk.cancel, name="bulk_cancel"),
    path("<int:booklet_id>/", booklets.booklet, name="booklet"),
    path("<int:booklet_id>/annuler/", booklets.lost, name="lost"),
]
point = [
    path("", points.points, name="points"),
    path("nouveau/", points.edit, name="point_new"),
    path("<int:point_id>/", points.point, name="point"),
    path("<int:point_id>/modifier/", points.edit, name="point_edit"),
    path("<int:point_id>/fermer/", points.close, name="point_close"),
]
urlpatterns = [
    path("espace/<int:org_id>/carnets/", include(booklet)),
    path("espace/<int:org_id>/points-de-remise/", include(point)),
]
