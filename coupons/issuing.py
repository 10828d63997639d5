"""The rows of an order's booklets and coupons, made once its money is there.

They have no code yet: a code is made when its sheet is printed.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _

from coupons.choices import OrderStatus
from coupons.models import Order
from directory.accounts.refusals import Refused

PARIS = ZoneInfo("Europe/Paris")
# What one transaction makes: enough for the statement triggers to cost little, little enough to stop between two.
BATCH_COUPONS = 50_000
# The order's row is locked before, so nobody else makes the same positions.
NEXT_BOOKLETS = """
WITH reached AS (
    SELECT coalesce(max(position), 0) AS position FROM coupons_booklet
    WHERE order_id = %(order)s AND position <= %(booklets)s
), made AS (
    INSERT INTO coupons_booklet (order_id, position, status, loss)
    SELECT %(order)s, next, 'inert', ''
    FROM reached, generate_series(position + 1, least(position + %(batch)s, %(booklets)s)) next
    RETURNING id
), filled AS (
    INSERT INTO coupons_coupon (booklet_id, position, state)
    SELECT made.id, rank, 'inert' FROM made, generate_series(1, %(size)s) rank
)
SELECT count(*) FROM made
"""


def issue(*, order: Order, at: datetime) -> int:
    """Make the booklets that are missing, a batch a transaction; returns how many. Killed, it goes on from there.

    Raises Refused when the order is not paid for, or too late to be handed over.
    """
    made = 0
    while batch := _issue_batch(order, at):
        made += batch
    return made


def _issue_batch(order: Order, at: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        locked = Order.objects.select_for_update().get(pk=order.pk)
        _refuse_unissuable(locked, at)
        cursor.execute(
            NEXT_BOOKLETS,
            {
                "order": locked.pk,
                "booklets": locked.booklets,
                "size": locked.booklet_size,
                "batch": max(1, BATCH_COUPONS // locked.booklet_size),
            },
        )
        [made] = cursor.fetchone()
    return made


def _refuse_unissuable(order: Order, at: datetime) -> None:
    if order.status not in (OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED):
        raise Refused(
            _(
                "La commande %(number)s est « %(status)s » : ses carnets sont créés quand elle est financée. "
                "Attendez le virement."
            )
            % {"number": order.number, "status": order.get_status_display()}
        )
    if order.status == OrderStatus.FUNDED and order.hand_over_by < at.astimezone(PARIS).date():
        raise Refused(
            _("La date limite de remise de la commande %(number)s est passée : fermez-la.")
            % {"number": order.number}
        )
