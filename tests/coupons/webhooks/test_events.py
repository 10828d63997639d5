"""What is told is what happened: written by the database, with it or not at all."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from coupons import batches, payees
from coupons.models import Payment, Payout, WebhookDelivery, WebhookEndpoint, WebhookEvent
from coupons.taking import give_back, take
from coupons.webhooks import endpoints
from directory.models import User
from tests.coupons import toy
from tests.coupons.webhooks.conftest import Shop, a_manager

pytestmark = pytest.mark.django_db
LATER = toy.AT + timedelta(days=1)


def paid(counter: toy.Counter, coupons: int = 1) -> Payment:
    return take(counter.passage([c.pk for c in toy.coupons_in_hand(coupons)]), at=toy.AT)[0]


def told() -> list[tuple[str, int | None]]:
    return list(WebhookEvent.objects.order_by("at", "kind").values_list("kind", "payment"))


def test_a_payment_and_its_cancellation(shop: Shop) -> None:
    payment = paid(shop.counter)
    assert told() == [("payment.accepted", payment.pk)]
    give_back(payment, by=shop.counter.agent, reason="", at=toy.AT + timedelta(minutes=1))
    give_back(payment, by=shop.counter.agent, reason="", at=toy.AT + timedelta(minutes=2))
    assert told() == [("payment.accepted", payment.pk), ("payment.cancelled", payment.pk)]
    assert [one.status for one in shop.deliveries()] == ["pending", "pending"]


def test_nothing_is_told_of_what_was_undone(shop: Shop) -> None:
    with transaction.atomic():
        paid(shop.counter)
        assert WebhookEvent.objects.count() == 1
        transaction.set_rollback(True)
    assert not WebhookEvent.objects.exists()


def test_only_those_who_asked_are_told(shop: Shop) -> None:
    paid(toy.a_counter("Une autre structure"))
    assert not WebhookEvent.objects.exists()
    endpoints.disable(endpoint=shop.endpoint, by=shop.manager, at=toy.AT)
    paid(shop.counter)
    assert not WebhookEvent.objects.exists()


def test_each_endpoint_has_its_own_delivery_of_one_event(shop: Shop) -> None:
    endpoints.register(organization=shop.organization, url="http://localhost:1/", by=shop.manager, at=toy.AT)
    paid(shop.counter)
    event = WebhookEvent.objects.get()
    assert event.deliveries.count() == 2


def test_a_statement_paid_to_the_provider_and_to_nobody_else(shop: Shop) -> None:
    paid(shop.counter, 4)  # 40 € for 35 €: the sponsor and the fund are paid too
    accountant, approver = (User.objects.create_user(f"{n}@exemple.test") for n in ("comptable", "autre"))
    batches.settle(cut_off=toy.AT.date(), by=accountant, at=LATER)
    for payout, iban in zip(Payout.objects.order_by("pk"), IBANS, strict=True):
        entered = payees.enter(
            payee=payees.payee_of(payout.account), holder="x", iban=iban, by=accountant, at=toy.AT
        )
        payees.verify(details=entered, by=approver, at=toy.AT)
    batch, _waiting = batches.prepare(execute_on=LATER.date(), by=accountant, at=LATER)
    batch = batches.approve(batch=batch, by=approver, at=LATER)
    assert not WebhookEvent.objects.filter(kind="settlement.paid").exists()
    for attempt in batch.attempts.all():
        batches.executed(attempt=attempt, by=accountant, at=LATER)
    [event] = WebhookEvent.objects.filter(kind="settlement.paid")
    assert event.payout == Payout.objects.get(account__kind="provider_payable")


IBANS = ["FR7630006000011234567890189", "FR1420041010050500013M02606", "FR7610107001011234567890129"]


def test_five_endpoints_and_no_more_whoever_writes(shop: Shop) -> None:
    for slot in range(2, 6):
        WebhookEndpoint.objects.create(
            organization=shop.organization, url=f"https://x{slot}.test/", slot=slot, created_by=shop.manager
        )
    for slot, constraint in ((3, "webhook_endpoint_slot"), (6, "webhook_endpoints_few")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            WebhookEndpoint.objects.create(
                organization=shop.organization, url="https://y.test/", slot=slot, created_by=shop.manager
            )


def test_the_site_cannot_tell_what_did_not_happen(shop: Shop) -> None:
    call = "SELECT coupons_tell('payment.accepted', %s, now(), NULL, NULL)"
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(call, [shop.organization.pk])
    assert not WebhookDelivery.objects.exists()


def test_whoever_has_no_endpoint_pays_one_look(django_assert_num_queries: object) -> None:
    """In one statement of the database, whose plan for an organisation without endpoint reads one index."""
    counter = toy.a_counter()
    a_manager(counter.service.venue.organization)
    paid(counter)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM coupons_webhookendpoint WHERE organization_id = 1 AND disabled_at IS NULL"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
