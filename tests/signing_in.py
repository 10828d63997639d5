"""Signing in without the forms."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client


class SignedInClient(Client):
    """`force_login` signs in wholly: managers and staff with their second factor."""

    def force_login(self, user: AbstractBaseUser, backend: str | None = None) -> None:
        # models: not before Django is set up
        from directory.accounts.second_factor import prove

        super().force_login(user, backend)
        session = self.session
        prove(session, user)
        session.save()
