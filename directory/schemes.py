"""Schemes: whatever a floor above knows of that pays for services in some places, by its name in an address.

The search restricts itself to one without knowing what it is; `register` tells it, once, who finds them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import F, Q

from directory.querysets import ServiceQuerySet


@dataclass(frozen=True)
class Verdict:
    """What a scheme pays at one place: `services` by number; without any, `reason` is a sentence for a person."""

    services: frozenset[int] = frozenset()
    reason: str = ""


class Scheme(Protocol):
    """Coupons of one face value, good for some services in some places for some time."""

    @property
    def slug(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def face_value_cents(self) -> int: ...

    @property
    def nearest_sql(self) -> str:
        """As `paging.NEAREST_SQL`, of the places where it pays something; empty: the search finds them itself."""

    @property
    def page_url(self) -> str:
        """Its own page; empty when it has none."""

    @property
    def outline_url(self) -> str:
        """Its territory as GeoJSON, light enough to be drawn; empty when it has none."""

    def in_force(self, on: date) -> bool: ...

    def out_of_force(self, on: date) -> str:
        """Why it pays for nothing on that day, in a sentence; empty when it is in force."""

    def keeps(self) -> Q:
        """Of listings: those at which it pays for a service, the label and the day apart."""

    def paid(self, services: ServiceQuerySet, place: F) -> ServiceQuerySet:
        """Those of the services that it pays at the place, a reference to the number of one."""

    def verdicts(self, asked: Sequence[Any], on: date) -> Mapping[int, Verdict]:
        """By place, in a constant number of queries; each of `asked` has `place`, `services` and `labelled`."""


Finder = Callable[[str], Scheme | None]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Called once, when the application that knows schemes starts."""
    if finder not in _finders:
        _finders.append(finder)


def scheme_named(slug: str) -> Scheme | None:
    return next((found for finder in _finders if (found := finder(slug))), None)


@dataclass(frozen=True)
class Remainder:
    """A price paid with coupons of one face value: what is left after one, and how many pay it all.

    `price_cents` None: nobody knows; then all of it is None.
    """

    price_cents: int | None
    face_value_cents: int

    @property
    def by_one_cents(self) -> int | None:
        """What one coupon pays."""
        return None if self.price_cents is None else min(self.price_cents, self.face_value_cents)

    @property
    def rest_cents(self) -> int | None:
        return (
            None
            if self.price_cents is None
            else self.price_cents - min(self.price_cents, self.face_value_cents)
        )

    @property
    def coupons(self) -> int | None:
        """How many cover the price: what is over is not given back."""
        return None if self.price_cents is None else -(-self.price_cents // self.face_value_cents)
