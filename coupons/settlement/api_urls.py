"""Addresses of the payouts' API, below /api/v1/payouts/."""

from django.urls import path

from coupons.settlement import api

app_name = "settlement-api"

urlpatterns = [
    path("", api.PayoutListView.as_view(), name="payouts"),
    path("<slug:number>/", api.PayoutView.as_view(), name="payout"),
]
