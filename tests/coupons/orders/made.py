"""Orders as their sponsors make them: by the verbs."""

from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import Point

from coupons.models import Campaign, DeliveryPoint, Order, Transfer
from coupons.orders import funding, ordering
from directory.models import User
from tests.coupons import toy

BILLING = {
    "billing_name": "Commune d'essai",
    "billing_address": "1 place de la Mairie\n23000 Essai",
    "billing_siret": "21230096600018",
}


def somebody(email: str = "responsable@exemple.test") -> User:
    return User.objects.filter(email=email).first() or User.objects.create_user(email)


def a_point(campaign: Campaign, name: str = "Mairie") -> DeliveryPoint:
    return DeliveryPoint.objects.get_or_create(
        organization=campaign.organization,
        name=name,
        defaults={
            "address": "1 place de la Mairie",
            "postcode": "23000",
            "commune": "Essai",
            "point": Point(2.5, 46.5, srid=4326),
        },
    )[0]


def a_quote(
    campaign: Campaign | None = None, *, booklets: int = 2, at: datetime = toy.AT, **more: Any
) -> Order:
    campaign = campaign or toy.a_campaign()
    values = {
        "campaign": campaign,
        "booklets": booklets,
        "deliveries": [(a_point(campaign), booklets)],
        "by": somebody(),
        "at": at,
        **BILLING,
        **more,
    }
    return ordering.quote(**values)


def ordered(campaign: Campaign | None = None, *, at: datetime = toy.AT, **more: Any) -> Order:
    order = a_quote(campaign, at=at, **more)
    return ordering.accept(
        order=order,
        terms_version=ordering.TERMS_VERSION,
        purchase_order_number="EJ-2026-17",
        service_code="MEDIATION",
        by=somebody(),
        at=at,
    )


def transferred(
    cents: int, remittance: str, *, reference: str = "BNK-1", by: User | None = None, **more: Any
) -> Transfer:
    values = {
        "bank_reference": reference,
        "amount_cents": cents,
        "booked_on": date(2026, 11, 23),
        "payer": "TRESORERIE D'ESSAI",
        "remittance": remittance,
        "by": by or somebody("compta@exemple.test"),
        "at": toy.AT,
        **more,
    }
    return funding.record_transfer(**values)


def funded(campaign: Campaign | None = None, **more: Any) -> Order:
    order = ordered(campaign, **more)
    transferred(order.due_cents, order.transfer_reference, reference=f"BNK-{order.number}")
    order.refresh_from_db()
    return order
