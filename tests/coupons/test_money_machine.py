"""The whole life of money against a model of a page: after every step each balance is what the model says.

The steps are the verbs that pages and API call, in any order hypothesis thinks of; the model is additions.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coupons import batches, counting, ledger, payees
from coupons.batches import approve, executed, prepare, settle
from coupons.books import proving
from coupons.choices import Loss
from coupons.codes import digest, new_codes
from coupons.distribution import losing
from coupons.distribution.handing import hand_over
from coupons.expiry import expire
from coupons.issuing import issue
from coupons.models import Account, Booklet, Coupon, Leg, Payment, Payout
from coupons.orders import ordering
from coupons.taking import give_back, take
from directory.accounts.refusals import Refused
from tests.coupons import toy
from tests.coupons.orders import made
from tests.examples import examples

IBAN = "FR7630006000011234567890189"
FACE, CONTRIBUTION = 1000, 10


class Money(RuleBasedStateMachine):
    """Credit balances by kind of account, in cents; the bank holds their sum."""

    def __init__(self) -> None:
        super().__init__()
        self.step = transaction.atomic()
        self.step.__enter__()
        self.counter = toy.a_counter()
        self.accountant, self.approver = made.somebody(), made.somebody("approbation@exemple.test")
        self.at = toy.AT
        self.owed: Counter[str] = Counter()
        self.orders = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.step.__exit__(None, None, None)

    def move(self, cents: int, source: str, target: str) -> None:
        self.owed[source] -= cents
        self.owed[target] += cents

    @initialize()
    def begin_with_coupons_in_circulation(self) -> None:
        self.order_and_pay(booklets=3, size=3, beyond=0)
        for booklet in Booklet.objects.inert()[:2]:
            self.give(booklet)

    @precondition(lambda self: self.orders < 3)
    @rule(booklets=st.integers(1, 2), size=st.integers(1, 3), beyond=st.sampled_from([0, 0, 500]))
    def order_and_pay(self, booklets: int, size: int, beyond: int) -> None:
        order = made.ordered(toy.a_campaign(booklet_size=size), booklets=booklets, at=self.at)
        cents = order.due_cents + beyond
        reference = f"BNK-{self.orders}"
        made.transferred(
            cents, order.transfer_reference, reference=reference, at=self.at, booked_on=self.at.date()
        )
        self.orders += 1
        self.owed["sponsor_deposit"] += cents
        order.refresh_from_db()
        issue(order=order, at=self.at)
        self.print_all()

    def print_all(self) -> None:
        for coupon in Coupon.objects.filter(digest=None, state="inert"):
            coupon.digest = digest(new_codes(1)[0])
            coupon.save(update_fields=["digest"])

    @precondition(lambda self: Booklet.objects.inert().exists())
    @rule(data=st.data())
    def hand_a_booklet_over(self, data: Any) -> None:
        self.give(data.draw(st.sampled_from(list(Booklet.objects.inert()))))

    def give(self, booklet: Booklet) -> None:
        coupons = booklet.coupons.count()
        try:
            hand_over(booklets=[booklet], by=self.accountant, at=self.at)
        except Refused:
            return
        self.move(coupons * FACE, "sponsor_deposit", "outstanding")
        self.move(coupons * CONTRIBUTION, "sponsor_deposit", "contribution")

    @precondition(lambda self: self.usable())
    @rule(data=st.data(), price=st.sampled_from([300, 1000, 1700, 3500]))
    def pay(self, data: Any, price: int) -> None:
        usable = self.usable()
        n = min(len(usable), -(-price // FACE))
        chosen = data.draw(st.permutations(usable))[: data.draw(st.integers(1, n))]
        take(self.counter.passage(chosen, price_cents=price), at=self.at)
        face = len(chosen) * FACE
        self.move(min(price, face), "outstanding", "provider_payable")
        self.move(face - min(price, face), "outstanding", "sponsor_refundable")
        self.move(len(chosen) * CONTRIBUTION, "contribution", "fund_payable")

    def usable(self) -> list[int]:
        found = Coupon.objects.filter(state="active", booklet__valid_until__gte=self.at.date())
        return list(found.values_list("pk", flat=True))

    @precondition(lambda self: Payment.objects.filter(cancelled_at=None).exists())
    @rule(data=st.data())
    def take_back(self, data: Any) -> None:
        payment = data.draw(st.sampled_from(list(Payment.objects.filter(cancelled_at=None))))
        taken = list(payment.redemptions.select_related("coupon__booklet"))
        give_back(payment, by=self.accountant, reason="", at=self.at)
        for one in taken:
            booklet = one.coupon.booklet
            returns = booklet.status == "active" and booklet.valid_until >= self.at.date()
            self.move(one.paid_cents, "provider_payable", "outstanding" if returns else "sponsor_refundable")
            if returns:
                self.move(one.returned_cents, "sponsor_refundable", "outstanding")
            self.move(CONTRIBUTION, "fund_payable", "contribution" if returns else "sponsor_refundable")

    @precondition(lambda self: Booklet.objects.exclude(status="cancelled").exists())
    @rule(data=st.data(), replace=st.booleans())
    def lose_a_booklet(self, data: Any, replace: bool) -> None:
        booklet = data.draw(st.sampled_from(list(Booklet.objects.exclude(status="cancelled"))))
        active = booklet.coupons.filter(state="active").count()
        try:
            losing.cancel(booklet=booklet, loss=Loss.LOST, replace=replace, by=self.accountant, at=self.at)
        except Refused:
            return
        target = "sponsor_deposit" if replace else "sponsor_refundable"
        self.move(active * FACE, "outstanding", target)
        self.move(active * CONTRIBUTION, "contribution", target)
        self.print_all()

    @rule(days=st.sampled_from([1, 200, 366]))
    def time_goes_by(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule()
    def the_day_s_expiry(self) -> None:
        late = Coupon.objects.filter(state="active", booklet__valid_until__lt=self.at.date())
        # Ten o'clock in Greenwich is midnight in Tahiti: the day before is over everywhere.
        n = late.count()
        expire(at=self.at, batch=1)
        self.move(n * FACE, "outstanding", "sponsor_refundable")
        self.move(n * CONTRIBUTION, "contribution", "sponsor_refundable")

    @rule()
    def the_day_s_closing(self) -> None:
        before = self.booked()["sponsor_deposit"]
        ordering.close_late(self.at)
        self.move(before - self.booked()["sponsor_deposit"], "sponsor_deposit", "sponsor_refundable")

    @rule()
    def state_what_is_due(self) -> None:
        settle(cut_off=(self.at - timedelta(days=1)).date(), by=self.accountant, at=self.at)

    @precondition(lambda self: batches.to_pay().exists())
    @rule()
    def pay_what_is_stated(self) -> None:
        for payout in batches.to_pay().select_related("account"):
            if payees.in_force(payees.payee_of(payout.account), self.at) is None:
                entered = payees.enter(
                    payee=payees.payee_of(payout.account),
                    holder="Essai",
                    iban=IBAN,
                    by=self.accountant,
                    at=self.at,
                )
                payees.verify(details=entered, by=self.approver, at=self.at)
        batch, waiting = prepare(execute_on=self.at.date(), by=self.accountant, at=self.at)
        assert not waiting
        batch = approve(batch=batch, by=self.approver, at=self.at)
        for attempt in batch.attempts.select_related("payout__account"):
            executed(attempt=attempt, by=self.accountant, at=self.at)
            self.owed[attempt.payout.account.kind] -= attempt.payout.amount_cents

    @rule()
    def note_the_balances(self) -> None:
        ledger.checkpoint(at=self.at)

    @rule()
    def prove_the_reserve(self) -> None:
        found = proving.standing()
        assert found.counted
        assert found.bank - found.owed_in_all - found.revenue == -found.to_recover
        assert found.covered == (found.to_recover <= max(0, found.revenue))

    def booked(self) -> Counter[str]:
        """Credits less debits, by kind."""
        sums = Leg.objects.values_list("account__kind").annotate(cents=-Sum("amount_cents")).order_by()
        return Counter(dict(sums))

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        booked = self.booked()
        bank = -booked.pop("bank", 0)
        assert {kind: cents for kind, cents in booked.items() if cents} == {
            kind: cents for kind, cents in self.owed.items() if cents
        }
        assert bank == sum(self.owed.values())

    @invariant()
    def what_circulates_is_owed(self) -> None:
        live = Coupon.objects.filter(state="active").values("booklet__order__campaign")
        for campaign, n in live.annotate(n=Count("pk")).values_list("booklet__order__campaign", "n"):
            account = Account.objects.with_balance().get(kind="outstanding", campaign=campaign)
            assert -account.balance_cents == n * FACE

    @invariant()
    def a_balance_from_its_checkpoint_is_the_sum_of_its_legs(self) -> None:
        for account in Account.objects.with_balance():
            assert ledger.balance_cents(account) == account.balance_cents
        assert ledger.wrong_checkpoints() == []

    @invariant()
    def a_refund_says_where_each_cent_comes_from(self) -> None:
        refunds = Payout.objects.filter(account__kind="sponsor_refundable")
        told = (
            F("refund_lines__face_cents")
            + F("refund_lines__contribution_cents")
            + F("refund_lines__other_cents")
        )
        assert not refunds.annotate(said=Sum(told)).exclude(said=F("amount_cents")).exists()

    @invariant()
    def a_statement_is_the_sum_of_what_it_counts(self) -> None:
        assert counting.wrong_statements() == counting.accounts_astray() == []

    @invariant()
    def nobody_is_paid_more_than_stated(self) -> None:
        wrong = Payout.objects.filter(paid__isnull=False).exclude(
            paid__legs__account=F("account"), paid__legs__amount_cents=F("amount_cents")
        )
        assert not wrong.exists()


@pytest.fixture
def seller(settings: Any) -> Iterator[None]:
    settings.SELLER = {**settings.SELLER, "iban": IBAN}
    return None


@pytest.mark.django_db
def test_the_books_follow_every_step(seller: None) -> None:
    assert connection.in_atomic_block
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=examples(12),
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
