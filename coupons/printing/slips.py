"""The packing slip of a parcel: what is in it, for whom, to be signed. It says no code."""

from datetime import date
from typing import Any

from django.utils.translation import override

from coupons.models import Delivery
from coupons.printing import press, sheets
from coupons.printing.delivering import numbers_by_delivery
from directory.label.kit import breakable, colours
from directory.wording import dated

MOST_RANGES = 40


def pdf(delivery: Delivery, today: date) -> bytes:
    with override("fr"):
        return press.pdf("slip.typ", told(delivery, today), fonts=str(sheets.FONTS), tags=True)


def told(delivery: Delivery, today: date) -> dict[str, Any]:
    order, point = delivery.order, delivery.delivery_point
    numbers = numbers_by_delivery([order.pk])[delivery.pk]
    return {
        "colours": colours(),
        "order": order.number,
        "day": dated(today),
        "campaign": breakable(order.campaign.name),
        "sponsor": breakable(order.campaign.organization.name),
        "point": breakable(point.name),
        "address": breakable(point.address),
        "town": breakable(f"{point.postcode} {point.commune}"),
        "contact": breakable(" · ".join(filter(None, [point.contact, point.phone]))),
        "opening": breakable(point.opening),
        "tracking": breakable(delivery.tracking),
        "booklets": sum(one.booklets for one in numbers),
        "size": order.booklet_size,
        "ranges": [[one.first, one.last, str(one.booklets)] for one in numbers[:MOST_RANGES]],
        "more": max(0, len(numbers) - MOST_RANGES),
    }
