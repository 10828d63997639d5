"""A match undone, a transfer given back: by reversing entries, never once the money has become booklets."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coupons import issuing, ledger
from coupons.choices import AccountKind, EntryKind, OrderStatus, PrintReason
from coupons.models import Booklet, Entry, Order, Paper, Transfer
from coupons.orders import funding, ordering, undoing
from coupons.printing import jobs
from directory.accounts.refusals import Refused
from tests.coupons import toy
from tests.coupons.orders import made
from tests.coupons.orders.conftest import Sponsor, signed_in, staff

pytestmark = pytest.mark.django_db


def owed(kind: AccountKind, **of: object) -> int:
    return -ledger.balance_cents(ledger.account(kind, **of))  # type: ignore[arg-type]


def undone(transfer: Transfer, reason: str = "Le virement est celui d'une autre commande") -> Transfer:
    return undoing.unmatch(
        transfer=transfer, reason=reason, by=made.somebody("compta@exemple.test"), at=toy.AT
    )


def test_an_order_that_waits_for_the_rest_gives_it_back() -> None:
    order = made.ordered()
    transfer = made.transferred(order.due_cents - 100, order.transfer_reference)
    undone(transfer)
    transfer.refresh_from_db()
    order.refresh_from_db()
    assert (transfer.order, transfer.matched, order.status) == (None, None, OrderStatus.ORDERED)
    assert (owed(AccountKind.SPONSOR_DEPOSIT, order=order), owed(AccountKind.UNMATCHED)) == (
        0,
        order.due_cents - 100,
    )
    assert funding.standing(order).missing == order.due_cents
    entry = Entry.objects.get(kind=EntryKind.UNMATCH)
    assert entry.note == f"{order.number} · Le virement est celui d'une autre commande"
    assert entry.by is not None


def test_a_funded_order_goes_back_with_its_fee_and_its_invoice(settings: Any) -> None:
    settings.ORDER_FEE_FIXED_CENTS = 5_000
    order = made.funded()
    transfer = order.transfers.get()
    undone(transfer)
    order.refresh_from_db()
    assert (order.status, order.funded_at) == (OrderStatus.ORDERED, None)
    assert (owed(AccountKind.REVENUE), owed(AccountKind.VAT)) == (0, 0)
    assert owed(AccountKind.UNMATCHED) == order.due_cents
    invoice, credit = order.papers.get(kind=Paper.Kind.INVOICE), order.papers.get(kind=Paper.Kind.CREDIT_NOTE)
    assert (credit.content["invoice"], credit.content["due_cents"]) == (invoice.number, order.due_cents)
    assert credit.content["fees"] == invoice.content["fees"] != {}
    # It was this one after all: funded again, once more invoiced, and closed in the end with one credit note more.
    funding.match(transfer=transfer, order=order, by=made.somebody(), at=toy.AT)
    order.refresh_from_db()
    assert order.status == OrderStatus.FUNDED
    assert owed(AccountKind.REVENUE) + owed(AccountKind.VAT) == order.fee_cents
    assert order.papers.filter(kind=Paper.Kind.INVOICE).count() == 2
    undone(Transfer.objects.get(pk=transfer.pk))
    assert owed(AccountKind.UNMATCHED) == order.due_cents


def test_an_order_paid_twice_keeps_the_other_payment_and_its_state() -> None:
    order = made.funded()
    issuing.issue(order=order, at=toy.AT)
    second = made.transferred(order.due_cents, order.transfer_reference, reference="BNK-2")
    undone(second)
    order.refresh_from_db()
    assert (order.status, owed(AccountKind.SPONSOR_DEPOSIT, order=order)) == (
        OrderStatus.FUNDED,
        order.due_cents,
    )


def test_money_that_became_booklets_stays() -> None:
    order = made.funded()
    issuing.issue(order=order, at=toy.AT)
    with pytest.raises(Refused, match="ne se défait plus"):
        undone(order.transfers.get())
    assert owed(AccountKind.SPONSOR_DEPOSIT, order=order) == order.due_cents


def test_nor_while_they_are_about_to_be_printed() -> None:
    order = made.funded()
    jobs.request(order=order, reason=PrintReason.FIRST, by=made.somebody(), at=toy.AT)
    with pytest.raises(Refused, match="imprimés ou vont l'être"):
        undone(order.transfers.get())


def test_the_database_lets_no_order_with_booklets_go_back() -> None:
    order = made.funded()
    back = Order.objects.filter(pk=order.pk)
    issuing.issue(order=order, at=toy.AT)
    with pytest.raises(IntegrityError, match="has booklets"), transaction.atomic():
        back.update(status=OrderStatus.ORDERED)
    assert Booklet.objects.filter(order=order).count() == order.booklets


def test_what_was_paid_back_is_not_taken_twice() -> None:
    """Two payments, one of them paid back as too much: the other may still be undone, and then nothing is left."""
    order = made.funded()
    made.transferred(order.due_cents, order.transfer_reference, reference="BNK-2")
    funding.pay_back_too_much(order=order, by=made.somebody(), at=toy.AT)
    first, second = order.transfers.order_by("pk")
    undone(first)
    order.refresh_from_db()
    assert (order.status, owed(AccountKind.SPONSOR_DEPOSIT, order=order)) == (OrderStatus.ORDERED, 0)
    with pytest.raises(Refused, match="n'est plus dans l'avance"):
        undone(second)


def test_it_is_undone_once_and_for_a_reason() -> None:
    order = made.funded()
    transfer = order.transfers.get()
    with pytest.raises(Refused, match="pourquoi"):
        undone(transfer, "  ")
    undone(transfer)
    with pytest.raises(Refused, match="déjà défait"):
        undone(Transfer.objects.get(pk=transfer.pk))
    with pytest.raises(Refused, match="déjà défait"):
        undone(transfer)


def test_a_closed_order_gives_nothing_back() -> None:
    order = made.funded()
    transfer = order.transfers.get()
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.CLOSED)
    with pytest.raises(Refused, match="close"):
        undone(transfer)


def test_nobodys_money_goes_back_by_two_people() -> None:
    transfer = made.transferred(700, "cadeau")
    first, second = made.somebody("une@exemple.test"), made.somebody("deux@exemple.test")
    undoing.ask_return(transfer=transfer, reason="Personne ne le connaît", by=first, at=toy.AT)
    with pytest.raises(Refused, match="à rendre"):
        funding.match(transfer=transfer, order=made.ordered(), by=second, at=toy.AT)
    with pytest.raises(Refused, match="une autre personne"):
        undoing.record_return(transfer=transfer, bank_reference="VIR-9", by=first, at=toy.AT)
    with pytest.raises(Refused, match="référence"):
        undoing.record_return(transfer=transfer, bank_reference=" ", by=second, at=toy.AT)
    undoing.record_return(transfer=transfer, bank_reference="VIR-9", by=second, at=toy.AT)
    assert (owed(AccountKind.UNMATCHED), owed(AccountKind.BANK)) == (0, 0)
    entry = Entry.objects.get(kind=EntryKind.RETURN)
    assert (entry.by, entry.note) == (second, "VIR-9 · Personne ne le connaît")
    for again in (
        lambda: undoing.record_return(transfer=transfer, bank_reference="VIR-9", by=second, at=toy.AT),
        lambda: undoing.keep(transfer=transfer, by=first),
        lambda: undoing.ask_return(transfer=transfer, reason="x", by=first, at=toy.AT),
    ):
        with pytest.raises(Refused):
            again()


def test_the_database_asks_for_two_people_and_no_order() -> None:
    transfer = made.transferred(700, "cadeau")
    first = made.somebody("une@exemple.test")
    undoing.ask_return(transfer=transfer, reason="Personne ne le connaît", by=first, at=toy.AT)
    rows = Transfer.objects.filter(pk=transfer.pk)
    with pytest.raises(IntegrityError, match="transfer_returned_by_two"), transaction.atomic():
        rows.update(returned=transfer.received, returned_by=first, return_reference="VIR-9")
    order = made.funded()
    with pytest.raises(IntegrityError, match="transfer_returned_if_unmatched"), transaction.atomic():
        rows.update(order=order, matched=transfer.received)
    assert connection.needs_rollback is False


def test_kept_after_all() -> None:
    order, by = made.ordered(), made.somebody()
    transfer = made.transferred(order.due_cents, "")
    undoing.ask_return(transfer=transfer, reason="Inconnu", by=by, at=toy.AT)
    undoing.keep(transfer=transfer, by=by)
    funding.match(transfer=transfer, order=order, by=by, at=toy.AT)
    assert ordering.held_cents(order) == order.due_cents


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("&#x27;", "'").replace("\xa0", " ").split())


def test_the_pages(sponsor: Sponsor, accountant: Client) -> None:
    approver = signed_in(staff("approver"))
    order = made.funded(sponsor.campaign)
    transfer = order.transfers.get()
    where = f"/plateforme/banque/virements/{transfer.pk}/"
    assert "Défaire le rapprochement" in words(accountant.get(where))
    assert "Écrivez pourquoi" in words(accountant.post(f"{where}defaire/", {"what": "unmatch"}, follow=True))
    page = words(accountant.post(f"{where}defaire/", {"what": "unmatch", "reason": "Erreur"}, follow=True))
    assert "Rapprochement défait" in page
    assert "Demander le renvoi" in page
    page = words(accountant.post(f"{where}defaire/", {"what": "return", "reason": "Inconnu"}, follow=True))
    assert "Ne plus le rendre" in page
    assert "1 virement à rendre" in words(accountant.get("/plateforme/banque/"))
    assert transfer.bank_reference not in words(accountant.get("/plateforme/banque/")).split("Derniers")[0]
    given = {"transfer": transfer.pk, "bank_reference": "VIR-9"}
    refused = accountant.post("/plateforme/banque/a-rendre/", given)
    assert (refused.status_code, "une autre personne" in words(refused)) == (422, True)
    page = words(approver.post("/plateforme/banque/a-rendre/", given, follow=True))
    assert "Virement rendu" in page
    assert "Derniers rendus" in page
    assert "VIR-9" in words(accountant.get(where))
    assert approver.get(where).status_code == 403
    assert approver.post("/plateforme/banque/a-rendre/", {"transfer": "x"}).status_code == 404


def test_as_many_queries_for_one_as_for_twenty(accountant: Client) -> None:
    by = made.somebody()
    counts = []
    for n in (1, 19):
        for i in range(n):
            transfer = made.transferred(100 + i, "", reference=f"B-{n}-{i}")
            undoing.ask_return(transfer=transfer, reason="Inconnu", by=by, at=toy.AT)
        with CaptureQueriesContext(connection) as asked:
            assert accountant.get("/plateforme/banque/a-rendre/").status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0]
