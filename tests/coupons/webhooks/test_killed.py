"""A worker killed between sending and noting: what it sent arrives again, under the same identifier."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from coupons.models import WebhookDelivery
from coupons.taking import take
from coupons.webhooks import delivering
from tests.at_once import at_once
from tests.coupons import toy
from tests.coupons.webhooks.conftest import build
from tests.coupons.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def worker(*words: str) -> int:
    """A process of its own on the test's database, as the site's role."""
    told = connection.settings_dict
    who = f"{told['USER']}:{quote(str(told['PASSWORD']), safe='')}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{who}@/{told['NAME']}?host={told['HOST']}&port={told['PORT']}",
        "DATABASE_ROLE": "site",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PROCESS": "worker",
        "SECRET_KEY": settings.SECRET_KEY,
        "WEBHOOKS_TO_LOCALHOST": "yes",
    }
    environment.pop("DATABASE_OWNER_URL", None)
    command = [sys.executable, "-m", "tests.coupons.webhooks.worker", *words]
    return subprocess.run(command, env=environment, cwd=settings.BASE_DIR, timeout=60, check=False).returncode


def test_at_least_once(receiver: Receiver) -> None:
    shop = build(receiver.url)
    take(shop.counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    assert worker("die") == -signal.SIGKILL
    assert len(receiver.received) == 1
    [delivery] = shop.deliveries()
    assert (delivery.status, delivery.tries) == ("pending", 1)
    assert worker() == 0  # not before its lease is over
    assert len(receiver.received) == 1
    WebhookDelivery.objects.update(next_at=delivery.next_at - delivering.LEASE - timedelta(seconds=1))
    assert worker() == 0
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    [delivery] = shop.deliveries()
    assert (delivery.status, delivery.tries) == ("delivered", 2)


def test_two_workers_at_once_send_each_once(receiver: Receiver) -> None:
    shop = build(receiver.url)
    for _one in range(20):
        take(shop.counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    assert sum(at_once(delivering.deliver, delivering.deliver, refusals=())) == 20
    identifiers = [one.headers["webhook-id"] for one in receiver.received]
    assert len(set(identifiers)) == len(identifiers) == 20
