"""The address of the figures."""

from django.urls import path

from coupons.impact import views

app_name = "impact"

urlpatterns = [path("impact/", views.show, name="impact")]
