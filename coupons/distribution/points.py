"""The places where a sponsor hands its booklets out."""

from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coupons.choices import BookletStatus, OrderStatus
from coupons.models import DeliveryPoint
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Organization, User
from directory.offer.places import Address, commune_of, postcode_of

# Orders whose parcels nobody waits for.
OVER = (OrderStatus.QUOTE, OrderStatus.CLOSED, OrderStatus.CANCELLED)


def save_point(
    *,
    organization: Organization,
    delivery_point: DeliveryPoint | None,
    point: Point,
    address: Address,
    fields: dict[str, Any],
    by: User,
) -> DeliveryPoint:
    """A new one, or an edited one; its commune is that in which it stands. Raises GeometryRefused, Refused."""
    commune = commune_of(point)
    with acting(by):
        current = _locked(delivery_point) if delivery_point else DeliveryPoint(organization=organization)
        current.point, current.address = point, written(address) or commune.name
        current.postcode = address.postcode or postcode_of(commune)
        current.commune, current.commune_code = commune.name, commune.code
        for name, value in fields.items():
            setattr(current, name, value)
        try:
            with transaction.atomic():
                current.save()
        except IntegrityError as error:
            raise Refused(_("Un autre point de remise a déjà ce nom. Choisissez-en un autre.")) from error
        return current


def written(address: Address) -> str:
    """On one line: what the carrier reads."""
    return ", ".join(part for part in (address.address, address.address_extra) if part)


def close(*, delivery_point: DeliveryPoint, by: User, at: datetime) -> None:
    """Nothing is delivered or handed over there any more; what was stays told. Raises Refused."""
    with acting(by):
        current = _locked(delivery_point)
        if current.stock.filter(status=BookletStatus.INERT).exists():
            raise Refused(_("Il reste des carnets à remettre ici : remettez-les ou annulez-les d'abord."))
        if current.deliveries.filter(received_at=None).exclude(order__status__in=OVER).exists():
            raise Refused(_("Une commande attend d'être livrée ici. Fermez ce point quand elle est reçue."))
        if current.closed_at is None:
            current.closed_at = at
            current.save(update_fields=["closed_at"])


def _locked(delivery_point: DeliveryPoint) -> DeliveryPoint:
    found = DeliveryPoint.objects.select_for_update(no_key=True).get(pk=delivery_point.pk)
    if found.closed_at:
        raise Refused(_("Ce point de remise est fermé."))
    return found
