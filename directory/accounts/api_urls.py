"""Addresses of the API about organisations, below /api/v1/."""

from django.urls import path

from directory.accounts.api import OrganizationsView

urlpatterns = [path("organizations/", OrganizationsView.as_view(), name="api-organizations")]
