"""Addresses of payments, below /api/v1/."""

from django.urls import path

from coupons.counter.api import LookView, PaymentCancelView, PaymentsView, PaymentView

urlpatterns = [
    path("coupons/look/", LookView.as_view(), name="api-coupons-look"),
    path("payments/", PaymentsView.as_view(), name="api-payments"),
    path("payments/<int:payment_id>/", PaymentView.as_view(), name="api-payment"),
    path("payments/<int:payment_id>/cancel/", PaymentCancelView.as_view(), name="api-payment-cancel"),
]
