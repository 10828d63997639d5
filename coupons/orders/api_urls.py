"""Addresses of the orders' API, below /api/v1/orders/."""

from django.urls import path

from coupons.orders import api

app_name = "orders-api"

urlpatterns = [
    path("", api.OrderListView.as_view(), name="orders"),
    path("<slug:number>/", api.OrderView.as_view(), name="order"),
    path("<slug:number>/accept/", api.OrderAcceptView.as_view(), name="accept"),
    path("<slug:number>/cancel/", api.OrderCancelView.as_view(), name="cancel"),
    path("<slug:number>/papers/<slug:paper>.pdf", api.OrderPaperView.as_view(), name="paper"),
]
