"""Providers with payments, their bank accounts, and the people who pay them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from coupons import batches, payees
from coupons.models import Account, Attempt, Batch, Payout
from coupons.taking import take
from directory.models import Membership, Organization, StaffRole, User
from tests.coupons import toy
from tests.signing_in import SignedInClient

LATER = toy.AT + timedelta(days=2)
CUT_OFF = toy.AT.date()
IBANS = ["FR7630006000011234567890189", "FR1420041010050500013M02606", "FR7610107001011234567890129"]


@pytest.fixture(autouse=True)
def seller(settings: Any) -> None:
    settings.SELLER = {**settings.SELLER, "iban": IBANS[0]}


def staff(role: str, name: str = "") -> User:
    user = User.objects.create_user(f"{name or role}@exemple.test", name=name or role)
    StaffRole.objects.create(user=user, role=role)
    return user


def member(organization: Organization, role: str, name: str = "") -> User:
    user = User.objects.create_user(f"{name or role}-{organization.pk}@exemple.test", name=name or role)
    Membership.objects.create(user=user, organization=organization, role=role)
    return user


def signed_in(user: User) -> Client:
    client = SignedInClient()
    client.force_login(user)
    return client


@dataclass
class House:
    """Two accountants, an approver, and providers whose payments are stated when asked."""

    accountant: User
    second: User
    approver: User
    counters: list[toy.Counter] = field(default_factory=list)

    def provider(self, name: str = "", coupons: int = 1, *, bank: bool = True) -> Organization:
        """One that took a payment of so many cheques of 10 €."""
        counter = toy.a_counter(name or f"Acteur {len(self.counters)}")
        self.counters.append(counter)
        self.pay(counter, coupons)
        organization = counter.service.venue.organization
        assert organization is not None
        if bank:
            self.bank(organization, IBANS[len(self.counters) % len(IBANS)])
        return organization

    def pay(self, counter: toy.Counter, coupons: int = 1) -> None:
        given = [coupon.pk for coupon in toy.coupons_in_hand(coupons)]
        take(counter.passage(given, price_cents=1000 * coupons), at=toy.AT)

    def bank(self, payee: payees.Payee, iban: str = IBANS[1]) -> None:
        entered = payees.enter(
            payee=payee,
            holder="Titulaire d'essai",
            iban=iban,
            contact="banque@exemple.test",
            by=self.accountant,
            at=toy.AT,
        )
        payees.verify(details=entered, by=self.approver, at=toy.AT)

    def settle(self) -> int:
        return batches.settle(cut_off=CUT_OFF, by=self.accountant, at=LATER)

    def draft(self) -> Batch:
        return batches.prepare(execute_on=LATER.date(), by=self.accountant, at=LATER)[0]

    def sent(self) -> Batch:
        """Stated, prepared, approved."""
        self.settle()
        return batches.approve(batch=self.draft(), by=self.approver, at=LATER)


@pytest.fixture
def house(db: None) -> House:
    return House(staff("accountant"), staff("accountant", "second"), staff("approver"))


def lines_of(batch: Batch) -> list[Attempt]:
    return list(batch.attempts.select_related("payout__account").order_by("pk"))


def account_of(organization: Organization) -> Account:
    return Account.objects.get(kind="provider_payable", organization=organization)


def payout_of(organization: Organization) -> Payout:
    return Payout.objects.get(account=account_of(organization))
