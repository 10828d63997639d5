"""What the bank's files change: executed, rejected, come back; once; and what they may not change."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from coupons import batches
from coupons.choices import AccountKind
from coupons.ledger import account, balance_cents
from coupons.models import Attempt, BankAnswer, Batch, Entry, Payout
from coupons.orders import importing
from coupons.orders.statements import read as read_credits
from coupons.settlement import answering
from directory.accounts.refusals import Refused
from tests.coupons.settlement import files
from tests.coupons.settlement.conftest import LATER, House, account_of, lines_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(house: House) -> Batch:
    """Of two lines: 10 € and 20 €."""
    house.provider(coupons=1)
    house.provider(coupons=2)
    return house.sent()


def told(raw: bytes, house: House) -> list[tuple[str, str]]:
    made = answering.bring_in(raw=raw, name="reponse.xml", by=house.accountant, at=LATER)
    return [(line["outcome"], line["reference"]) for line in made.lines]


def statuses(batch: Batch) -> list[str]:
    return [line.status for line in lines_of(batch)]


def bank_cents() -> int:
    return balance_cents(account(AccountKind.BANK))


@pytest.mark.parametrize("version", ["02", "08"])
def test_each_transfer_is_executed_on_its_day(house: House, batch: Batch, version: str) -> None:
    first, second = lines_of(batch)
    held = bank_cents()
    raw = files.statement(
        files.left(first, version=version, day="2026-11-24"),
        files.left(second, version=version),
        version=version,
    )
    assert told(raw, house) == [("executed", first.reference), ("executed", second.reference)]
    assert [line.payout.paid.on for line in lines_of(batch)] == [date(2026, 11, 24), date(2026, 11, 25)]
    assert bank_cents() == held - 3000
    assert Batch.objects.get().status == "closed"


def test_several_transfers_of_one_movement(house: House, batch: Batch) -> None:
    first, second = lines_of(batch)
    details = files.detail(first.reference, 1000) + files.detail(second.reference, 2000)
    assert told(files.statement(files.movement(3000, details)), house) == [
        ("executed", first.reference),
        ("executed", second.reference),
    ]


def test_a_batch_booked_as_one_sum(house: House, batch: Batch) -> None:
    assert [outcome for outcome, _ in told(files.statement(files.whole(batch, 3000)), house)] == [
        "executed"
    ] * 2
    assert statuses(batch) == ["paid", "paid"]
    # The next day's statement names the lines: they are known.
    again = files.statement(*(files.left(line) for line in lines_of(batch)))
    assert {outcome for outcome, _ in told(again, house)} == {"known"}


def test_a_batch_of_another_sum_changes_nothing(house: House, batch: Batch) -> None:
    assert told(files.statement(files.whole(batch, 2999)), house) == [("refused", batch.number)]
    assert statuses(batch) == ["pending", "pending"]


def test_what_is_left_of_a_batch_after_a_rejection_is_its_sum(house: House, batch: Batch) -> None:
    first, second = lines_of(batch)
    told(files.report(batch.number, files.transfer_status(first.reference, "RJCT", code="AC01")), house)
    assert told(files.statement(files.whole(batch, 2000)), house) == [("executed", second.reference)]
    assert statuses(batch) == ["rejected", "paid"]


def test_another_amount_is_refused_with_its_line(house: House, batch: Batch) -> None:
    first, _second = lines_of(batch)
    raw = files.statement(files.movement(999, files.detail(first.reference)))
    assert told(raw, house) == [("refused", first.reference)]
    assert "9,99" in BankAnswer.objects.get().lines[0]["reason"]
    assert statuses(batch) == ["pending", "pending"]


def test_unknown_references_are_listed(house: House, batch: Batch) -> None:
    raw = files.statement(
        files.movement(500, files.detail("R2019-000001-1")),
        files.movement(600, files.detail("LOYER")),
        files.movement(700, "<Btch><MsgId>V2019-000001</MsgId></Btch>"),
    )
    assert [outcome for outcome, _ in told(raw, house)] == ["unknown"] * 3


def test_pending_and_future_movements_change_nothing(house: House, batch: Batch) -> None:
    first, second = lines_of(batch)
    raw = files.statement(files.left(first, status="PDNG"), files.left(second, day="2026-12-24"))
    assert [outcome for outcome, _ in told(raw, house)] == ["refused", "refused"]
    assert statuses(batch) == ["pending", "pending"]


def test_the_same_file_twice_changes_nothing(house: House, batch: Batch) -> None:
    raw = files.statement(files.whole(batch, 3000))
    told(raw, house)
    with pytest.raises(Refused, match="déjà importé"):
        told(raw, house)
    assert Entry.objects.filter(kind="payout").count() == 2


def test_money_that_comes_back_is_owed_again_and_can_be_paid_again(house: House, batch: Batch) -> None:
    first, _second = lines_of(batch)
    told(files.statement(files.whole(batch, 3000)), house)
    held = bank_cents()
    back = files.statement(files.came_back(first), name="STMT-2")
    assert told(back, house) == [("returned", first.reference)]
    payout = Payout.objects.get(pk=first.payout_id)
    assert (payout.paid, payout.held_at) == (None, LATER)
    assert "compte est clos" in payout.held_reason
    assert balance_cents(payout.account) == -1000
    assert bank_cents() == held + 1000
    batches.let_go(payout=payout, by=house.accountant)
    again = batches.approve(batch=house.draft(), by=house.approver, at=LATER)
    [line] = lines_of(again)
    assert line.reference == f"{payout.number}-2"
    assert told(files.statement(files.left(line), name="STMT-3"), house) == [("executed", line.reference)]
    assert balance_cents(payout.account) == 0
    assert house.settle() == 0


def test_a_transfer_that_leaves_and_comes_back_in_one_statement(house: House, batch: Batch) -> None:
    first, second = lines_of(batch)
    raw = files.statement(files.came_back(first), files.left(first), files.left(second))
    assert told(raw, house) == [
        ("executed", first.reference),
        ("executed", second.reference),
        ("returned", first.reference),
    ]
    assert statuses(batch) == ["rejected", "paid"]
    assert balance_cents(first.payout.account) == -1000


def test_a_fund_s_money_that_comes_back_is_not_stated_twice(house: House) -> None:
    house.provider(coupons=1, bank=False)
    house.settle()
    payout = Payout.objects.get(account__kind="fund_payable")
    house.bank(payout.account.fund)
    batch = batches.approve(batch=house.draft(), by=house.approver, at=LATER)
    [line] = lines_of(batch)
    told(files.statement(files.left(line)), house)
    told(files.statement(files.came_back(line), name="STMT-2"), house)
    assert balance_cents(payout.account) == -payout.amount_cents
    assert house.settle() == 0
    house.pay(house.counters[0], 3)
    assert house.settle() == 2
    assert sorted(Payout.objects.filter(account=payout.account).values_list("amount_cents", flat=True)) == [
        10,
        30,
    ]


@pytest.mark.parametrize("version", ["03", "10"])
def test_statuses_of_transfers(house: House, batch: Batch, version: str) -> None:
    first, second = lines_of(batch)
    raw = files.report(
        batch.number,
        files.transfer_status(first.reference, "ACSC", cents=1000),
        files.transfer_status(second.reference, "RJCT", code="AC04"),
        version=version,
    )
    assert told(raw, house) == [("executed", first.reference), ("rejected", second.reference)]
    assert statuses(batch) == ["paid", "rejected"]
    assert "AC04" in lines_of(batch)[1].reason
    assert balance_cents(second.payout.account) == -2000


@pytest.mark.parametrize("status", ["PDNG", "ACCP", "ACSP", "ACTC", "PART"])
def test_what_is_under_way_stays_so(house: House, batch: Batch, status: str) -> None:
    assert told(files.report(batch.number, group=status), house) == [("waiting", batch.number)]
    assert statuses(batch) == ["pending", "pending"]


@pytest.mark.parametrize(("status", "found"), [("ACSC", "paid"), ("ACCC", "paid"), ("RJCT", "rejected")])
@pytest.mark.parametrize("level", ["group", "payment"])
def test_statuses_of_a_whole_batch(house: House, batch: Batch, level: str, status: str, found: str) -> None:
    told(files.report(batch.number, **{level: status}), house)
    assert statuses(batch) == [found, found]


def test_the_most_precise_status_wins(house: House, batch: Batch) -> None:
    first, _second = lines_of(batch)
    transfer = files.transfer_status(first.reference, "RJCT", code="MS03")
    told(files.report(batch.number, transfer, payment="ACSC", group="PART"), house)
    assert statuses(batch) == ["rejected", "paid"]


def test_a_report_of_another_total_or_amount_changes_nothing(house: House, batch: Batch) -> None:
    first, _second = lines_of(batch)
    assert told(files.report(batch.number, group="ACSC", total="29.99"), house) == [("refused", batch.number)]
    other = files.report(batch.number, files.transfer_status(first.reference, "ACSC", cents=1))
    assert told(other, house) == [("refused", first.reference)]
    assert statuses(batch) == ["pending", "pending"]


def test_a_report_does_not_take_back_what_was_paid(house: House, batch: Batch) -> None:
    first, _second = lines_of(batch)
    told(files.statement(files.whole(batch, 3000)), house)
    raw = files.report(batch.number, files.transfer_status(first.reference, "RJCT", code="AC04"))
    assert told(raw, house) == [("refused", first.reference)]
    assert statuses(batch) == ["paid", "paid"]


def test_lines_of_a_draft_and_lines_put_aside_are_not_paid(house: House) -> None:
    house.provider()
    house.provider()
    house.settle()
    draft = house.draft()
    first, second = lines_of(draft)
    assert told(files.statement(files.left(first)), house) == [("refused", first.reference)]
    batches.put_aside(attempt=first, reason="à vérifier", by=house.accountant, at=LATER)
    batches.approve(batch=draft, by=house.approver, at=LATER)
    raw = files.statement(files.left(first), files.left(second), name="2")
    assert told(raw, house) == [("refused", first.reference), ("executed", second.reference)]


def test_money_that_came_back_is_no_transfer_of_a_sponsor(house: House, batch: Batch) -> None:
    """The same statement is brought in at the orders' bank too: the return is not noted there a second time."""
    first, _second = lines_of(batch)
    raw = files.statement(files.came_back(first))
    assert read_credits(raw).credits == []
    held = bank_cents()
    made = importing.bring_in(raw=raw, name="releve.xml", by=house.accountant, at=LATER)
    assert "versements" in made.aside[0]["reason"]
    assert bank_cents() == held


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"IBAN;montant",
        b"<Document/>",
        BOMB,
        b"<Document>" + b" " * 5_000_001,
        files.statement(version="06"),
        files.statement(iban="FR7610107001011234567890129"),
        files.report("V2026-000001", group="ACSC", version="09"),
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt/></Document>',
    ],
)
def test_a_wrong_file_is_one_sentence(house: House, raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        answering.bring_in(raw=raw, name="x", by=house.accountant, at=LATER)
    assert str(refused.value).endswith(".")
    assert not BankAnswer.objects.exists()


def test_the_database_undoes_no_payment_without_its_entry(house: House, batch: Batch) -> None:
    told(files.statement(files.whole(batch, 3000)), house)
    first, second = lines_of(batch)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Payout.objects.filter(pk=first.payout_id).update(paid=None)
    assert refused.value.__cause__.diag.constraint_name == "payout_final"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Attempt.objects.filter(pk=first.pk).update(status="rejected")
    assert refused.value.__cause__.diag.constraint_name == "attempt_final"
    paid = first.payout.paid
    told(files.statement(files.came_back(first), name="2"), house)
    # What came back cannot be claimed as paid again, nor by the entry of another statement.
    for entry in (paid, second.payout.paid):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payout.objects.filter(pk=first.payout_id).update(paid=entry)


def test_the_file_of_an_approved_batch_loses_no_line(house: House, batch: Batch) -> None:
    first, _second = lines_of(batch)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Attempt.objects.filter(pk=first.pk).update(status="aside")
    assert refused.value.__cause__.diag.constraint_name == "attempt_final"


def test_a_line_goes_to_its_own_payee(house: House) -> None:
    one, other = house.provider(), house.provider()
    house.settle()
    draft = house.draft()
    line = draft.attempts.get(payout__account=account_of(one))
    foreign = draft.attempts.get(payout__account=account_of(other)).details
    batches.cancel(batch=draft, by=house.accountant, at=LATER)
    fresh = Batch.objects.create(
        number="V-x", execute_on=LATER.date(), prepared_by=house.accountant, prepared_at=LATER
    )
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Attempt.objects.create(batch=fresh, payout=line.payout, details=foreign, reference="x")
    assert refused.value.__cause__.diag.constraint_name == "attempt_to_its_payee"


@pytest.mark.parametrize("table", ["coupons_bankanswer", "coupons_batchdownload"])
def test_the_site_rewrites_neither_answers_nor_downloads(house: House, table: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM {table}")
