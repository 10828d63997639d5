"""One passage at the counter: what its coupons are worth together, then the payment.

The verbs are those of coupons/payment.py; here wrong codes are counted, and what is left in cash is worked out.
Codes stay in memory: they are in no answer, no log, no session.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from coupons import guessing
from coupons.codes import NotACode, read_code
from coupons.counter.offering import FixedPrice, NoPrice, price_of
from coupons.models import Payment
from coupons.payment import KeyUsed, PaymentRefused, Seen, looked, pay
from coupons.rules import Refusal
from coupons.taking import local_day
from directory.accounts.refusals import Refused
from directory.models import Place, Service, User
from directory.wording import price


@dataclass(frozen=True)
class Who:
    """Who asks, and from where: `address` of the network, `device` at the counter."""

    agent: User
    device: str
    address: str | None


@dataclass(frozen=True)
class Question:
    """`codes` as they were typed or scanned, in the order in which they are used up."""

    service: Service
    place: Place
    codes: Sequence[str] = field(repr=False)
    price_cents: int | None = None


@dataclass(frozen=True)
class Line:
    """One coupon of the passage; cents are 0 when it is refused."""

    position: int
    seen: Seen
    refusals: list[Refusal]
    paid_cents: int = 0
    returned_cents: int = 0

    @property
    def accepted(self) -> bool:
        return not self.refusals


@dataclass(frozen=True)
class Till:
    """What the passage comes to, if it were paid now with the coupons that are accepted."""

    price_cents: int
    lines: list[Line]

    @property
    def accepted(self) -> bool:
        return bool(self.lines) and all(line.accepted for line in self.lines)

    @property
    def covered_cents(self) -> int:
        return sum(line.paid_cents for line in self.lines)

    @property
    def returned_cents(self) -> int:
        return sum(line.returned_cents for line in self.lines)

    @property
    def cash_cents(self) -> int:
        return self.price_cents - self.covered_cents


class TooManyWrong(Refused):
    """Too many codes were wrong: nothing is told of any code, right or wrong."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Trop de codes faux depuis ce compte : attendez une heure. "
                "D'ici là, notez la vente et gardez les chèques de côté."
            )
        )


@sensitive_variables("question")
def look_at(question: Question, *, by: Who, at: datetime) -> Till:
    """Each coupon with its reasons. Raises TooManyWrong, NoPrice, FixedPrice. Outside any transaction."""
    price_cents = price_of(question.service, question.price_cents)
    _require_open(by, at)
    day = local_day(question.place, at)
    seen = looked(question.codes, question.service, question.place, day)
    _count_wrong(_unknown(question.codes, enumerate(one.refusals for one in seen)), by, at)
    return Till(price_cents, list(_lines(seen, price_cents)))


@sensitive_variables("question")
def pay_here(question: Question, *, key: UUID, by: Who, at: datetime) -> tuple[Payment, bool]:
    """The payment, and whether this key had made it before. Outside any transaction.

    Raises PaymentRefused, KeyUsed, TooManyWrong, NoPrice, FixedPrice. After any other error ask again with the
    same key: it pays once.
    """
    _require_open(by, at)
    try:
        return _paid(question, price_of(question.service, question.price_cents), key, by, at)
    except (NoPrice, FixedPrice, KeyUsed):
        # A price that changed since must not hide that it was paid.
        before = Payment.objects.filter(organization=question.service.venue.organization_id, key=key).first()
        if before is None:
            raise
        price_cents = before.price_cents if question.price_cents is None else question.price_cents
        return _paid(question, price_cents, key, by, at)
    except PaymentRefused as refused:
        _count_wrong(_unknown(question.codes, refused.refusals.items()), by, at)
        raise


def _paid(question: Question, price_cents: int, key: UUID, by: Who, at: datetime) -> tuple[Payment, bool]:
    return pay(
        codes=question.codes,
        service=question.service,
        place=question.place,
        agent=by.agent,
        price_cents=price_cents,
        key=key,
        device=by.device,
        at=at,
    )


def _lines(seen: Iterable[Seen], price_cents: int) -> Iterable[Line]:
    covered = 0
    for position, one in enumerate(seen):
        refusals = list(one.refusals)
        if not refusals and covered >= price_cents:
            refusals = [_one_too_many(price_cents)]
        if refusals:
            yield Line(position, one, refusals)
            continue
        paid = min(one.face_value_cents, price_cents - covered)
        covered += paid
        yield Line(position, one, [], paid, one.face_value_cents - paid)


def _one_too_many(price_cents: int) -> Refusal:
    sentence = _("Les chèques d'avant paient déjà les %(price)s : rendez celui-ci.")
    return Refusal("one_too_many", sentence % {"price": price(price_cents)})


def _require_open(by: Who, at: datetime) -> None:
    try:
        guessing.require_open(address=by.address, user=by.agent, at=at)
    except guessing.LockedOut as locked:
        raise TooManyWrong from locked


def _count_wrong(guesses: int, by: Who, at: datetime) -> None:
    try:
        guessing.count_wrong(guesses, address=by.address, user=by.agent, at=at)
    except guessing.LockedOut as locked:
        raise TooManyWrong from locked


def _unknown(codes: Sequence[str], refusals: Iterable[tuple[int, Sequence[Refusal]]]) -> int:
    """How many are well formed and of no coupon: slips that the check sign betrays are no guesses."""
    positions = (place for place, many in refusals if any(one.code == "unknown" for one in many))
    return sum(_well_formed(codes[position]) for position in positions)


def _well_formed(typed: str) -> bool:
    try:
        read_code(typed)
    except NotACode:
        return False
    return True
