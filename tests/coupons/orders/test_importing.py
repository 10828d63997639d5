"""A statement brought in: each credit once, whatever files it comes in."""

from collections.abc import Iterator
from typing import Any

import pytest

from coupons import ledger
from coupons.choices import AccountKind, OrderStatus
from coupons.models import BankStatement, Entry, Transfer
from coupons.orders import importing
from directory.accounts.refusals import Refused
from tests.coupons import toy
from tests.coupons.orders import made
from tests.coupons.orders.camt import IBAN, entry, statement
from tests.coupons.orders.test_funding import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def our_account(settings: Any) -> Iterator[None]:
    settings.SELLER = {**settings.SELLER, "iban": IBAN}
    return


def brought(raw: bytes) -> BankStatement:
    return importing.bring_in(raw=raw, name="releve.xml", by=made.somebody("compta@exemple.test"), at=toy.AT)


def bank_cents() -> int:
    return ledger.balance_cents(ledger.account(AccountKind.BANK))


def test_credits_find_their_orders() -> None:
    first, second = made.ordered(), made.ordered(booklets=1)
    found = brought(
        statement(
            entry("202.00", structured=first.transfer_reference, reference="A"),
            entry("101.00", remittance=f"/RFB/ {second.transfer_reference.lower()}", reference="B"),
            entry("50.00", remittance="adhésion", reference="C"),
            entry("12.00", direction="DBIT", reference="D"),
        )
    )
    assert [transfer.order for transfer in found.transfers.order_by("pk")] == [first, second, None]
    for order in (first, second):
        order.refresh_from_db()
        assert order.status == OrderStatus.FUNDED
    assert bank_cents() == 35_300
    [aside] = found.aside
    assert "débit" in aside["reason"]


def test_the_same_file_twice_changes_nothing() -> None:
    raw = statement(entry())
    brought(raw)
    with pytest.raises(Refused, match="déjà importé, le 23 novembre 2026"):
        brought(raw)
    assert (Transfer.objects.count(), bank_cents(), Entry.objects.count()) == (1, 20_200, 1)


def test_the_same_movement_in_another_file_changes_nothing() -> None:
    brought(statement(entry("5.00", reference="A"), entry("7.00", reference="B")))
    again = brought(statement(entry("7.00", reference="B"), entry("9.00", reference="C"), name="STMT-2"))
    assert (again.known, [transfer.amount_cents for transfer in again.transfers.all()]) == (1, [900])
    assert bank_cents() == 2_100


def test_the_same_movement_in_the_other_version_changes_nothing() -> None:
    brought(statement(entry()))
    assert brought(statement(entry(version="08"), version="08")).known == 1
    assert bank_cents() == 20_200


def test_money_of_tomorrow_is_put_aside() -> None:
    found = brought(statement(entry(day="<Dt>2026-12-01</Dt>"), entry("5.00", reference="B")))
    assert "futur" in found.aside[0]["reason"]
    assert bank_cents() == 500


def test_a_refused_file_leaves_nothing() -> None:
    with pytest.raises(Refused):
        brought(b"<Document/>")
    assert not BankStatement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_by_several_at_once() -> None:
    order, raw = made.ordered(), b""
    raw = statement(entry(structured=order.transfer_reference))
    made.somebody("compta@exemple.test")
    got = at_once(4, lambda: brought(raw))
    assert sum(isinstance(one, BankStatement) for one in got) == 1
    assert sum(isinstance(one, Refused) for one in got) == 3
    assert bank_cents() == 20_200


@pytest.mark.django_db(transaction=True)
def test_a_statement_and_a_typed_transfer_at_once() -> None:
    """The same movement typed under the name the file gives it: noted once, whoever is first."""
    order = made.ordered()
    raw = statement(entry("202.00", structured=order.transfer_reference, reference="A"))
    by = made.somebody("compta@exemple.test")
    turns = iter(range(2))

    def either() -> object:
        if next(turns):
            return brought(raw)
        return made.transferred(20_200, order.transfer_reference, reference="A:2026-11-20:20200", by=by)

    at_once(2, either)
    assert (Transfer.objects.count(), bank_cents()) == (1, 20_200)
