"""Accounts of the demonstration: stable on one installation, unknown to the next one."""

from base64 import b32encode
from typing import TypedDict

from django.utils.crypto import salted_hmac
from rest_framework.authtoken.models import Token

from directory.models import User


class Account(TypedDict):
    role: str
    email: str
    password: str
    token: str
    organization: str | None


def administrator() -> Account:
    """The platform's administrator. The password comes from SECRET_KEY: printed again, it is the same."""
    email = "administration@example.org"
    password = _password(email)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_superuser(email, password, name="Administration (démonstration)")
    elif not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    token, _created = Token.objects.get_or_create(user=user)
    return Account(role="administrator", email=email, password=password, token=token.key, organization=None)


def _password(email: str) -> str:
    digest = salted_hmac("directory.demo.accounts", email, algorithm="sha256").digest()
    return b32encode(digest)[:16].decode().lower()
