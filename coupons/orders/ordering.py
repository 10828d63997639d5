"""From the quote to the order, and its end. Locks: the campaign, then the order, then what hangs on it."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import OperationalError
from django.db.models import Sum
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from coupons import ledger
from coupons.choices import AccountKind, BookletStatus, EntryKind, Loss, OrderStatus
from coupons.models import Booklet, Campaign, Delivery, DeliveryPoint, Leg, Order
from coupons.numbering import next_number
from coupons.orders import papers, references
from coupons.orders.papers import day_of
from coupons.orders.pricing import Price, price
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

TERMS_VERSION = "2026-11"
QUOTE_DAYS = 60
HAND_OVER_MONTHS = 24
# Until which an order may be given up by who made it.
BEFORE_FUNDING = (OrderStatus.QUOTE, OrderStatus.ORDERED)
RUNNING = (OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED)


def quote(
    *,
    campaign: Campaign,
    booklets: int,
    deliveries: Sequence[tuple[DeliveryPoint, int]],
    billing_name: str,
    billing_address: str,
    billing_siret: str,
    purchase_order_number: str = "",
    service_code: str = "",
    by: User | None,
    at: datetime,
) -> Order:
    """A quote at the campaign's terms, valid sixty days, with its paper. Raises Refused."""
    with acting(by):
        campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
        if campaign.archived_at:
            raise Refused(_("Cette campagne est rangée. Choisissez-en une autre."))
        asked: Price = price(campaign, booklets)
        check_deliveries(campaign, booklets, deliveries)
        today = day_of(at)
        number = next_number("C", today.year)
        order = Order.objects.create(
            campaign=campaign,
            number=number,
            transfer_reference=references.reference(number),
            booklets=booklets,
            booklet_size=asked.booklet_size,
            face_value_cents=asked.face_value_cents,
            contribution_cents=asked.contribution_cents,
            fee_cents=asked.fee_cents,
            validity_months=campaign.validity_months,
            billing_name=billing_name,
            billing_address=billing_address,
            billing_siret=billing_siret,
            purchase_order_number=purchase_order_number,
            service_code=service_code,
            quoted_at=at,
            quote_valid_until=today + timedelta(days=QUOTE_DAYS),
            hand_over_by=months_later(today, HAND_OVER_MONTHS),
        )
        Delivery.objects.bulk_create(
            Delivery(order=order, delivery_point=point, booklets=count) for point, count in deliveries
        )
        papers.issue_quote(order, asked, at)
    return order


def check_deliveries(
    campaign: Campaign, booklets: int, deliveries: Sequence[tuple[DeliveryPoint, int]]
) -> None:
    """Somewhere of the sponsor's own, each once, and all booklets between them."""
    if not deliveries:
        raise Refused(_("Dites où livrer les carnets : choisissez au moins un point de remise."))
    points = [point for point, _count in deliveries]
    if len({point.pk for point in points}) < len(points):
        raise Refused(_("Le même point de remise est là deux fois. Gardez une seule ligne."))
    if any(count < 1 for _point, count in deliveries):
        raise Refused(_("Chaque point de remise choisi reçoit au moins un carnet."))
    for point in points:
        if point.organization_id != campaign.organization_id or point.closed_at:
            raise Refused(_("Le point de remise « %(name)s » est fermé.") % {"name": point.name})
    total = sum(count for _point, count in deliveries)
    if total != booklets:
        words = {"booklets": booklets, "total": total}
        raise Refused(
            _(
                "Vous commandez %(booklets)s carnets et vous en livrez %(total)s : écrivez deux fois le même nombre."
            )
            % words
        )


def accept(
    *,
    order: Order,
    terms_version: str,
    purchase_order_number: str | None = None,
    service_code: str | None = None,
    by: User,
    at: datetime,
) -> Order:
    """The sponsor orders: from here on the rule and the terms of the order are final. Raises Refused."""
    with sparing_imports(), acting(by):
        campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=order.campaign_id)
        order = locked(order)
        require(order, OrderStatus.QUOTE)
        if day_of(at) > order.quote_valid_until:
            raise Refused(_("Ce devis n'est plus valable. Demandez-en un nouveau."))
        if terms_version != TERMS_VERSION:
            raise Refused(_("Les conditions ont changé. Lisez-les et acceptez-les à nouveau."))
        if not same_terms(order, campaign):
            raise Refused(_("La campagne a changé depuis ce devis. Demandez-en un nouveau."))
        check_deliveries(campaign, order.booklets, delivered(order))
        if purchase_order_number is not None:
            order.purchase_order_number = purchase_order_number
        if service_code is not None:
            order.service_code = service_code
        order.status = OrderStatus.ORDERED
        order.ordered_at, order.ordered_by, order.terms_version = at, by, terms_version
        order.save()
    return order


@contextmanager
def sparing_imports() -> Iterator[None]:
    """A rule becomes final between two imports of venues, not during one: who waits too long is told."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        sentence = _("Des lieux sont en cours de mise à jour. Réessayez dans quelques minutes.")
        raise Refused(sentence) from error


def delivered(order: Order) -> list[tuple[DeliveryPoint, int]]:
    rows = order.deliveries.select_related("delivery_point").order_by("pk")
    return [(delivery.delivery_point, delivery.booklets) for delivery in rows]


def same_terms(order: Order, campaign: Campaign) -> bool:
    now = price(campaign, order.booklets)
    quoted = (order.booklet_size, order.face_value_cents, order.contribution_cents, order.validity_months)
    return quoted == (
        now.booklet_size,
        now.face_value_cents,
        now.contribution_cents,
        campaign.validity_months,
    )


def cancel(*, order: Order, by: User | None, at: datetime) -> Order:
    """Before its funding. What was already received for it is owed to the sponsor."""
    with acting(by):
        order = locked(order)
        require(order, *BEFORE_FUNDING)
        order.status, order.cancelled_at = OrderStatus.CANCELLED, at
        order.save(update_fields=["status", "cancelled_at"])
        release(order, held_cents(order), key=f"release:{order.number}", by=by, at=at)
    return order


def close(*, order: Order, by: User | None, at: datetime) -> Order:
    """The end: booklets never handed over are void, and what they were worth is owed to the sponsor.

    At the sponsor's request once all is delivered; at the deadline in any case.
    """
    with acting(by):
        order = locked(order)
        late = day_of(at) > order.hand_over_by
        require(order, *(RUNNING if late else (OrderStatus.DELIVERED,)))
        left = Booklet.objects.filter(order=order, status=BookletStatus.INERT)
        left.update(status=BookletStatus.CANCELLED, cancelled_at=at, loss=Loss.UNUSED)
        order.status, order.closed_at = OrderStatus.CLOSED, at
        order.save(update_fields=["status", "closed_at"])
        released = held_cents(order)
        release(order, released, key=f"release:{order.number}", by=by, at=at)
        if released:
            unused = order.coupons - used_coupons(order)
            papers.issue_credit_note(order, coupons=unused, released_cents=released, at=at)
    return order


def close_late(at: datetime) -> int:
    """Every order whose deadline has passed. Returns how many."""
    late = Order.objects.filter(status__in=RUNNING, hand_over_by__lt=day_of(at)).order_by("pk")
    closed = 0
    for order in late.iterator(chunk_size=100):
        try:
            close(order=order, by=None, at=at)
        except Refused:
            # Closed by somebody meanwhile.
            continue
        closed += 1
    return closed


def release(order: Order, cents: int, *, key: str, by: User | None, at: datetime) -> None:
    """From the order's deposit to what the sponsor is to be paid back."""
    if not cents:
        return
    deposit = ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order)
    refundable = ledger.account(AccountKind.SPONSOR_REFUNDABLE, campaign=order.campaign)
    legs = {deposit: cents, refundable: -cents}
    ledger.post(EntryKind.RELEASE, key=key, legs=legs, at=at, by=by, note=order.number)


def held_cents(order: Order) -> int:
    """What the order's deposit holds."""
    return -ledger.balance_cents(ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order))


def used_coupons(order: Order) -> int:
    """Those whose value has left the deposit for good: what was taken back to be reissued counts for nothing."""
    legs = Leg.objects.filter(account__kind=AccountKind.SPONSOR_DEPOSIT, account__order=order)
    moved = legs.filter(entry__kind__in=[EntryKind.HAND_OVER, EntryKind.REISSUE, EntryKind.CANCELLATION])
    cents = moved.aggregate(sum=Sum("amount_cents"))["sum"] or 0
    return int(cents // (order.face_value_cents + order.contribution_cents))


def locked(order: Order) -> Order:
    """As it is now, held to the end of the transaction. NO KEY: rows that point to it are still written beside it."""
    return (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign__organization")
        .get(pk=order.pk)
    )


def require(order: Order, *statuses: str) -> None:
    if order.status not in statuses:
        words = {"number": order.number, "status": order.get_status_display()}
        raise Refused(
            _("La commande %(number)s est maintenant « %(status)s » : ce n'est plus possible.") % words
        )


def months_later(day: date, months: int) -> date:
    """The same day of the month; the last of a shorter one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def closable(order: Order, on: date) -> bool:
    return order.status == OrderStatus.DELIVERED or (order.status in RUNNING and on > order.hand_over_by)
