"""A sponsor with a campaign, taken as far as a test needs, by the models alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from psycopg import sql

from coupons import ledger
from coupons.choices import AccountKind, EntryKind, OrderStatus
from coupons.codes import digest, new_codes
from coupons.models import Booklet, Campaign, CooperationFund, Coupon, Entry, HandOver, Order
from coupons.taking import Passage, take
from directory.models import Category, Labelling, Organization, Place, Service, User, Venue

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FORWARD = [OrderStatus.ORDERED, OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED]


def a_sponsor(name: str = "Commanditaire d'essai") -> Organization:
    return Organization.objects.create(name=name, is_sponsor=True)


def a_campaign(sponsor: Organization | None = None, **fields: Any) -> Campaign:
    number = Campaign.objects.count()
    return Campaign.objects.create(
        **{
            "organization": sponsor or a_sponsor(f"Commanditaire {number}"),
            "name": f"Campagne {number}",
            "slug": f"campagne-{number}",
            **fields,
        }
    )


def an_order(
    campaign: Campaign | None = None,
    *,
    booklets: int = 2,
    status: OrderStatus = OrderStatus.QUOTE,
    **fields: Any,
) -> Order:
    """In the given state, by way of those before it, its money received when it is funded."""
    campaign = campaign or a_campaign()
    number = Order.objects.count()
    order = Order.objects.create(
        **{
            "campaign": campaign,
            "number": f"C2026-{number:06d}",
            "transfer_reference": f"RF00C2026{number:06d}",
            "booklets": booklets,
            "booklet_size": campaign.booklet_size,
            "face_value_cents": campaign.face_value_cents,
            "contribution_cents": campaign.face_value_cents // 100,
            "validity_months": campaign.validity_months,
            "quote_valid_until": date(2026, 12, 31),
            "hand_over_by": date(2028, 11, 23),
            "terms_version": "essai",
            **fields,
        }
    )
    for reached in FORWARD[: FORWARD.index(status) + 1] if status in FORWARD else []:
        if reached == OrderStatus.FUNDED:
            paid(order)
        order.status = reached
        order.save(update_fields=["status"])
    return order


def paid(order: Order, cents: int | None = None) -> Entry:
    """The sponsor's money, in the order's deposit."""
    cents = order.due_cents if cents is None else cents
    deposit = ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order)
    bank = ledger.account(AccountKind.BANK)
    key = f"paid:{order.number}:{Entry.objects.count()}"
    return ledger.post(EntryKind.TRANSFER, key=key, legs={bank: cents, deposit: -cents}, at=AT, by=None)


def booklets_of(order: Order) -> tuple[list[Booklet], list[str]]:
    """All booklets of an order with their coupons, and the codes as if printed."""
    booklets = Booklet.objects.bulk_create(
        Booklet(order=order, position=i + 1) for i in range(order.booklets)
    )
    codes = new_codes(order.coupons)
    Coupon.objects.bulk_create(
        Coupon(booklet=booklets[i // order.booklet_size], position=i % order.booklet_size + 1)
        for i in range(order.coupons)
    )
    for coupon, code in zip(Coupon.objects.filter(booklet__order=order).order_by("pk"), codes, strict=True):
        coupon.digest = digest(code)
        coupon.save(update_fields=["digest"])
    return booklets, codes


def handed_over(booklets: list[Booklet], by: User, *, cents: int | None = None) -> HandOver:
    """The booklets of one order, given today. `cents` other than their face value is what a test gets wrong."""
    order = booklets[0].order
    face = len(booklets) * order.booklet_face_cents if cents is None else cents
    contribution = len(booklets) * order.booklet_contribution_cents
    legs = {
        ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order): face + contribution,
        ledger.account(AccountKind.OUTSTANDING, campaign=order.campaign): -face,
        ledger.account(AccountKind.CONTRIBUTION, campaign=order.campaign): -contribution,
    }
    key = f"hand-over:{booklets[0].number}"
    entry = ledger.post(EntryKind.HAND_OVER, key=key, legs=legs, at=AT, by=by)
    given = HandOver.objects.create(order=order, entry=entry, at=AT, on=AT.date(), by=by)
    Booklet.objects.filter(pk__in=[booklet.pk for booklet in booklets]).update(
        status="active", hand_over=given, valid_until=date(2027, 11, 23)
    )
    return given


@dataclass(frozen=True)
class Counter:
    """A labelled venue with a service at 35 €, its agent, and the country's fund."""

    service: Service
    place: Place
    agent: User

    def passage(self, coupons: Sequence[int], **fields: Any) -> Passage:
        asked = {"key": uuid4(), "device": "essai", "price_cents": 3500, **fields}
        return Passage(service=self.service, place=self.place, agent=self.agent, coupons=coupons, **asked)


def a_counter(name: str = "Lieu d'essai", lon: float = 1.5, lat: float = 1.5) -> Counter:
    CooperationFund.objects.get_or_create(area=None, defaults={"name": "Fonds national d'essai"})
    provider = Organization.objects.create(name=name, is_provider=True)
    venue = Venue.objects.create(name=name, organization=provider, published=True)
    place = Place.objects.create(venue=venue, point=Point(lon, lat, srid=4326))
    Labelling.objects.create(venue=venue, during=DateRange(date(2026, 1, 1), date(2029, 1, 1)))
    service = Service.objects.create(
        venue=venue,
        name="Atelier",
        price_cents=3500,
        status="approved",
        category=Category.objects.exclude(parent=None)[0],
    )
    agent = User.objects.create_user(f"agent-{provider.pk}@exemple.test")
    return Counter(service, place, agent)


def coupons_in_hand(n: int, **fields: Any) -> list[Coupon]:
    """`n` usable coupons of one order."""
    return coupons_with_codes(n, **fields)[0]


def coupons_with_codes(n: int, **fields: Any) -> tuple[list[Coupon], list[str]]:
    campaign = a_campaign(booklet_size=n, **fields)
    booklets, codes = booklets_of(an_order(campaign, booklets=1, status=OrderStatus.DELIVERED))
    handed_over(booklets, User.objects.create_user(f"d{campaign.pk}@exemple.test"))
    return list(Coupon.objects.filter(booklet=booklets[0]).order_by("position")), codes


def fund_of(place: Place) -> CooperationFund:
    """The one that a payment at this place would give its contribution to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coupons_fund_of(%s)", [place.pk])
        return CooperationFund.objects.get(pk=cursor.fetchone()[0])


def in_state(coupons: QuerySet[Coupon], state: str) -> int:
    """Coupons as they may be found, put there by the owner of the database: the site cannot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        [role] = cursor.fetchone()
        cursor.execute("RESET ROLE")
        changed = coupons.update(state=state)
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    return changed


def spent(coupons: QuerySet[Coupon], face_value_cents: int) -> None:
    """All in one payment, at a counter of its own."""
    numbers = list(coupons.values_list("pk", flat=True))
    if numbers:
        counter = a_counter(f"Lieu {Organization.objects.count()}")
        take(counter.passage(numbers, price_cents=len(numbers) * face_value_cents), at=AT)
