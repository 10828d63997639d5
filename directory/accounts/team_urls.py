"""Addresses of the platform's team, below /plateforme/equipe/."""

from django.urls import path

from directory.accounts.views import team

app_name = "team"

urlpatterns = [
    path("", team.people, name="people"),
    path("<int:staff_role_id>/retirer/", team.take, name="take"),
]
