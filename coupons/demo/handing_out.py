"""Codes to try the demonstration with: a booklet printed anew for whoever asks, and given."""

from datetime import datetime
from typing import TypedDict

from django.db import transaction
from django.utils import timezone

from coupons.codes import digest, new_codes, printed
from coupons.demo.rhone import LYON, demonstration_campaign, stocked_order
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, Campaign, Order
from coupons.rules import refusals_of_use
from directory.demo.accounts import demonstration_organization, payable_service, person


class Printed(TypedDict):
    """A coupon of the demonstration: its code, the campaign's slug, and whether the demo provider may take it."""

    code: str
    campaign: str
    usable_at_demo_provider: bool


class Near(TypedDict):
    slug: str
    name: str
    near: tuple[float, float]


def campaigns() -> list[Near]:
    shown = Campaign.objects.filter(demo=True).order_by("pk")
    return [Near(slug=campaign.slug, name=campaign.name, near=LYON) for campaign in shown]


def fresh_booklet() -> list[Printed]:
    """Handed over now. Its codes are nowhere else: a booklet of the stock is given new ones, as when reprinted."""
    now = timezone.now()
    order = stocked_order(demonstration_campaign())
    with transaction.atomic():
        rows = Booklet.objects.filter(order=order).inert().order_by("pk")
        booklet = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if booklet is None:
            raise LookupError("every booklet is being given by somebody else")
        codes = printed_anew(booklet)
        by, point = person("sponsor-distributor", at=now), booklet.delivery_point
        hand_over(booklets=[booklet], delivery_point=point, public="person", by=by, at=now)
    usable, slug = usable_at_demo_provider(order, now), order.campaign.slug
    return [Printed(code=printed(code), campaign=slug, usable_at_demo_provider=usable) for code in codes]


def printed_anew(booklet: Booklet) -> list[str]:
    coupons = list(booklet.coupons.order_by("position"))
    codes = new_codes(len(coupons))
    for coupon, code in zip(coupons, codes, strict=True):
        coupon.digest = digest(code)
        coupon.save(update_fields=["digest"])
    return codes


def usable_at_demo_provider(order: Order, at: datetime) -> bool:
    service = payable_service(demonstration_organization(), at)
    if service is None:
        return False
    place = service.venue.places.order_by("pk").first()
    return place is not None and not refusals_of_use(
        order.campaign, service=service, place=place, on=timezone.localdate(at)
    )
