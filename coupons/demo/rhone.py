"""The demonstration's campaign and its orders, made by the same verbs as everybody's.

Each step looks where the last one stopped: an interrupted demonstration goes on when it is asked for again.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from coupons.campaigns import composing
from coupons.campaigns.composing import Use
from coupons.choices import AgeBand, OrderStatus, PrintReason, Public, Situation
from coupons.demo.living import DAYS, live
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, Campaign, DeliveryPoint, Order
from coupons.orders import funding, ordering
from coupons.printing import delivering, jobs, running
from directory.demo.accounts import demonstration_sponsor, person

NAME = "Le numérique au fil du Rhône"
SUMMARY = "Campagne de démonstration : ces chèques n'ont aucune valeur."
LYON = (4.8357, 45.7640)
# The valley from above Lyon to the sea, drawn by hand: down the west bank, up the east one.
VALLEY = (
    (4.55, 46.05), (4.50, 45.60), (4.55, 45.20), (4.55, 44.70), (4.40, 44.30), (4.35, 43.90), (4.30, 43.45),
    (4.80, 43.30), (5.35, 43.18), (5.68, 43.40), (5.62, 43.72), (5.10, 44.00), (5.05, 44.50), (5.15, 45.00),
    (5.20, 45.45), (5.25, 45.85), (4.90, 46.10), (4.55, 46.05),
)  # fmt: skip
# Name, address, postcode, commune, its code, where.
POINTS = (
    ("Maison du Rhône, Lyon (démonstration)", "Place de la Comédie", "69001", "Lyon", "69123", LYON),
    (
        "Relais de Valence (démonstration)",
        "Place de la Liberté",
        "26000",
        "Valence",
        "26362",
        (4.8924, 44.9334),
    ),
)
BOOKLETS = (80, 60)
GIVEN = 12
PRINTING_S = 120
# No organisation has it.
NO_SIRET = "00000000000000"


def build(progress: Callable[[str], None] = lambda text: None) -> Campaign:
    """The campaign, with booklets in stock and some that were given."""
    campaign = demonstration_campaign()
    progress(f"campagne {campaign.slug}")
    order = stocked_order(campaign, progress)
    if not order.hand_overs.exists():
        give_some(order)
    # Once, whatever was ordered since.
    live(campaign.orders.exclude(status=OrderStatus.CANCELLED).earliest("pk"), progress)
    return campaign


def demonstration_campaign() -> Campaign:
    sponsor, now = demonstration_sponsor(), timezone.now()
    manager = person("sponsor-manager", at=now)
    campaign = Campaign.objects.filter(organization=sponsor, demo=True).order_by("pk").first()
    if campaign is None:
        campaign = composing.create_campaign(organization=sponsor, name=NAME, by=manager, at=now)
        campaign = composing.edit_sheet(campaign=campaign, fields={"summary": SUMMARY}, by=manager)
    if campaign.frozen_at is None and not campaign.areas.exists():
        shape = MultiPolygon(Polygon(VALLEY), srid=4326)
        use = Use(shape=shape, zone_name="La vallée du Rhône, de Lyon à la mer")
        campaign = composing.set_use(campaign=campaign, use=use, by=manager, at=now)
    return campaign


def stocked_order(campaign: Campaign, progress: Callable[[str], None] = lambda text: None) -> Order:
    """A delivered order that has booklets left; a new one when all were given."""
    orders = Order.objects.filter(campaign=campaign).exclude(status__in=["closed", "cancelled"])
    order = orders.order_by("-pk").first()
    # The first one is older than the first booklet handed over.
    at = timezone.now() - (timedelta(days=DAYS + 20) if order is None else timedelta())
    if order is None or is_empty(order):
        order = quoted(campaign, at)
    while order.status != OrderStatus.DELIVERED:
        STEPS[order.status](order, at)
        order.refresh_from_db()
        progress(f"commande {order.number} {order.get_status_display()}")
    return order


def is_empty(order: Order) -> bool:
    return order.status == OrderStatus.DELIVERED and not order.booklet_set.inert().exists()


def quoted(campaign: Campaign, at: datetime | None = None) -> Order:
    now = at or timezone.now()
    deliveries = list(zip(delivery_points(campaign), BOOKLETS, strict=True))
    return ordering.quote(
        campaign=campaign,
        booklets=sum(BOOKLETS),
        deliveries=deliveries,
        billing_name=campaign.organization.name,
        billing_address="Adresse de démonstration",
        billing_siret=NO_SIRET,
        purchase_order_number="DEMO-2026",
        by=person("sponsor-manager", at=now),
        at=now,
    )


def delivery_points(campaign: Campaign) -> list[DeliveryPoint]:
    made = []
    for name, address, postcode, commune, code, where in POINTS:
        values: dict[str, Any] = {
            "address": address,
            "postcode": postcode,
            "commune": commune,
            "commune_code": code,
        }
        values["point"] = Point(*where, srid=4326)
        point, _new = DeliveryPoint.objects.get_or_create(
            organization=campaign.organization, name=name, closed_at=None, defaults=values
        )
        made.append(point)
    return made


def accept(order: Order, at: datetime) -> None:
    by = person("sponsor-manager", at=at)
    ordering.accept(order=order, terms_version=ordering.TERMS_VERSION, by=by, at=at)


def fund(order: Order, at: datetime) -> None:
    missing = funding.standing(order).missing
    funding.record_transfer(
        bank_reference=f"DEMO-{order.number}-{missing}",
        amount_cents=missing,
        booked_on=ordering.day_of(at),
        payer="TRESORERIE DE DEMONSTRATION",
        remittance=order.transfer_reference,
        by=person("accountant", at=at),
        at=at,
    )


def print_all(order: Order, at: datetime) -> None:
    """Here and now, as the worker would."""
    job = order.print_jobs.filter(status__in=["waiting", "running"]).first()
    if job is None:
        job = jobs.request(order=order, reason=PrintReason.FIRST, by=person("operator", at=at), at=at)
    until = time.monotonic() + PRINTING_S
    while order.status == OrderStatus.FUNDED:
        if time.monotonic() > until:
            raise RuntimeError("the demonstration's booklets could not be printed")
        if not running.take_turn(job.pk):
            # Done, or a worker is at it.
            time.sleep(0.2)
        order.refresh_from_db()


def deliver(order: Order, at: datetime) -> None:
    by, receiver = person("operator", at=at), person("sponsor-distributor", at=at)
    for delivery in order.deliveries.filter(received_at=None).order_by("pk"):
        if not delivery.sent_at:
            delivering.send(delivery=delivery, tracking="DEMO", by=by, at=at)
        delivering.receive(delivery=delivery, by=receiver, at=at)


STEPS: dict[str, Callable[[Order, datetime], None]] = {
    OrderStatus.QUOTE: accept,
    OrderStatus.ORDERED: fund,
    OrderStatus.FUNDED: print_all,
    OrderStatus.PRINTED: deliver,
}


def give_some(order: Order) -> None:
    """One booklet a person, each in another situation."""
    now = timezone.now()
    by, bands, situations = person("sponsor-distributor", at=now), list(AgeBand), list(Situation)
    booklets = Booklet.objects.filter(order=order).inert().select_related("delivery_point").order_by("pk")
    for i, booklet in enumerate(booklets[:GIVEN]):
        hand_over(
            booklets=[booklet],
            delivery_point=booklet.delivery_point,
            public=Public.PERSON,
            age_band=bands[i % len(bands)],
            situation=situations[i % len(situations)],
            by=by,
            at=now,
        )
