"""Some life in the demonstration's campaign: booklets handed over for months, used near there, by the usual verbs.

The same each time, and made once: a payment's key is that of its booklet, so what was interrupted goes on. Nothing is
handed over or paid where the demonstration has no venue that takes the coupons: there, the white zone is real.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from coupons import reporting
from coupons.accepting import Rule, accepting
from coupons.choices import AgeBand, Public, Situation
from coupons.demo.accounting import open_funds
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, Coupon, Order, Payment
from coupons.taking import Passage, give_back, take
from directory.demo.accounts import person
from directory.models import Listing, Place, Service, User
from directory.querysets import ListingQuerySet
from geodata.models import Area

# Communes of the valley by their codes, and how many booklets are handed over in each.
GIVEN = (("69123", 22), ("69266", 10), ("69259", 8), ("69091", 6), ("13004", 6), ("26362", 6))
DAYS = 200
NEAR, NEAR_KM = 8, 25
MOST_PASSAGES = 8
USUAL_PRICE_CENTS = 1500
PUBLICS = (Public.PERSON, Public.PERSON, Public.PERSON, Public.EMPLOYEE, Public.ASSOCIATION)


class Offered(NamedTuple):
    service: Service
    place: Place


def live(order: Order, progress: Callable[[str], None] = lambda text: None) -> None:
    now = timezone.now()
    open_funds(at=now)
    giver, agent = person("sponsor-distributor", at=now), person("provider-agent", at=now)
    made = 0
    for rank, (code, many) in enumerate(GIVEN):
        commune = Area.objects.current().defer("geom").filter(level=Area.Level.COMMUNE, code=code).first()
        if commune is None:
            continue
        # All of a commune at once: hundreds of commits would cost more than what they commit.
        with transaction.atomic():
            booklets = handed_over(order, commune, many, Random(rank), giver, now)
            nearby = offered(order, commune, now)
            for booklet in booklets:
                made += spent(booklet, nearby, Random(f"{code}-{booklet.position}"), agent, now)
    take_one_back(order, now)
    reporting.refresh()
    progress(f"{made} paiements de démonstration")


def handed_over(
    order: Order, commune: Area, many: int, chance: Random, by: User, now: datetime
) -> list[Booklet]:
    """Those of the commune; what is missing is handed over, one booklet a person, on days of the past."""
    rows = Booklet.objects.filter(order=order, hand_over__commune=commune).select_related("hand_over")
    days = sorted((chance.randint(5, DAYS) for _n in range(many)), reverse=True)
    left = list(Booklet.objects.filter(order=order).inert().order_by("pk")[: max(0, many - rows.count())])
    for booklet, day in zip(left, days[many - len(left) :], strict=True):
        at = now - timedelta(days=day)
        hand_over(
            booklets=[booklet],
            commune=commune,
            public=chance.choice(PUBLICS),
            age_band=chance.choice(list(AgeBand)),
            situation=chance.choice(list(Situation)),
            by=by,
            at=at,
        )
    return list(rows.order_by("pk"))


def offered(order: Order, commune: Area, now: datetime) -> list[Offered]:
    """A service at each of the nearest places that take the coupons, at most NEAR_KM away."""
    rule = Rule.of(order.campaign)
    rows: ListingQuerySet = accepting(Listing.objects.all(), rule, timezone.localdate(now))
    near = rows.near(commune.point, NEAR_KM * 1000).nearest(commune.point).select_related("place")[:NEAR]
    found = []
    for listing in near:
        services = rule.services().filter(venue=listing.venue_id, venue__organization__isnull=False)
        service = services.exclude(price_cents=0).select_related("venue").order_by("pk").first()
        if service:
            found.append(Offered(service, listing.place))
    return found


def spent(booklet: Booklet, nearby: list[Offered], chance: Random, agent: User, now: datetime) -> int:
    """How many passages, the nearest places more often."""
    if not nearby or not booklet.hand_over or Payment.objects.filter(key=key_of(booklet, 0)).exists():
        return 0
    coupons = list(Coupon.objects.filter(booklet=booklet).order_by("position").values_list("pk", flat=True))
    at, made = booklet.hand_over.at, 0
    for number in range(chance.randint(2, MOST_PASSAGES)):
        at += timedelta(days=chance.randint(2, 25), hours=chance.randint(-2, 4))
        where = nearby[min(int(chance.expovariate(0.7)), len(nearby) - 1)]
        price = where.service.price_cents or USUAL_PRICE_CENTS
        taken = coupons[: 2 if price > booklet.order.face_value_cents else 1]
        if at >= now or not taken:
            break
        coupons = coupons[len(taken) :]
        pay(booklet, number, where, price, taken, agent, at)
        made += 1
    return made


def pay(
    booklet: Booklet, number: int, where: Offered, price: int, coupons: list[int], agent: User, at: datetime
) -> None:
    passage = Passage(
        key=key_of(booklet, number),
        service=where.service,
        place=where.place,
        agent=agent,
        device="démonstration",
        price_cents=price,
        coupons=coupons,
    )
    take(passage, at=at)


def key_of(booklet: Booklet, number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"demonstration/{booklet.order.number}/{booklet.position}/{number}")


def take_one_back(order: Order, now: datetime) -> None:
    """Such things happen."""
    payments = Payment.objects.filter(redemptions__coupon__booklet__order=order)
    first = payments.select_related("place").order_by("pk").first()
    if first and not payments.filter(cancelled_at__isnull=False).exists():
        at = first.at + timedelta(minutes=5)
        give_back(first, by=person("operator", at=now), reason="Erreur de saisie (démonstration)", at=at)
