"""Coupons that nothing speaks against, found in one question: what most payments need to know.

The short way of `payment.looked`: it gives no reasons, and leaves what happens in people's homes to the long one. A
test holds both together: whatever is cleared here, the rules let pass.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from directory.models import Place, Service
from directory.statements import rows

CLEARED = """
SELECT coupon.digest, coupon.id
FROM coupons_coupon coupon
JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
JOIN coupons_order made ON made.id = booklet.order_id
JOIN coupons_campaign campaign ON campaign.id = made.campaign_id
JOIN directory_service service ON service.id = %(service)s
JOIN directory_venue venue ON venue.id = service.venue_id
JOIN directory_place place ON place.id = %(place)s AND place.venue_id = venue.id
LEFT JOIN directory_category category ON category.id = service.category_id
WHERE coupon.digest = ANY(%(digests)s::uuid[])
  AND coupon.state = 'active' AND booklet.status = 'active' AND booklet.valid_until >= %(on)s
  AND (campaign.starts_on IS NULL OR campaign.starts_on <= %(on)s)
  AND (campaign.ends_on IS NULL OR campaign.ends_on >= %(on)s)
  AND venue.published AND place.point IS NOT NULL AND service.status = 'approved'
  AND EXISTS (SELECT FROM directory_labelling WHERE venue_id = venue.id AND during @> %(on)s::date)
  AND (NOT EXISTS (SELECT FROM coupons_campaign_areas WHERE campaign_id = campaign.id)
       OR service.modes <> '{at_home}' AND EXISTS (
          SELECT FROM coupons_campaign_areas territory JOIN geodata_areapart part ON part.area_id = territory.area_id
          WHERE territory.campaign_id = campaign.id AND ST_Covers(part.geom, place.point)))
  AND (NOT EXISTS (SELECT FROM coupons_campaign_venue_types WHERE campaign_id = campaign.id)
       OR EXISTS (SELECT FROM coupons_campaign_venue_types
                  WHERE campaign_id = campaign.id AND venuetype_id = venue.venue_type_id))
  AND (NOT EXISTS (SELECT FROM coupons_campaign_categories WHERE campaign_id = campaign.id)
       OR EXISTS (SELECT FROM coupons_campaign_categories
                  WHERE campaign_id = campaign.id AND category_id IN (category.id, category.parent_id)))
"""


def cleared(digests: Sequence[UUID], service: Service, place: Place, on: date) -> dict[UUID, int]:
    """The numbers of those coupons that pay this service here on that day, by digest; some that do may be missing."""
    return dict(rows(CLEARED, {"digests": list(digests), "service": service.pk, "place": place.pk, "on": on}))
