"""What the pages of this room share: who enters, whose objects, where one is."""

from typing import Any

from django.shortcuts import get_object_or_404

from coupons.distribution.finding import own
from coupons.models import Booklet, DeliveryPoint
from coupons.querysets import DeliveryPointQuerySet
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability
from geodata.models import Area

for_viewers = for_members(Capability.SEE)
for_distributors = for_members(Capability.HAND_OVER)
for_managers = for_members(Capability.ORDER)


def own_booklet(organization: Organization, booklet_id: int) -> Booklet:
    return get_object_or_404(own(organization), pk=booklet_id)


def own_point(organization: Organization, point_id: int) -> DeliveryPoint:
    return get_object_or_404(DeliveryPoint, organization=organization, pk=point_id)


def points_of(organization: Organization) -> DeliveryPointQuerySet:
    return DeliveryPoint.objects.filter(organization=organization).in_use().order_by("name")


def here_key(organization: Organization) -> str:
    return f"coupons.here.{organization.pk}"


def here(request: SignedInRequest, organization: Organization) -> dict[str, Any]:
    """Where this person hands over, remembered until they sign out: a point, or a commune, or nothing yet."""
    kept = request.session.get(here_key(organization), {})
    point = points_of(organization).filter(pk=kept["point"]).first() if kept.get("point") else None
    communes = Area.objects.defer("geom").filter(level=Area.Level.COMMUNE)
    commune = communes.filter(pk=kept["commune"]).first() if kept.get("commune") else None
    return {"delivery_point": point, "commune": commune}
