"""Addresses of the signals: the platform's only."""

from django.urls import include, path

from coupons.signals import views

app_name = "signals"

of_platform = [
    path("", views.desk, name="desk"),
    path("<int:signal_id>/", views.signal, name="signal"),
    path("<int:signal_id>/classer/", views.dismiss, name="dismiss"),
    path("<int:signal_id>/retenir/", views.hold, name="hold"),
    path("<int:signal_id>/liberer/", views.release, name="release"),
]
urlpatterns = [path("plateforme/signaux/", include(of_platform))]
