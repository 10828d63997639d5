"""Address of the check of codes, below /api/v1/."""

from django.urls import path

from coupons.cheque.api import CheckView

urlpatterns = [path("coupons/check/", CheckView.as_view(), name="api-coupon-check")]
