"""A venue where somebody has just paid with a coupon, and the code of the receipt."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from coupons.invitations import invitation
from coupons.models import Payment
from coupons.ratings.rating import rate
from coupons.taking import take
from directory.models import Review, StaffRole, User
from tests.coupons import toy

MARKS = {"reception": 5, "usefulness": 4, "progress": 3}


@dataclass
class Receipt:
    counter: toy.Counter
    payment: Payment

    @property
    def code(self) -> str:
        return invitation(self.payment.pk).code


def paid(counter: toy.Counter, at: datetime = toy.AT, n: int = 1) -> list[Payment]:
    """`n` payments of one coupon each."""
    coupons = toy.coupons_in_hand(n)
    return [take(counter.passage([coupon.pk]), at=at)[0] for coupon in coupons]


def rated(payment: Payment, comment: str = "", at: datetime = toy.AT, **marks: int) -> Review:
    return rate(code=invitation(payment.pk).code, marks={**MARKS, **marks}, comment=comment, at=at)


def a_moderator(name: str = "relecture") -> User:
    user = User.objects.create_user(f"{name}@example.org", name=name.title())
    StaffRole.objects.create(user=user, role="reviewer")
    return user


@pytest.fixture
def receipt(db: None) -> Receipt:
    counter = toy.a_counter()
    return Receipt(counter, paid(counter)[0])


@pytest.fixture
def moderator(db: None) -> User:
    return a_moderator()
