"""Secrets made, digested and derived: what the database holds opens nothing."""

import secrets
from base64 import urlsafe_b64encode

from django.utils.crypto import salted_hmac

SECRET_BYTES = 32


def new_secret() -> str:
    """256 bits, in 43 characters that stand in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(purpose: str, secret: str) -> bytes:
    """What is kept and looked up.

    How long a look-up takes teaches nothing: a guess that differs by one character has a wholly different
    digest, which nobody can choose without SECRET_KEY.
    """
    return salted_hmac(f"directory.{purpose}", secret, algorithm="sha256").digest()


def fernet_key(secret_key: str) -> bytes:
    mac = salted_hmac("directory.second_factor", "seeds", secret=secret_key, algorithm="sha256")
    return urlsafe_b64encode(mac.digest())
