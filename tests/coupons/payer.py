"""A process that pays with coupons, one after the other, and says on its output what it asked and what was answered.

    python -m tests.coupons.payer prepare N            makes N usable coupons; prints their numbers
    python -m tests.coupons.payer pay N,N,…            "asked KEY N" before, "paid KEY N" after each
    python -m tests.coupons.payer replay KEY:N,…       the same questions again; "paid KEY N" or "again KEY N"

The database is that of DATABASE_URL.
"""

import sys
from collections.abc import Iterable
from uuid import UUID, uuid4

import django


def say(*words: object) -> None:
    print(*words, flush=True)


def prepare(n: int) -> None:
    from tests.coupons import toy

    toy.a_counter()
    say(*(coupon.pk for _booklet in range(n // 50) for coupon in toy.coupons_in_hand(50)))


def counter() -> object:
    from directory.models import Service, User
    from tests.coupons import toy

    service = Service.objects.select_related("venue__organization").get()
    agent = User.objects.get(email__startswith="agent-")
    return toy.Counter(service, service.venue.places.get(), agent)


def pay(asked: Iterable[tuple[UUID, int]]) -> None:
    from coupons.taking import take
    from tests.coupons import toy

    where = counter()
    for key, coupon in asked:
        say("asked", key, coupon)
        _payment, replayed = take(where.passage([coupon], key=key), at=toy.AT)  # type: ignore[attr-defined]
        say("again" if replayed else "paid", key, coupon)


def main(verb: str, values: str) -> None:
    django.setup()
    if verb == "prepare":
        prepare(int(values))
    elif verb == "pay":
        pay((uuid4(), int(one)) for one in values.split(","))
    else:
        pairs = (one.split(":") for one in values.split(",") if one)
        pay((UUID(key), int(coupon)) for key, coupon in pairs)


if __name__ == "__main__":
    main(*sys.argv[1:])
