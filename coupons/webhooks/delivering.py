"""From the outbox to the endpoints: at least once, with the same identifier, for three days.

A delivery is claimed in a transaction of its own, before anything is sent: it is not due again for LEASE. Whoever is
killed between sending and noting has sent; when the lease is over it is sent once more, under the same identifier, by
which the receiver knows it. One endpoint that answers nothing keeps nobody else waiting: each has a thread of its
own, and a turn takes no longer than TURN_S and one request.
"""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from coupons.choices import DeliveryStatus, TryFailure
from coupons.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookTry
from coupons.webhooks import notices, posting, signing
from coupons.webhooks.posting import Outcome
from coupons.webhooks.telling import body_of

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# After the first try: 75 hours and a half in all, about what the specification proposes.
WAITS = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
AT_ONCE = 8  # endpoints
BATCH = 200
SHARE = 25  # of one endpoint in a batch
FAILURES = 3
TURN_S = 30.0
KEPT = timedelta(days=90)


def deliver() -> int:
    """A turn: what is due is sent, as far as the time of a turn goes. Returns how many requests were made."""
    begun, sent = time.monotonic(), 0
    while time.monotonic() - begun < TURN_S:
        claimed = claim(timezone.now())
        if not claimed:
            break
        by_endpoint: dict[int, list[WebhookDelivery]] = defaultdict(list)
        for delivery in claimed:
            by_endpoint[delivery.endpoint_id].append(delivery)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for outcomes in threads.map(_tried_in_turn, by_endpoint.values()):
                for delivery, at, outcome in outcomes:
                    sent += note(delivery, at, outcome)
    return sent


def claim(at: datetime) -> list[WebhookDelivery]:
    """Some that are due, of each endpoint the same share; nobody else takes them before LEASE is over."""
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(status=DeliveryStatus.PENDING, next_at__lte=at)
        rank = Window(RowNumber(), partition_by="endpoint", order_by=["next_at", "pk"])
        shared = due.alias(rank=rank).filter(rank__lte=SHARE).order_by("next_at").values("pk")[:BATCH]
        held = due.filter(pk__in=shared).select_for_update(skip_locked=True, of=("self",))
        numbers = list(held.order_by("pk").values_list("pk", flat=True))
        WebhookDelivery.objects.filter(pk__in=numbers).update(tries=F("tries") + 1, next_at=at + LEASE)
        rows = WebhookDelivery.objects.filter(pk__in=numbers).order_by("event__at", "pk")
        claimed = list(
            rows.select_related(
                "endpoint__organization", "event__payment", "event__payout__paid", "event__organization"
            )
        )
        write_bodies([delivery.event for delivery in claimed])
    return claimed


def write_bodies(events: Sequence[WebhookEvent]) -> None:
    """Once: every endpoint and every try gets the same bytes."""
    for event in events:
        if not event.body:
            event.body = body_of(event)
            WebhookEvent.objects.filter(pk=event.pk, body="").update(body=event.body)


Tried = tuple[WebhookDelivery, datetime, Outcome | None]


def _tried_in_turn(deliveries: list[WebhookDelivery]) -> list[Tried]:
    """To one endpoint. When it fails FAILURES times, the rest loses this try; when the time is over, it waits."""
    begun, failures, tried = time.monotonic(), 0, list[Tried]()
    for delivery in in_turn(deliveries):
        at, outcome = timezone.now(), None
        if failures == FAILURES:
            outcome = Outcome(None, TryFailure.SKIPPED, 0)
        elif time.monotonic() - begun < TURN_S:
            outcome = send(delivery, at)
            failures += not outcome.accepted
        tried.append((delivery, at, outcome))
    return tried


def in_turn(deliveries: list[WebhookDelivery]) -> list[WebhookDelivery]:
    """New ones in the order in which they happened, then those that failed, in any: none blocks the others for ever."""
    new = [delivery for delivery in deliveries if delivery.tries == 1]
    again = [delivery for delivery in deliveries if delivery.tries > 1]
    secrets.SystemRandom().shuffle(again)
    return [*new, *again]


def send(delivery: WebhookDelivery, at: datetime) -> Outcome:
    """One request. Reads nothing from the database: it runs beside others."""
    endpoint, body = delivery.endpoint, delivery.event.body.encode()
    try:
        keys = signing.secrets_of(endpoint, at)
    except signing.SecretLost:
        return Outcome(None, TryFailure.SECRET, 0)
    signed = signing.headers(event_id=str(delivery.event_id), at=at, body=body, secrets=keys)
    return posting.post(endpoint.url, body, signed)


def note(delivery: WebhookDelivery, at: datetime, outcome: Outcome | None) -> int:
    """What came of it; 1 for a request that was made. One whose turn did not come keeps its try."""
    with transaction.atomic():
        current = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if current.status != DeliveryStatus.PENDING:
            return int(outcome is not None)  # disabled meanwhile
        if outcome is None:
            current.tries = max(current.tries - 1, 0)
            current.next_at = at + MINUTE
        else:
            _log(current, at, outcome)
            _next(current, at, outcome)
        current.save(update_fields=["status", "tries", "next_at"])
    if current.status == DeliveryStatus.FAILED:
        tell(current.endpoint_id, at)
    return int(outcome is not None)


def _log(delivery: WebhookDelivery, at: datetime, outcome: Outcome) -> None:
    WebhookTry.objects.create(
        delivery=delivery,
        number=delivery.tries,
        at=at,
        status=outcome.status,
        failure=outcome.failure,
        latency_ms=outcome.latency_ms,
        answer=outcome.answer,
    )


def _next(delivery: WebhookDelivery, at: datetime, outcome: Outcome) -> None:
    if outcome.accepted:
        delivery.status, delivery.next_at = DeliveryStatus.DELIVERED, None
    elif delivery.tries > len(WAITS):
        delivery.status, delivery.next_at = DeliveryStatus.FAILED, None
    else:
        delivery.next_at = at + WAITS[delivery.tries - 1]


def tell(endpoint_id: int, at: datetime) -> None:
    """The managers, once a day for an endpoint; when no letter can leave, the next failure tries again."""
    today = timezone.localdate(at)
    untold = WebhookEndpoint.objects.filter(pk=endpoint_id).exclude(told_on=today)
    try:
        with transaction.atomic():
            if untold.update(told_on=today):
                notices.given_up(WebhookEndpoint.objects.get(pk=endpoint_id))
    except OSError:
        logger.exception("webhook_letter_not_sent endpoint=%d", endpoint_id)


def forget(at: datetime) -> int:
    """What is older than the log goes back, unless it still waits; how many events."""
    waiting = WebhookDelivery.objects.filter(event=OuterRef("pk"), status=DeliveryStatus.PENDING)
    old = WebhookEvent.objects.filter(~Exists(waiting), at__lt=at - KEPT)
    return old.delete()[1].get("coupons.WebhookEvent", 0)
