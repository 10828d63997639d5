"""From the printer to the sponsor's delivery points: which booklets go where, sent, received.

The lines of an order share its booklets out in the order of their positions: the first line has the first ones, and
so on. So a line's booklets are known without being noted, before they are sent, and never overlap another's.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from coupons.booklet_numbers import printed_number
from coupons.choices import OrderStatus
from coupons.models import Booklet, Delivery, Order
from coupons.querysets import BookletQuerySet
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

RANGES = """
WITH share AS (
    SELECT id, order_id, booklets, sum(booklets) OVER (PARTITION BY order_id ORDER BY id) - booklets AS before
    FROM coupons_delivery WHERE order_id = ANY(%(orders)s)
), numbered AS (
    SELECT share.id AS delivery, booklet.id AS booklet,
           booklet.id - row_number() OVER (PARTITION BY share.id ORDER BY booklet.id) AS island
    FROM share JOIN coupons_booklet booklet
      ON booklet.order_id = share.order_id AND booklet.replaces_id IS NULL AND booklet.status <> 'cancelled'
     AND booklet.position > share.before AND booklet.position <= share.before + share.booklets
)
SELECT delivery, min(booklet), max(booklet), count(*) FROM numbered
GROUP BY delivery, island ORDER BY delivery, min(booklet)
"""


@dataclass(frozen=True)
class Numbers:
    """Booklets whose numbers follow one another."""

    first: str
    last: str
    booklets: int


def booklets_of(delivery: Delivery) -> BookletQuerySet:
    """Those of its share that were not cancelled meanwhile."""
    before = Delivery.objects.filter(order=delivery.order_id, pk__lt=delivery.pk)
    given = before.aggregate(sum=Sum("booklets"))["sum"] or 0
    share = Booklet.objects.filter(order=delivery.order_id, replaces=None)
    share = share.filter(position__gt=given, position__lte=given + delivery.booklets)
    return share.exclude(status="cancelled")


def numbers_by_delivery(orders: Iterable[int]) -> dict[int, list[Numbers]]:
    """Of every line of the orders, as few ranges as there are: one, most of the time."""
    found: dict[int, list[Numbers]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(RANGES, {"orders": list(orders)})
        for delivery, first, last, booklets in cursor.fetchall():
            found[delivery].append(Numbers(printed_number(first), printed_number(last), booklets))
    return found


def send(*, delivery: Delivery, tracking: str, by: User, at: datetime) -> Delivery:
    """The parcel is under way. Raises Refused."""
    with acting(by):
        order, current = locked(delivery)
        if order.status != OrderStatus.PRINTED:
            raise Refused(
                _("La commande %(number)s est « %(status)s » : on envoie une commande imprimée.")
                % {"number": order.number, "status": order.get_status_display()}
            )
        if current.sent_at:
            raise Refused(_("Cet envoi est déjà noté."))
        current.sent_at, current.tracking = at, tracking
        current.save(update_fields=["sent_at", "tracking"])
        return current


def receive(*, delivery: Delivery, by: User, at: datetime) -> Delivery:
    """It is there: its booklets are in the point's stock; the last line delivers the order. Raises Refused."""
    with acting(by):
        order, current = locked(delivery)
        if not current.sent_at:
            raise Refused(_("Cet envoi n'est pas encore parti."))
        if current.received_at:
            raise Refused(_("La réception de cet envoi est déjà confirmée."))
        current.received_at, current.received_by = at, by
        current.save(update_fields=["received_at", "received_by"])
        waiting = booklets_of(current).filter(status="inert", delivery_point=None)
        waiting.update(delivery_point=current.delivery_point_id)
        if order.status == OrderStatus.PRINTED and not order.deliveries.filter(received_at=None).exists():
            order.status, order.delivered_at = OrderStatus.DELIVERED, at
            order.save(update_fields=["status", "delivered_at"])
        return current


def locked(delivery: Delivery) -> tuple[Order, Delivery]:
    order = Order.objects.select_for_update(of=("self",)).get(pk=delivery.order_id)
    return order, Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
