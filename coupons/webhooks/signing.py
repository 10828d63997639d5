"""The secret of an endpoint and the signature of what it is sent: "Standard Webhooks" (standardwebhooks.com).

The secret is kept nowhere. It is derived (HKDF-SHA256, RFC 5869) from SECRET_KEY, which is outside the database,
with the endpoint's number and how often it was changed: who has a copy of the database signs nothing. The
endpoint keeps a digest of it, so that after a change of SECRET_KEY the one it was derived from is found again
among SECRET_KEY_FALLBACKS.
"""

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from coupons.models import WebhookEndpoint

MARK = "whsec_"
SECRET_BYTES = 32
# So long the former secret signs too, after a change: time to put the new one in place.
BOTH_SIGN = timedelta(hours=24)


class SecretLost(Exception):
    """None of the site's keys gives the secret that the endpoint knows: its owner has to change it."""


def new_secret(endpoint_id: int, rotation: int) -> bytes:
    return derived(settings.SECRET_KEY, endpoint_id, rotation)


def derived(key: str, endpoint_id: int, rotation: int) -> bytes:
    info = f"coupons.webhooks:{endpoint_id}:{rotation}".encode()
    return HKDF(SHA256(), SECRET_BYTES, salt=b"coupons.webhooks", info=info).derive(key.encode())


def fingerprint(secret: bytes) -> str:
    return sha256(b"coupons.webhooks.fingerprint" + secret).hexdigest()


def written(secret: bytes) -> str:
    """As its owner copies it."""
    return MARK + b64encode(secret).decode()


def secrets_of(endpoint: WebhookEndpoint, at: datetime) -> list[bytes]:
    """The present one, then the former one as long as both sign. Raises SecretLost."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        secret = derived(key, endpoint.pk, endpoint.rotation)
        if hmac.compare_digest(fingerprint(secret), endpoint.fingerprint):
            both = endpoint.rotated_at is not None and at < endpoint.rotated_at + BOTH_SIGN
            return [secret, *([derived(key, endpoint.pk, endpoint.rotation - 1)] if both else [])]
    raise SecretLost


def headers(*, event_id: str, at: datetime, body: bytes, secrets: list[bytes]) -> dict[str, str]:
    """What goes with the body: who it is, when it was sent, and one signature for each secret."""
    timestamp = str(int(at.timestamp()))
    said = f"{event_id}.{timestamp}.".encode() + body
    signed = (b64encode(hmac.digest(secret, said, "sha256")).decode() for secret in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signed),
    }
