"""Booklets given to people: the money moves first, then the coupons become usable."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from coupons import ledger
from coupons.choices import AccountKind, BookletStatus, CouponState, EntryKind, OrderStatus
from coupons.models import Booklet, Coupon, DeliveryPoint, HandOver, Order
from coupons.rules import Refusal, refusals_of_hand_over
from coupons.validity import last_day
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from directory.wording import dated
from geodata.models import Area
from geodata.timezones import timezone_of

PAID_FOR = {OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED}


@dataclass(frozen=True)
class Circumstances:
    """When, where and to whom: nothing that names anybody."""

    at: datetime
    delivery_point: DeliveryPoint | None = None
    point: Point | None = None
    commune: Area | None = None
    public: str = ""
    age_band: str = ""
    situation: str = ""
    # Many booklets at once: one to each person, or all to the same one.
    one_each: bool = False

    @property
    def where(self) -> Point | None:
        return self.point or (self.commune.point if self.commune else None)

    @property
    def on(self) -> date:
        """The day it is at that place."""
        code = self.delivery_point.commune_code if self.delivery_point else ""
        code = code or (self.commune.code if self.commune else "")
        return self.at.astimezone(ZoneInfo(timezone_of(code))).date()


@dataclass(frozen=True)
class NotHandedOver:
    """Why one booklet is not: `sentence` says it in French."""

    booklet: Booklet
    code: str
    sentence: str


class HandOverRefused(Refused):
    """None of the booklets is handed over, for these reasons."""

    def __init__(self, reasons: list[NotHandedOver]) -> None:
        super().__init__(" ".join(dict.fromkeys(reason.sentence for reason in reasons)))
        self.reasons = reasons


def hand_over(
    *,
    booklets: Iterable[Booklet],
    by: User,
    at: datetime,
    delivery_point: DeliveryPoint | None = None,
    point: Point | None = None,
    commune: Area | None = None,
    public: str = "",
    age_band: str = "",
    situation: str = "",
    one_each: bool = False,
) -> list[HandOver]:
    """All the booklets or none, one hand-over for each order. Raises HandOverRefused.

    `one_each`: to as many people as there are booklets, instead of all to one person.

    Locks the booklets in order of number, then, through the ledger, the orders' deposits in order of order.
    """
    told = Circumstances(at, delivery_point, point, commune, public, age_band, situation, one_each)
    with acting(by):
        held = locked(booklets)
        reasons = refusals(held, told)
        if reasons:
            raise HandOverRefused(reasons)
        held.sort(key=lambda booklet: (booklet.order_id, booklet.pk))
        orders = groupby(held, key=lambda booklet: booklet.order)
        return [_hand_over_of(order, list(given), told, by) for order, given in orders]


def locked(booklets: Iterable[Booklet]) -> list[Booklet]:
    """As they are now, held to the end of the transaction."""
    rows = Booklet.objects.filter(pk__in={booklet.pk for booklet in booklets}).order_by("pk")
    rows = rows.select_related("order__campaign__organization").defer("order__campaign__logo")
    return list(rows.select_for_update(of=("self",), no_key=True))


def refusals(booklets: list[Booklet], told: Circumstances) -> list[NotHandedOver]:
    """Why these may not be handed over: none when they may. The same few queries whatever their number."""
    printed, given, forbidden = _printed(booklets), _given(booklets), _forbidden(booklets, told)
    found = []
    for booklet in booklets:
        own = _refusal(booklet, given.get(booklet.hand_over_id or 0), booklet.pk in printed, told.on)
        reasons = [own] if own else forbidden[booklet.order.campaign_id]
        found += [NotHandedOver(booklet, reason.code, reason.sentence) for reason in reasons]
    return found


def elsewhere(booklets: Iterable[Booklet], delivery_point: DeliveryPoint | None) -> list[Booklet]:
    """Those that were sent to another delivery point: worth a word, and no reason to send anybody away."""
    if delivery_point is None:
        return []
    return [booklet for booklet in booklets if booklet.delivery_point_id not in (None, delivery_point.pk)]


def _refusal(booklet: Booklet, given: HandOver | None, printed: bool, on: date) -> Refusal | None:
    """What is wrong with the booklet itself."""
    number, order = {"number": booklet.number}, booklet.order
    if given and booklet.status == BookletStatus.ACTIVE:
        words = {**number, "day": dated(given.on), "who": given.by.name or given.by.email}
        sentence = _("Le carnet %(number)s est déjà remis, le %(day)s, par %(who)s.")
        return Refusal("handed_over", sentence % words)
    if booklet.status == BookletStatus.CANCELLED:
        sentence = _("Le carnet %(number)s est annulé. Mettez-le à part et donnez-en un autre.")
        return Refusal("cancelled", sentence % number)
    if order.status not in PAID_FOR:
        sentence = _("La commande du carnet %(number)s n'est pas payée, ou elle est close.")
        return Refusal("order", sentence % number)
    if not printed:
        return Refusal("not_printed", _("Le carnet %(number)s n'est pas encore imprimé.") % number)
    if order.hand_over_by < on:
        sentence = _("Le carnet %(number)s devait être remis le %(day)s au plus tard.")
        return Refusal("deadline", sentence % {**number, "day": dated(order.hand_over_by)})
    return None


def _forbidden(booklets: Iterable[Booklet], told: Circumstances) -> dict[int, list[Refusal]]:
    """What the rule of distribution of each campaign says, by campaign."""
    campaigns = {booklet.order.campaign_id: booklet.order.campaign for booklet in booklets}
    counted = Counter(booklet.order.campaign_id for booklet in booklets)
    return {
        number: refusals_of_hand_over(
            campaign,
            delivery_point=told.delivery_point,
            point=told.where,
            public=told.public,
            situation=told.situation,
            booklets=1 if told.one_each else counted[number],
            on=told.on,
        )
        for number, campaign in campaigns.items()
    }


def _printed(booklets: Iterable[Booklet]) -> set[int]:
    """Those with coupons, each of which has its code."""
    coupons = Coupon.objects.filter(booklet__in=booklets, state=CouponState.INERT)
    counted = coupons.values("booklet").annotate(blank=Count("pk", filter=Q(digest=None))).order_by()
    return {row["booklet"] for row in counted if not row["blank"]}


def _given(booklets: Iterable[Booklet]) -> dict[int, HandOver]:
    numbers = {booklet.hand_over_id for booklet in booklets if booklet.hand_over_id}
    return HandOver.objects.select_related("by").in_bulk(numbers) if numbers else {}


def _hand_over_of(order: Order, booklets: list[Booklet], told: Circumstances, by: User) -> HandOver:
    """Posts what the coupons are worth, then lets them be used: the database compares the two."""
    numbers = [booklet.pk for booklet in booklets]
    coupons = live(Coupon.objects.filter(booklet__in=numbers), CouponState.INERT)
    entry = ledger.post(
        EntryKind.HAND_OVER,
        key=f"hand-over:{numbers[0]}",
        legs=legs(order, coupons),
        at=told.at,
        by=by,
        note=order.number,
    )
    given = HandOver.objects.create(
        order=order,
        entry=entry,
        at=told.at,
        on=told.on,
        by=by,
        delivery_point=told.delivery_point,
        commune=told.commune,
        point=told.point,
        public=told.public,
        age_band=told.age_band,
        situation=told.situation,
    )
    until = last_day(told.on, order.validity_months)
    rows = Booklet.objects.filter(pk__in=numbers)
    rows.update(status=BookletStatus.ACTIVE, hand_over=given, valid_until=until)
    return given


def live(coupons: QuerySet[Coupon], state: CouponState) -> int:
    return coupons.filter(state=state).count()


def legs(order: Order, coupons: int) -> dict:
    """Of so many coupons put into circulation: from the order's deposit to what the campaign owes."""
    face, contribution = coupons * order.face_value_cents, coupons * order.contribution_cents
    return {
        ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order): face + contribution,
        ledger.account(AccountKind.OUTSTANDING, campaign=order.campaign): -face,
        ledger.account(AccountKind.CONTRIBUTION, campaign=order.campaign): -contribution,
    }
