"""The one door to the two functions of the database that take coupons and give them back.

What is decided here is decided once and for all: whether coupons may be used is asked before (coupons/rules.py);
whether they are still there, in the right state, before their last day, the database says while it holds them.
"""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction

from coupons.models import Payment
from directory.models import Place, Service, User

FIELDS = [field.attname for field in Payment._meta.concrete_fields]
PAY = "SELECT replayed, (paid).* FROM coupons_pay(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
CANCEL = "SELECT coupons_cancel_payment(%s, %s, %s, %s, %s)"


class NotUsable(Exception):
    """One of the coupons is no longer what it was a moment ago; nothing was taken."""


class OneTooMany(Exception):
    """The coupons before the last one pay the whole price; nothing was taken."""


class OtherQuestion(Exception):
    """The key was used before, for something else."""


# What the database says, by its SQLSTATE.
REFUSALS: dict[str, type[Exception]] = {"AP001": NotUsable, "AP002": OneTooMany}


@dataclass(frozen=True)
class Passage:
    """What a device asks to be paid: `coupons` are identifiers, in the order in which they are used up."""

    key: UUID
    service: Service
    place: Place
    agent: User
    device: str
    price_cents: int
    coupons: Sequence[int]

    @property
    def digest(self) -> bytes:
        said = f"{self.service.pk} {self.place.pk} {self.price_cents} {list(self.coupons)}"
        return hashlib.sha256(said.encode()).digest()


def local_day(place: Place, at: datetime) -> date:
    """The day it is at the place: what validity is counted in."""
    return at.astimezone(ZoneInfo(place.timezone)).date()


def take(passage: Passage, *, at: datetime) -> tuple[Payment, bool]:
    """The payment, and whether it had been made before. Raises NotUsable, OneTooMany, OtherQuestion.

    Atomic; one round trip. Ask again with the same key after any error: there is one payment at most.
    """
    service, place = passage.service, passage.place
    values: list[Any] = [
        passage.key,
        passage.digest,
        service.venue.organization_id,
        service.venue_id,
        place.pk,
        service.pk,
        passage.agent.pk,
        passage.device,
        at,
        local_day(place, at),
        passage.price_cents,
        list(passage.coupons),
    ]
    try:
        with alone_or_within(), connection.cursor() as cursor:
            cursor.execute(PAY, values)
            made = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
    except DatabaseError as error:
        refusal = REFUSALS.get(getattr(error.__cause__, "sqlstate", ""))
        if refusal is None:
            raise
        raise refusal from error
    payment = Payment.from_db(connection.alias, FIELDS, [made[name] for name in FIELDS])
    if made["replayed"] and bytes(payment.asked) != passage.digest:
        raise OtherQuestion
    return payment, made["replayed"]


def alone_or_within() -> AbstractContextManager[None]:
    """One statement is a transaction by itself; inside another one, a refusal must leave that one usable."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def give_back(payment: Payment, *, by: User, reason: str, at: datetime) -> bool:
    """Cancel a payment by a reversing entry; False when it was cancelled already."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CANCEL, [payment.pk, by.pk, reason, at, local_day(payment.place, at)])
        [cancelled] = cursor.fetchone()
    return cancelled
