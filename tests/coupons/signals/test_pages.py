"""What staff see of signals, and decide: with a reason, by two people, and never about one's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from coupons import batches, holds, payees
from coupons.models import Account, PayeeHold, Payout, Signal
from coupons.signals import deciding
from coupons.signals.watching import watch
from coupons.taking import take
from directory.accounts.refusals import Refused
from directory.models import Membership, Organization, Place, Service, User, Venue
from tests.coupons import toy
from tests.hostile import LONG, TELLING, assert_inert

pytestmark = pytest.mark.django_db
NOW = toy.AT + timedelta(hours=1)


def staff(role: str, name: str = "") -> User:
    user = User.objects.create_user(f"{name or role}@exemple.test", name=name or role)
    user.staff_roles.create(role=role)
    return user


@pytest.fixture
def signal() -> Signal:
    counter = toy.a_counter()
    for _twice in range(2):
        take(counter.passage([c.pk for c in toy.coupons_in_hand(10)], price_cents=10_000), at=toy.AT)
    watch(NOW)
    return Signal.objects.get(kind="burst")


@pytest.fixture
def watcher(client: Client) -> Client:
    client.force_login(staff("operator"))
    return client


def at(name: str, *args: int) -> str:
    return reverse(f"signals:{name}", args=args)


def test_the_list_and_one_with_its_payments(watcher: Client, signal: Signal) -> None:
    page = watcher.get(at("desk")).content.decode()
    assert "20 chèques en une minute" in page
    assert escape(signal.organization.name) in page
    page = watcher.get(at("signal", signal.pk)).content.decode()
    for payment in signal.payments.all():
        assert f"n° {payment.pk}," in page
    assert "100" in page
    assert watcher.get(at("desk"), {"kind": "above"}).content.decode().count("en une minute</strong>") == 0
    assert watcher.get(at("desk"), {"state": "x"}).status_code == 400


def test_an_empty_list_says_so(watcher: Client) -> None:
    assert "Rien à examiner" in watcher.get(at("desk")).content.decode()


def test_dismissed_with_a_reason(watcher: Client, signal: Signal) -> None:
    assert watcher.post(at("dismiss", signal.pk), {"reason": "  "}).status_code == 422
    page = watcher.post(at("dismiss", signal.pk), {"reason": "Journée portes ouvertes"}, follow=True)
    assert "Journée portes ouvertes" in page.content.decode()
    signal.refresh_from_db()
    assert (signal.state, signal.decided_by.email) == ("dismissed", "operator@exemple.test")
    assert f"/plateforme/signaux/{signal.pk}/" not in watcher.get(at("desk")).content.decode()
    assert (
        f"/plateforme/signaux/{signal.pk}/"
        in watcher.get(at("desk"), {"state": "dismissed"}).content.decode()
    )
    page = watcher.post(at("hold", signal.pk), {"reason": "trop tard"}, follow=True).content.decode()
    assert "Quelqu&#x27;un a déjà décidé" in page
    assert not PayeeHold.objects.exists()


def test_held_then_released_by_somebody_else(client: Client, watcher: Client, signal: Signal) -> None:
    """And what is held is not paid, whatever else is."""
    watcher.post(at("hold", signal.pk), {"reason": "À vérifier au téléphone"})
    signal.refresh_from_db()
    assert (signal.state, signal.hold.reason) == ("held", "À vérifier au téléphone")
    assert payable() == []
    page = watcher.post(at("release", signal.pk), follow=True).content.decode()
    assert "une autre personne doit les libérer" in page
    assert "Libérer les versements" not in page
    assert holds.open_holds().exists()
    client.force_login(staff("accountant"))
    assert "Libérer les versements" in client.get(at("signal", signal.pk)).content.decode()
    page = client.post(at("release", signal.pk), follow=True).content.decode()
    assert "Libérés par accountant" in page
    assert len(payable()) == 1


def payable() -> list[Payout]:
    """The provider's statements that a batch would take."""
    accountant, approver = (
        User.objects.get_or_create(email=f"{name}@exemple.test")[0] for name in ("etablit", "verifie")
    )
    later = toy.AT + timedelta(days=1)
    batches.settle(cut_off=toy.AT.date(), by=accountant, at=later)
    account = Account.objects.get(kind="provider_payable")
    provider = payees.payee_of(account)
    if not payees.details_of(provider).exists():
        entered = payees.enter(
            payee=provider, holder="x", iban="FR7630006000011234567890189", by=accountant, at=toy.AT
        )
        payees.verify(details=entered, by=approver, at=toy.AT)
    return list(batches.to_pay().filter(account=account))


def test_a_second_signal_joins_the_hold(signal: Signal) -> None:
    first, second = staff("operator"), staff("accountant")
    other = Signal.objects.create(
        kind="burst", key="y", organization=signal.organization, on=NOW.date(), numbers=signal.numbers
    )
    held = deciding.hold(signal=signal, reason="un", by=first, at=NOW)
    joined = deciding.hold(signal=other, reason="deux", by=second, at=NOW)
    assert held.hold == joined.hold
    deciding.release(signal=other, by=second, at=NOW)
    with pytest.raises(Refused):
        deciding.release(signal=signal, by=second, at=NOW)


def test_nobody_decides_on_their_own_organisation(signal: Signal) -> None:
    insider = staff("operator", "dedans")
    Membership.objects.create(user=insider, organization=signal.organization, role="provider-agent")
    for verb in (deciding.dismiss, deciding.hold):
        with pytest.raises(Refused, match="laissez quelqu'un d'autre"):
            verb(signal=signal, reason="x", by=insider, at=NOW)
    deciding.hold(signal=signal, reason="x", by=staff("accountant"), at=NOW)
    signal.refresh_from_db()
    with pytest.raises(Refused, match="laissez quelqu'un d'autre"):
        deciding.release(signal=signal, by=insider, at=NOW)


def test_nobody_known_is_not_held(signal: Signal) -> None:
    nobody = Signal.objects.create(kind="wrong_codes", key="address:x", on=NOW.date(), numbers={})
    with pytest.raises(Refused, match="Aucune structure"):
        deciding.hold(signal=nobody, reason="x", by=staff("operator"), at=NOW)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "dismissed"}, "signal_decided_with_a_reason"),
        ({"state": "held", "reason": "x"}, "signal_decided_with_a_reason"),
        ({"key": "z"}, "signal_final"),
    ],
)
def test_the_database_wants_who_and_why(signal: Signal, change: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(**change)
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_what_was_decided_stays(signal: Signal) -> None:
    deciding.dismiss(signal=signal, reason="x", by=staff("operator"), at=NOW)
    with pytest.raises(IntegrityError, match="what it is"), transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(reason="y")


def test_as_many_queries_for_one_row_as_for_twenty(watcher: Client, signal: Signal) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert watcher.get(address).status_code == 200
        return len(captured)

    queries(at("desk"))
    one = queries(at("desk"))
    for number in range(19):
        organization = Organization.objects.create(name=f"Structure {number}")
        Signal.objects.create(
            kind="burst", key=str(number), organization=organization, on=NOW.date(), numbers=signal.numbers
        )
    assert queries(at("desk")) == one
    one = queries(at("signal", signal.pk))
    counter = toy.a_counter("Autre")
    for _payment in range(9):
        made, _replayed = take(counter.passage([toy.coupons_in_hand(1)[0].pk]), at=timezone.now())
        signal.payments.add(made)
    assert queries(at("signal", signal.pk)) == one


def fill(text: str) -> None:
    Organization.objects.update(name=text[:250])
    Venue.objects.update(name=text[:250])
    Service.objects.update(name=text[:200])
    Place.objects.update(commune=text[:120])
    User.objects.exclude(email__startswith="operator").update(name=text[:120])
    Signal.objects.filter(kind="above").update(numbers={**NUMBERS, "departement": text[:100]})


NUMBERS = {"cents": 1, "median_cents": 1, "times": 1.0, "providers": 5}


def test_names_are_text(watcher: Client, signal: Signal) -> None:
    other = Signal.objects.create(
        kind="above", key="x", organization=signal.organization, on=NOW.date(), numbers={}
    )
    deciding.dismiss(signal=signal, reason="x", by=staff("accountant"), at=NOW)
    addresses = [at("desk"), at("signal", signal.pk), at("signal", other.pk)]
    assert_inert(fill, [(watcher, addresses)], [*TELLING, *LONG])
