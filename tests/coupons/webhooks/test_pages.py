"""An organisation's endpoints in its space: the secret once, the log, who enters."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from coupons.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookTry
from coupons.taking import take
from coupons.webhooks import endpoints, targets
from coupons.webhooks.delivering import deliver
from directory.models import Change
from tests.coupons import toy
from tests.coupons.webhooks.conftest import Shop, a_manager
from tests.coupons.webhooks.receiver import Receiver
from tests.hostile import LONG, TELLING, assert_inert

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client, shop: Shop) -> Client:
    client.force_login(shop.manager)
    return client


def at(shop: Shop, name: str, *args: int) -> str:
    return reverse(f"webhooks:{name}", args=[shop.organization.pk, *args])


def paid(shop: Shop) -> WebhookDelivery:
    take(shop.counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    return shop.deliveries()[-1]


def secret_in(page: str) -> str:
    return "whsec_" + page.split("whsec_")[1].split("<")[0] if "whsec_" in page else ""


def test_the_secret_is_shown_once_and_kept_nowhere(manager: Client, shop: Shop, monkeypatch: Any) -> None:
    monkeypatch.setattr(targets, "resolve", lambda host, port: ["8.8.8.8"])
    answer = manager.post(at(shop, "endpoints"), {"url": "https://exemple.fr/aptic"})
    secret = secret_in(answer.content.decode())
    assert len(secret) == 50
    made = WebhookEndpoint.objects.latest("pk")
    for address in (at(shop, "endpoints"), at(shop, "endpoint", made.pk), at(shop, "endpoint", made.pk)):
        assert not secret_in(manager.get(address).content.decode())
    changed = secret_in(manager.post(at(shop, "rotate", made.pk)).content.decode())
    assert changed not in ("", secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" one WHERE strpos(one::text, %s) > 0', [secret[6:30]]
            )
            assert cursor.fetchone() == (0,), table


def test_what_cannot_be_reached_is_refused_in_words(manager: Client, shop: Shop) -> None:
    for url, words in (
        ("http://exemple.fr/", "doit commencer par https://"),
        ("https://exemple.fr:22/", "port 443 ou 8443"),
        ("https://192.168.1.1/", "réseau privé"),
        ("https://exemple.invalid/", "Personne ne connaît cette adresse"),
        ("https://", "pas bien écrite"),
        (shop.endpoint.url, "déjà dans la liste"),
    ):
        page = manager.post(at(shop, "endpoints"), {"url": url}).content.decode()
        assert words in page, url
    assert WebhookEndpoint.objects.count() == 1


def test_five_at_most(manager: Client, shop: Shop, receiver: Receiver) -> None:
    for n in range(2, 6):
        manager.post(at(shop, "endpoints"), {"url": f"{receiver.url}&n={n}"})
    assert WebhookEndpoint.objects.count() == 5
    page = manager.post(at(shop, "endpoints"), {"url": f"{receiver.url}&n=6"}).content.decode()
    assert "Arrêtez-en un pour en ajouter un autre" in page
    assert WebhookEndpoint.objects.count() == 5
    manager.post(at(shop, "disable", shop.endpoint.pk))
    manager.post(at(shop, "endpoints"), {"url": f"{receiver.url}&n=6"})
    assert sorted(WebhookEndpoint.objects.filter(disabled_at=None).values_list("slot", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_a_test_event_arrives_and_is_in_the_log(manager: Client, shop: Shop, receiver: Receiver) -> None:
    manager.post(at(shop, "test", shop.endpoint.pk))
    assert ProcrastinateJob.objects.filter(task_name__endswith="deliver_asked").count() == 1
    deliver()
    [received] = receiver.received
    assert b'"type":"test"' in received.body
    page = manager.get(at(shop, "endpoint", shop.endpoint.pk)).content.decode()
    assert "Essai" in page
    assert "réponse 204" in page
    [delivery] = shop.deliveries()
    page = manager.get(at(shop, "delivery", shop.endpoint.pk, delivery.pk)).content.decode()
    assert str(delivery.event_id) in page
    assert "Bonjour" in page
    manager.post(at(shop, "again", shop.endpoint.pk, delivery.pk))
    deliver()
    assert len(receiver.received) == 2


def test_the_button_is_no_way_to_flood_somebody(manager: Client, shop: Shop, receiver: Receiver) -> None:
    for _click in range(endpoints.MOST_WAITING + 5):
        page = manager.post(at(shop, "test", shop.endpoint.pk), follow=True).content.decode()
    assert "attendent déjà leur tour" in page
    assert deliver() == endpoints.MOST_WAITING


def test_a_stopped_one_is_stopped(manager: Client, shop: Shop, receiver: Receiver) -> None:
    paid(shop)
    manager.post(at(shop, "disable", shop.endpoint.pk))
    assert deliver() == 0
    for name in ("test", "rotate", "disable"):
        page = manager.post(at(shop, name, shop.endpoint.pk), follow=True).content.decode()
        assert "Ce point de réception est arrêté" in page
    assert Change.objects.filter(table="webhookendpoint", action="update").count() == 1


def test_others_see_nothing(client: Client, shop: Shop) -> None:
    delivery = paid(shop)
    other = toy.a_counter("Autre").service.venue.organization
    client.force_login(a_manager(other))
    for name, args in (("endpoint", []), ("delivery", [delivery.pk])):
        address = reverse(f"webhooks:{name}", args=[other.pk, shop.endpoint.pk, *args])
        assert client.get(address).status_code == 404
    for name, args in (("rotate", []), ("test", []), ("disable", []), ("again", [delivery.pk])):
        address = reverse(f"webhooks:{name}", args=[other.pk, shop.endpoint.pk, *args])
        assert client.post(address).status_code == 404


def test_as_many_queries_for_one_row_as_for_twenty(manager: Client, shop: Shop) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert manager.get(at(shop, "endpoint", shop.endpoint.pk)).status_code == 200
        return len(captured)

    paid(shop)
    deliver()
    manager.get(at(shop, "endpoint", shop.endpoint.pk))
    one = queries()
    for _again in range(19):
        paid(shop)
    deliver()
    assert queries() == one


def fill(text: str) -> None:
    WebhookEndpoint.objects.update(url=text[:500])
    WebhookEvent.objects.update(body=text)
    WebhookTry.objects.update(answer=text[:300])


def test_what_servers_answer_is_text(manager: Client, shop: Shop) -> None:
    delivery = paid(shop)
    deliver()
    addresses = [
        at(shop, "endpoints"),
        at(shop, "endpoint", shop.endpoint.pk),
        at(shop, "delivery", shop.endpoint.pk, delivery.pk),
    ]
    assert_inert(fill, [(manager, addresses)], [*TELLING, *LONG])
