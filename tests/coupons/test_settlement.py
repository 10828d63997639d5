"""From payments to statements, from statements to a bank file, and back from the bank."""

from datetime import date, datetime, timedelta

import pytest
from defusedxml import ElementTree
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from coupons import batches, counting, ledger, payees, sepa
from coupons.batches import approve, executed, prepare, put_aside, rejected, settle
from coupons.books import tasks
from coupons.ledger import balance_cents
from coupons.models import Account, Attempt, BankDetails, Batch, Entry, Payout, SettledPayment
from coupons.taking import give_back, take
from directory.accounts.refusals import Refused
from directory.models import User
from tests.coupons import toy

pytestmark = pytest.mark.django_db

LATER = toy.AT + timedelta(days=1)
CUT_OFF = toy.AT.date()
IBANS = ["FR7630006000011234567890189", "FR1420041010050500013M02606", "FR7610107001011234567890129"]


@pytest.fixture
def accountant() -> User:
    return User.objects.create_user("comptable@exemple.test")


@pytest.fixture
def approver() -> User:
    return User.objects.create_user("approbation@exemple.test")


def paid(counter: toy.Counter, n: int = 1) -> None:
    coupons = toy.coupons_in_hand(n)
    take(counter.passage([coupon.pk for coupon in coupons]), at=toy.AT)


def account_of(counter: toy.Counter) -> Account:
    return Account.objects.get(kind="provider_payable", organization=counter.service.venue.organization)


def with_bank(account: Account, accountant: User, approver: User, iban: str = IBANS[0]) -> BankDetails:
    entered = payees.enter(
        payee=payees.payee_of(account), holder="Lieu d'essai", iban=iban, by=accountant, at=toy.AT
    )
    return payees.verify(details=entered, by=approver, at=toy.AT)


def a_batch(accountant: User, *, at: datetime = LATER) -> Batch:
    return prepare(execute_on=at.date(), by=accountant, at=at)[0]


def due_to_providers() -> list[int]:
    return list(
        Payout.objects.filter(account__kind="provider_payable")
        .order_by("pk")
        .values_list("amount_cents", flat=True)
    )


def provider_payouts() -> list[Payout]:
    rows = Payout.objects.filter(account__kind="provider_payable").select_related("account").order_by("pk")
    return list(rows)


def counted() -> list[list[int]]:
    """Numbers of what each statement of a provider counts."""
    return [list(SettledPayment.objects.of(one).values_list("pk", flat=True)) for one in provider_payouts()]


def assert_each_is_counted_once() -> None:
    """None twice, none left out, and to the cent; one by one, and as the nightly check does it."""
    numbers = [number for lines in counted() for number in lines]
    assert sorted(numbers) == list(SettledPayment.objects.order_by("pk").values_list("pk", flat=True))
    for payout in provider_payouts():
        lines = SettledPayment.objects.of(payout)
        assert lines.aggregate(sum=Sum("amount_cents"))["sum"] == payout.amount_cents
    assert counting.wrong_statements() == counting.accounts_astray() == []


def test_a_statement_counts_each_payment_once(accountant: User) -> None:
    counter = toy.a_counter()
    paid(counter, 2)
    paid(counter, 1)
    assert settle(cut_off=CUT_OFF, by=accountant, at=LATER) == 2  # the provider's and the fund's
    assert due_to_providers() == [3000]
    assert settle(cut_off=CUT_OFF, by=accountant, at=LATER) == 0
    paid(counter, 1)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert due_to_providers() == [3000, 1000]
    assert [len(lines) for lines in counted()] == [2, 1]
    assert_each_is_counted_once()


def test_a_payment_taken_back_before_and_after_its_statement(accountant: User) -> None:
    counter = toy.a_counter()
    first, _replayed = take(counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    second, _replayed = take(counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    give_back(first, by=counter.agent, reason="", at=toy.AT)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert due_to_providers() == [1000]
    give_back(second, by=counter.agent, reason="", at=toy.AT)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert due_to_providers() == [1000]  # one coupon too much was stated: it waits for what comes next
    paid(counter, 3)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert due_to_providers() == [1000, 2000]
    assert [len(lines) for lines in counted()] == [3, 2]
    assert_each_is_counted_once()


def test_what_a_day_brings_after_it_was_stated_is_on_the_next_statement(accountant: User) -> None:
    """A payment of an earlier day that comes in late; and an earlier cut-off asked for than the last one."""
    counter = toy.a_counter()
    paid(counter, 1)
    late = toy.AT + timedelta(days=5)
    settle(cut_off=late.date() - timedelta(days=1), by=accountant, at=late)
    paid(counter, 2)
    settle(cut_off=CUT_OFF, by=accountant, at=late)
    assert due_to_providers() == [1000, 2000]
    assert [payout.cut_off for payout in provider_payouts()] == [late.date() - timedelta(days=1)] * 2
    assert_each_is_counted_once()


def test_what_comes_after_the_cut_off_waits(accountant: User) -> None:
    counter = toy.a_counter()
    paid(counter, 1)
    taken = [coupon.pk for coupon in toy.coupons_in_hand(2)]
    take(counter.passage(taken), at=toy.AT + timedelta(days=2))
    take(counter.passage([coupon.pk for coupon in toy.coupons_in_hand(4)]), at=toy.AT + timedelta(days=2))
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    assert due_to_providers() == [1000]
    # Nor is the rest of a cheque, and the contribution, given back before its day.
    assert {payout.account.kind for payout in Payout.objects.all()} == {"provider_payable", "fund_payable"}
    assert Payout.objects.get(account__kind="fund_payable").amount_cents == 10
    settle(cut_off=CUT_OFF + timedelta(days=2), by=accountant, at=toy.AT + timedelta(days=3))
    assert due_to_providers() == [1000, 5500]
    assert (
        sum(Payout.objects.filter(account__kind="fund_payable").values_list("amount_cents", flat=True)) == 70
    )
    assert Payout.objects.get(account__kind="sponsor_refundable").amount_cents == 500
    assert_each_is_counted_once()


def test_balances_from_a_checkpoint_state_the_same(accountant: User) -> None:
    counter = toy.a_counter()
    take(counter.passage([c.pk for c in toy.coupons_in_hand(4)]), at=toy.AT)  # 40 € for 35 €
    ledger.checkpoint(at=toy.AT)
    take(counter.passage([c.pk for c in toy.coupons_in_hand(4)]), at=toy.AT)
    take(counter.passage([c.pk for c in toy.coupons_in_hand(4)]), at=toy.AT + timedelta(days=2))
    ledger.checkpoint(at=toy.AT)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    stated = sorted((payout.account.kind, payout.amount_cents) for payout in Payout.objects.all())
    assert stated == [
        ("fund_payable", 80),
        ("provider_payable", 7000),
        ("sponsor_refundable", 500),
        ("sponsor_refundable", 500),
    ]


@pytest.mark.owner
def test_a_statement_that_is_not_its_lines_is_detected(accountant: User) -> None:
    """Written by whom nothing stops: the owner of the database, its rules taken away."""
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    paid(counter)
    payout = provider_payouts()[0]
    tasks.check_statements(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE coupons_payout DISABLE TRIGGER USER")
        cursor.execute("UPDATE coupons_payout SET amount_cents = amount_cents + 1 WHERE id = %s", [payout.pk])
        cursor.execute("ALTER TABLE coupons_payout ENABLE TRIGGER USER")
    assert counting.wrong_statements() == [payout.pk]
    assert counting.accounts_astray() == [payout.account_id]
    with pytest.raises(tasks.BooksDisagree):
        tasks.check_statements(timestamp=0)


@pytest.mark.owner
@pytest.mark.parametrize("back", ["cut_off - 1, last_settled", "cut_off, last_settled - 1"])
def test_no_statement_goes_back(accountant: User, back: str) -> None:
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO coupons_payout"
            " (account_id, number, cut_off, last_settled, amount_cents, made_at, held_reason)"
            f" SELECT account_id, 'back', {back}, 1, now(), '' FROM coupons_payout LIMIT 1"
        )
    assert refused.value.__cause__.diag.constraint_name == "payout_goes_forward"


@pytest.mark.owner
@pytest.mark.parametrize(
    "change", ['UPDATE coupons_settledpayment SET "on" = "on"', "DELETE FROM coupons_settledpayment"]
)
def test_the_queue_is_final(accountant: User, change: str) -> None:
    paid(toy.a_counter())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(change)


def test_today_is_not_over(accountant: User) -> None:
    with pytest.raises(Refused):
        settle(cut_off=LATER.date(), by=accountant, at=LATER)


def test_two_people_and_the_money_leaves_once(accountant: User, approver: User) -> None:
    counter = toy.a_counter()
    paid(counter, 3)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    with_bank(account_of(counter), accountant, approver)
    batch = a_batch(accountant)
    with pytest.raises(Refused):
        approve(batch=batch, by=accountant, at=LATER)
    with pytest.raises(IntegrityError, match="batch_approved_by_another"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(approved_by=accountant, approved_at=LATER, status="approved")
    batch = approve(batch=batch, by=approver, at=LATER)
    attempt = batch.attempts.get()
    executed(attempt=attempt, by=accountant, at=LATER)
    with pytest.raises(Refused):
        executed(attempt=attempt, by=accountant, at=LATER)
    assert balance_cents(account_of(counter)) == 0
    assert Entry.objects.filter(kind="payout").count() == 1
    batch.refresh_from_db()
    assert batch.status == "closed"
    with pytest.raises(Refused):  # nothing is left to pay but the fund, which has no bank details
        prepare(execute_on=LATER.date(), by=accountant, at=LATER)


def test_who_has_no_bank_account_keeps_nobody_waiting(accountant: User, approver: User) -> None:
    ready, unready = toy.a_counter("Prêt"), toy.a_counter("Pas prêt")
    paid(ready)
    paid(unready)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    with_bank(account_of(ready), accountant, approver)
    batch, waiting = prepare(execute_on=LATER.date(), by=accountant, at=LATER)
    assert [attempt.payout.account for attempt in batch.attempts.all()] == [account_of(ready)]
    assert account_of(unready) in [payout.account for payout in waiting]


def test_a_statement_is_in_one_batch_at_a_time(accountant: User, approver: User) -> None:
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    details = with_bank(account_of(counter), accountant, approver)
    batch = a_batch(accountant)
    with pytest.raises(IntegrityError, match="payout_in_one_batch_at_a_time"), transaction.atomic():
        Attempt.objects.create(
            batch=batch, payout=batch.attempts.get().payout, details=details, reference="x"
        )


def test_a_line_put_aside_leaves_the_others(accountant: User, approver: User) -> None:
    counters = [toy.a_counter(name) for name in ("Un", "Deux")]
    for counter in counters:
        paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    for counter, iban in zip(counters, IBANS, strict=False):
        with_bank(account_of(counter), accountant, approver, iban)
    batch = a_batch(accountant)
    first, second = batch.attempts.order_by("pk")
    put_aside(attempt=first, reason="vérifier la structure", by=approver, at=LATER)
    batch = approve(batch=batch, by=approver, at=LATER)
    assert second.reference.encode() in sepa.transfers(batch)
    assert first.reference.encode() not in sepa.transfers(batch)
    assert first.payout not in batches.to_pay()
    batches.let_go(payout=first.payout, by=approver)
    assert first.payout in batches.to_pay()


def test_a_rejected_line_can_be_paid_again_to_another_account(accountant: User, approver: User) -> None:
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    with_bank(account_of(counter), accountant, approver)
    batch = approve(batch=a_batch(accountant), by=approver, at=LATER)
    rejected(attempt=batch.attempts.get(), reason="compte clos", by=accountant, at=LATER)
    assert balance_cents(account_of(counter)) == -1000
    changed = payees.enter(
        payee=payees.payee_of(account_of(counter)), holder="Lieu", iban=IBANS[1], by=accountant, at=LATER
    )
    payees.verify(details=changed, by=approver, at=LATER)
    batches.let_go(payout=batch.attempts.get().payout, by=approver)
    after = LATER + payees.WAIT
    again = a_batch(accountant, at=after)
    assert again.attempts.get().details == changed
    assert again.attempts.get().reference.endswith("-2")
    again = approve(batch=again, by=approver, at=after)
    executed(attempt=again.attempts.get(), by=accountant, at=after)
    assert balance_cents(account_of(counter)) == 0


def test_a_change_of_account_waits_three_days(accountant: User, approver: User) -> None:
    counter = toy.a_counter()
    paid(counter)
    account = account_of(counter)
    first = with_bank(account, accountant, approver)
    changed = payees.enter(
        payee=payees.payee_of(account), holder="Autre", iban=IBANS[1], by=accountant, at=LATER
    )
    assert payees.in_force(payees.payee_of(account), LATER) == first
    with pytest.raises(Refused):
        payees.verify(details=changed, by=accountant, at=LATER)
    payees.verify(details=changed, by=approver, at=LATER)
    assert payees.in_force(payees.payee_of(account), LATER + payees.WAIT - timedelta(seconds=1)) == first
    assert payees.in_force(payees.payee_of(account), LATER + payees.WAIT) == changed


@pytest.mark.parametrize("iban", ["FR7630006000011234567890188", "FR7630006000011234567890180", "x", ""])
def test_a_wrong_account_is_refused(accountant: User, iban: str) -> None:
    counter = toy.a_counter()
    paid(counter)
    with pytest.raises(Refused):
        payees.enter(
            payee=payees.payee_of(account_of(counter)), holder="Lieu", iban=iban, by=accountant, at=toy.AT
        )


def test_the_file_passes_its_schema_and_is_the_same_each_time(accountant: User, approver: User) -> None:
    counters = [toy.a_counter(name) for name in ("Éclair & Cie <Été>", "Deux")]
    for counter in counters:
        paid(counter, 3)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    for counter, iban in zip(counters, IBANS, strict=False):
        with_bank(account_of(counter), accountant, approver, iban)
    batch = approve(batch=a_batch(accountant), by=approver, at=LATER)
    first = sepa.transfers(batch)
    for attempt in batch.attempts.all():
        executed(attempt=attempt, by=accountant, at=LATER)
    batch.refresh_from_db()
    assert sepa.transfers(batch) == first
    root = ElementTree.fromstring(first)
    ns = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
    assert root.findtext("p:CstmrCdtTrfInitn/p:GrpHdr/p:MsgId", namespaces=ns) == batch.number
    assert root.findtext("p:CstmrCdtTrfInitn/p:GrpHdr/p:CtrlSum", namespaces=ns) == "60.00"
    ends = [element.text for element in root.iterfind(".//p:EndToEndId", ns)]
    assert ends == [attempt.reference for attempt in batch.attempts.order_by("pk")]


def test_a_draft_is_no_file(accountant: User, approver: User) -> None:
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    with_bank(account_of(counter), accountant, approver)
    with pytest.raises(ValueError, match="approved"):
        sepa.transfers(a_batch(accountant))


def test_what_coupons_left_over_is_stated_to_the_sponsor_and_the_fund(accountant: User) -> None:
    counter = toy.a_counter()
    take(counter.passage([c.pk for c in toy.coupons_in_hand(4)]), at=toy.AT)  # 40 € for 35 €
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    stated = {payout.account.kind: payout.amount_cents for payout in Payout.objects.all()}
    assert stated == {"provider_payable": 3500, "sponsor_refundable": 500, "fund_payable": 40}
    assert settle(cut_off=CUT_OFF, by=accountant, at=LATER) == 0


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount_cents": 1}, "payout_final"),
        ({"cut_off": date(2020, 1, 1)}, "payout_final"),
        ({"last_settled": 1_000_000}, "payout_final"),
    ],
)
def test_a_statement_is_what_it_is(accountant: User, change: dict, constraint: str) -> None:
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Payout.objects.update(**change)
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_a_statement_is_not_paid_by_another_amount(accountant: User) -> None:
    counter = toy.a_counter()
    paid(counter)
    settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    payout = Payout.objects.get(account=account_of(counter))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Payout.objects.filter(pk=payout.pk).update(paid=Entry.objects.first())
    assert refused.value.__cause__.diag.constraint_name == "payout_paid_exactly"


@pytest.mark.parametrize(
    "sql",
    ["INSERT INTO coupons_payout (id) VALUES (1)", "UPDATE coupons_settledpayment SET amount_cents = 1"],
)
def test_the_site_cannot_state_by_itself(sql: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        transaction.get_connection().cursor().execute(sql)
