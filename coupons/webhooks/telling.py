"""What an event says: numbers of rows, instants, amounts. No code of a coupon, and nobody's name."""

import json
from datetime import UTC, datetime

from coupons.choices import EventKind
from coupons.models import Entry, Payment, Payout, WebhookEvent


def body_of(event: WebhookEvent) -> str:
    """JSON, as it is sent: `type`, `timestamp`, `data`."""
    told = {"type": event.kind, "timestamp": instant(event.at), "data": _data(event)}
    return json.dumps(told, separators=(",", ":"))


def _data(event: WebhookEvent) -> dict[str, object]:
    if event.kind == EventKind.TEST:
        return {"message": "Bonjour !"}
    if event.payout is not None and event.payout.paid is not None:
        return _of_payout(event.payout, event.payout.paid)
    if event.payment is not None:
        return _of_payment(event.payment, cancelled=event.kind == EventKind.PAYMENT_CANCELLED)
    raise ValueError(f"event {event.pk} tells of nothing")


def _of_payment(payment: Payment, *, cancelled: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "payment": payment.pk,
        "key": str(payment.key),
        "venue": payment.venue_id,
        "service": payment.service_id,
        "at": instant(payment.at),
        "day": payment.on.isoformat(),
        "price_cents": payment.price_cents,
        "covered_cents": payment.covered_cents,
        "cash_cents": payment.cash_cents,
        "coupons": payment.redemptions.count(),
        "currency": "EUR",
    }
    if cancelled and payment.cancelled_at is not None:
        told["cancelled_at"] = instant(payment.cancelled_at)
    return told


def _of_payout(payout: Payout, paid: Entry) -> dict[str, object]:
    return {
        "statement": payout.number,
        "cut_off": payout.cut_off.isoformat(),
        "amount_cents": payout.amount_cents,
        "currency": "EUR",
        "paid_on": paid.on.isoformat(),
    }


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
