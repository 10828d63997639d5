"""Deliveries to a real server: signed, tried again, given up; whatever that server answers."""

import hmac
import json
import re
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from coupons.models import WebhookDelivery, WebhookTry
from coupons.taking import take
from coupons.webhooks import delivering, endpoints, posting, signing
from coupons.webhooks.delivering import WAITS, deliver
from tests.coupons import toy
from tests.coupons.webhooks import receiver as answers
from tests.coupons.webhooks.conftest import Shop
from tests.coupons.webhooks.receiver import Received, Receiver

pytestmark = pytest.mark.django_db


def signatures(received: Received, secret: str) -> str:
    """As docs/webhooks.md tells receivers to compute it, from the text of the specification alone."""
    key = b64decode(secret.removeprefix("whsec_"))
    said = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode()
    return "v1," + b64encode(hmac.new(key, said + received.body, sha256).digest()).decode()


def paid(shop: Shop, coupons: int = 1) -> list[str]:
    rows, codes = toy.coupons_with_codes(coupons)
    take(shop.counter.passage([c.pk for c in rows]), at=toy.AT)
    return codes


def due_again(by: timedelta = timedelta(days=2)) -> None:
    """Time passes."""
    for delivery in WebhookDelivery.objects.filter(status="pending"):
        delivery.next_at -= by
        delivery.save(update_fields=["next_at"])


def failure(shop: Shop) -> str:
    paid(shop)
    deliver()
    [delivery] = shop.deliveries()
    assert delivery.status == "pending"
    return WebhookTry.objects.get(delivery=delivery).failure


def test_what_arrives_is_signed_and_says_nobodys_name(shop: Shop, receiver: Receiver) -> None:
    codes = paid(shop, 2)
    assert deliver() == 1
    [received] = receiver.received
    [delivery] = shop.deliveries()
    assert received.path == "/aptic?a=1"
    assert received.headers["webhook-signature"] == signatures(received, shop.secret)
    assert received.headers["webhook-id"] == str(delivery.event_id)
    assert abs(int(received.headers["webhook-timestamp"]) - time.time()) < 60
    told = json.loads(received.body)
    assert told["type"] == "payment.accepted"
    assert (told["data"]["covered_cents"], told["data"]["cash_cents"], told["data"]["coupons"]) == (
        2000,
        1500,
        2,
    )
    text = received.body.decode()
    assert not [code for code in codes if code in text or re.sub("(....)", r"\1-", code)[:19] in text]
    for private in (shop.counter.agent.email, shop.manager.name, shop.organization.name, "essai"):
        assert private not in text
    assert (delivery.status, delivery.tries, delivery.next_at) == ("delivered", 1, None)
    [tried] = delivery.log.all()
    assert (tried.status, tried.failure) == (204, "")
    assert deliver() == 0


def test_500_then_200_with_the_same_identifier_and_the_same_body(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [answers.status(500, b"panne"), answers.status(200, b"merci")]
    paid(shop)
    before = timezone.now()
    deliver()
    [delivery] = shop.deliveries()
    assert delivery.status == "pending"
    assert timedelta(seconds=50) < delivery.next_at - before < timedelta(seconds=80)
    assert deliver() == 0  # not before its time
    due_again()
    deliver()
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    [delivery] = shop.deliveries()
    assert delivery.status == "delivered"
    assert [(t.number, t.status, t.answer) for t in delivery.log.all()] == [
        (1, 500, "panne"),
        (2, 200, "merci"),
    ]


def test_after_three_days_it_is_given_up_and_the_managers_are_told_once(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.answers = [answers.status(503)]
    paid(shop)
    paid(shop)
    waits = []
    for _again in range(len(WAITS)):
        before = timezone.now()
        deliver()
        waits.append(round((shop.deliveries()[0].next_at - before) / timedelta(minutes=1)))
        due_again()
    assert waits == [round(wait / timedelta(minutes=1)) for wait in WAITS]
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=4)
    assert mail.outbox == []
    deliver()
    assert {(one.status, one.tries) for one in shop.deliveries()} == {("failed", len(WAITS) + 1)}
    [letter] = mail.outbox
    assert letter.to == [shop.manager.email]
    assert shop.endpoint.url in letter.body
    assert deliver() == 0


def test_a_letter_that_cannot_leave_stops_nothing(shop: Shop, receiver: Receiver, settings: Any) -> None:
    receiver.answers = [answers.status(503)]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    paid(shop)
    WebhookDelivery.objects.update(tries=len(WAITS))
    deliver()
    assert [one.status for one in shop.deliveries()] == ["failed"]
    shop.endpoint.refresh_from_db()
    assert shop.endpoint.told_on is None


def test_a_slow_server_is_not_waited_for(shop: Shop, receiver: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(posting, "WHOLE_S", 0.3)
    receiver.answers = [answers.late(3)]
    begun = time.monotonic()
    assert failure(shop) == "too_slow"
    assert time.monotonic() - begun < 2


def test_a_server_that_drips_is_not_waited_for(shop: Shop, receiver: Receiver, monkeypatch: Any) -> None:
    """Each sign comes in time; the whole does not."""
    monkeypatch.setattr(posting, "WHOLE_S", 0.5)
    receiver.answers = [answers.dripping(4)]
    begun = time.monotonic()
    assert failure(shop) == "too_slow"
    assert time.monotonic() - begun < 2


def test_a_huge_answer_is_left_unread(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [answers.endless(500)]
    paid(shop)
    begun = time.monotonic()
    deliver()
    assert time.monotonic() - begun < 3
    [delivery] = shop.deliveries()
    assert delivery.status == "delivered"
    assert len(delivery.log.get().answer) == posting.SHOWN


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_no_redirect_is_followed(shop: Shop, receiver: Receiver, code: int) -> None:
    receiver.answers = [answers.status(code, Location=receiver.url)]
    assert failure(shop) == "answer"
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "rubbish", [b"\x00\xff\xfe" * 50, b"", b"HTTP/1.1 200\r\n" + b"x" * 70_000, b"HTTP/1.1 abc OK\r\n\r\n"]
)
def test_garbage_is_a_failure(shop: Shop, receiver: Receiver, rubbish: bytes) -> None:
    receiver.answers = [answers.raw(rubbish)]
    assert failure(shop) == "garbage"


def test_an_answer_with_odd_signs_is_kept_as_text(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [answers.status(400, b"\x00\xffno\x1b[31m\n")]
    assert failure(shop) == "answer"
    assert WebhookTry.objects.get().answer.strip().startswith("\ufffdno")


def test_nobody_listens(shop: Shop) -> None:
    shop.endpoint.url = "http://localhost:1/"
    shop.endpoint.save()
    assert failure(shop) == "unreachable"


def test_one_that_is_down_keeps_nobody_waiting(shop: Shop, receiver: Receiver, monkeypatch: Any) -> None:
    """After a few failures in a turn the others of the same endpoint lose their try; another endpoint gets all."""
    with answers.receiving() as well:
        endpoints.register(organization=shop.organization, url=well.url, by=shop.manager, at=toy.AT)
        receiver.answers = [answers.status(500)]
        for _one in range(6):
            paid(shop)
        deliver()
        assert len(well.received) == 6
        assert len(receiver.received) == delivering.FAILURES
        told = WebhookTry.objects.filter(delivery__endpoint=shop.endpoint).values_list("failure", flat=True)
        assert sorted(told) == ["answer"] * 3 + ["skipped"] * 3


def test_both_secrets_sign_for_a_day(shop: Shop, receiver: Receiver) -> None:
    now = timezone.now()
    changed = endpoints.rotate(endpoint=shop.endpoint, by=shop.manager, at=now)
    assert changed != shop.secret
    paid(shop)
    deliver()
    [received] = receiver.received
    assert received.headers["webhook-signature"].split(" ") == [
        signatures(received, changed),
        signatures(received, shop.secret),
    ]
    shop.endpoint.refresh_from_db()
    assert len(signing.secrets_of(shop.endpoint, now + signing.BOTH_SIGN)) == 1


def test_the_secret_outlives_a_change_of_the_sites_key(shop: Shop, receiver: Receiver, settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "une autre", [settings.SECRET_KEY]
    paid(shop)
    deliver()
    [received] = receiver.received
    assert received.headers["webhook-signature"] == signatures(received, shop.secret)
    settings.SECRET_KEY_FALLBACKS = []
    assert failure_of_next(shop) == "secret"
    assert len(receiver.received) == 1


def failure_of_next(shop: Shop) -> str:
    paid(shop)
    deliver()
    return WebhookTry.objects.order_by("-pk")[0].failure


def test_sent_again_when_asked(shop: Shop, receiver: Receiver) -> None:
    paid(shop)
    deliver()
    [delivery] = shop.deliveries()
    endpoints.send_again(delivery=delivery, by=shop.manager, at=timezone.now())
    deliver()
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert shop.deliveries()[0].status == "delivered"


def test_what_is_old_is_forgotten_and_what_waits_is_not(shop: Shop, receiver: Receiver) -> None:
    paid(shop)
    deliver()
    receiver.answers = [answers.status(500)]
    paid(shop)
    deliver()
    after = toy.AT + delivering.KEPT
    assert delivering.forget(after) == 0
    assert delivering.forget(after + timedelta(seconds=1)) == 1
    assert [one.status for one in shop.deliveries()] == ["pending"]
    assert WebhookTry.objects.count() == 1
