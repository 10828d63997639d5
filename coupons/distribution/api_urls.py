"""Addresses of the distribution's API, below /api/v1/."""

from django.urls import path

from coupons.distribution.api import BookletView, HandOversView

urlpatterns = [
    path("hand-overs/", HandOversView.as_view(), name="api-hand-overs"),
    path("booklets/", BookletView.as_view(), name="api-booklets"),
]
