"""The address on every cheque, below /cheque/."""

from django.urls import path

from coupons.cheque import views

app_name = "cheque"

urlpatterns = [path("cheque/", views.cheque, name="cheque")]
