"""Proof of reserve: what is held against what is owed, read from the legs themselves, signed, published once a day.

The signing key is derived from COUPON_KEY, which is outside the database: who can write in the database cannot sign.
Each proof names the digest of the one before it, so that none is changed or taken away without a trace.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction

from coupons.lettering import day_of
from coupons.models import Proof

PURPOSE = b"aptic proof of reserve 1"
# One statement, hence one instant: every account by itself, since a debt to one is not paid by what another owes us.
STANDING = """
WITH balance AS (
    SELECT account.kind, -coalesce(sum(leg.amount_cents), 0)::bigint AS owed
    FROM coupons_account account LEFT JOIN coupons_leg leg ON leg.account_id = account.id
    GROUP BY account.id)
SELECT (SELECT jsonb_object_agg(kind, jsonb_build_object('owed', owed, 'lacking', lacking)) FROM (
            SELECT kind, coalesce(sum(owed) FILTER (WHERE owed > 0), 0)::bigint AS owed,
                   coalesce(-sum(owed) FILTER (WHERE owed < 0), 0)::bigint AS lacking
            FROM balance GROUP BY kind) by_kind),
       (SELECT jsonb_build_object('number', coalesce(sum(live.n), 0),
                                  'face_cents', coalesce(sum(live.n * made.face_value_cents), 0))
        FROM (SELECT booklet.order_id, count(*) AS n
              FROM coupons_coupon coupon JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
              WHERE booklet.status = 'active' AND coupon.state = 'active' GROUP BY booklet.order_id) live
        JOIN coupons_order made ON made.id = live.order_id),
       (SELECT max(id) FROM coupons_entry)
"""
# In the order in which they are shown: the name in the signed text, the kind of account.
LIABILITIES = {
    "coupons": "outstanding",
    "contribution": "contribution",
    "deposits": "sponsor_deposit",
    "providers": "provider_payable",
    "sponsors": "sponsor_refundable",
    "funds": "fund_payable",
    "unmatched": "unmatched",
    "vat": "vat",
}


@dataclass(frozen=True)
class Standing:
    """In cents. `owed` by its names above; `to_recover`: what payees were paid and must give back."""

    bank: int
    owed: dict[str, int]
    revenue: int
    to_recover: int
    live_coupons: int
    live_face: int
    last_entry: int

    @property
    def owed_in_all(self) -> int:
        return sum(self.owed.values())

    @property
    def covered(self) -> bool:
        """Enough is held for everybody at once."""
        return self.bank >= self.owed_in_all

    @property
    def counted(self) -> bool:
        """What the books say of coupons is what the coupons say."""
        return self.owed["coupons"] == self.live_face


def standing() -> Standing:
    """Now, from the legs."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        kinds, live, last_entry = cursor.fetchone()
    kinds, live = json.loads(kinds or "{}"), json.loads(live)
    nothing = {"owed": 0, "lacking": 0}
    of = {name: kinds.get(kind, nothing) for name, kind in LIABILITIES.items()}
    bank, revenue = kinds.get("bank", nothing), kinds.get("revenue", nothing)
    return Standing(
        bank=bank["lacking"] - bank["owed"],
        owed={name: sums["owed"] for name, sums in of.items()},
        revenue=revenue["owed"] - revenue["lacking"],
        to_recover=sum(sums["lacking"] for sums in of.values()),
        live_coupons=int(live["number"]),
        live_face=int(live["face_cents"]),
        last_entry=last_entry or 0,
    )


def publish(*, at: datetime) -> Proof:
    """Today's proof, made if it is not there yet."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coupons.proof'))")
        today = day_of(at)
        known = Proof.objects.filter(on=today).first()
        if known is not None:
            return known
        content = written(standing(), at, previous=Proof.objects.filter(on__lt=today).first())
        key = signing_key()
        return Proof.objects.create(
            on=today,
            made_at=at,
            content=content,
            signature=key.sign(content.encode()),
            public_key=raw(key.public_key()),
        )


def written(of: Standing, at: datetime, previous: Proof | None) -> str:
    """The text that is signed: JSON on one line, names in alphabetical order, amounts in cents."""
    said: dict[str, Any] = {
        "site": settings.PUBLIC_URL,
        "at": at.isoformat(timespec="seconds"),
        "bank_cents": of.bank,
        "owed_cents": {**of.owed, "total": of.owed_in_all},
        "revenue_cents": of.revenue,
        "to_recover_cents": of.to_recover,
        "live_coupons": {"number": of.live_coupons, "face_cents": of.live_face},
        "last_entry": of.last_entry,
        "covered": of.covered,
        "counted": of.counted,
        "previous_sha256": digest(previous) if previous else "",
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def digest(proof: Proof) -> str:
    return sha256(proof.content.encode()).hexdigest()


def signing_key() -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(settings.COUPON_KEY)
    return Ed25519PrivateKey.from_private_bytes(seed)


def raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def verified(proof: Proof) -> bool:
    """Signed by the key it names."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes(proof.public_key)).verify(
            bytes(proof.signature), proof.content.encode()
        )
    except InvalidSignature:
        return False
    return True


def as_json(proof: Proof) -> dict[str, Any]:
    """What is downloaded: the signed text as it is, the signature, the key, and the same figures to be read."""
    key = Ed25519PublicKey.from_public_bytes(bytes(proof.public_key))
    return {
        "on": proof.on.isoformat(),
        "algorithm": "Ed25519",
        "content": proof.content,
        "signature": b64encode(bytes(proof.signature)).decode(),
        "public_key": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    }
