"""Zones drawn by a sponsor: kept for its next campaigns, and made anew once one of them is final."""

from datetime import datetime
from uuid import uuid4

from django.contrib.gis.geos import MultiPolygon
from django.utils.translation import gettext as _

from coupons.models import Campaign, Zone
from directory.accounts.refusals import Refused
from directory.models import Organization
from geodata.models import Area

MOST_ZONES = 500
# Coordinates are written with fewer digits than they are kept: ten centimetres are no new version.
SAME_DEGREES = 1e-6


def zones_of(organization: Organization) -> list[Zone]:
    """Those that may be chosen, newest first, without outlines."""
    known = Zone.objects.filter(organization=organization).in_use().select_related("area")
    return list(known.defer("area__geom").order_by("-created_at", "-pk")[:MOST_ZONES])


def draw(*, campaign: Campaign, zone: Zone | None, geom: MultiPolygon, name: str, at: datetime) -> Area:
    """Inside a verb that locked the campaign. `zone` is the one the drawing began from, `geom` is valid.

    A zone that others use, or that is final, stays as it is: the drawing becomes its next version.
    """
    usual = zone.area.name if zone else _("Zone de « %(name)s »") % {"name": campaign.name}
    name = name.strip() or usual
    if zone is not None:
        area = Area.objects.select_for_update().get(pk=zone.pk)
        zone.refresh_from_db()
        if area.geom and area.name == name and area.geom.equals_exact(geom, SAME_DEGREES):
            return area
        if zone.frozen_at is None and not zone.area.campaigns.exclude(pk=campaign.pk).exists():
            area.geom, area.point, area.name = geom, geom.point_on_surface, name[:200]
            area.save(update_fields=["geom", "point", "name"])
            return area
    return created(campaign.organization, zone, geom, name[:200], at)


def created(
    organization: Organization, replaced: Zone | None, geom: MultiPolygon, name: str, at: datetime
) -> Area:
    if organization.zones.count() >= MOST_ZONES:
        raise Refused(_("Vous avez déjà 500 zones dessinées. Reprenez l'une d'elles."))
    point = geom.point_on_surface
    code = f"zone-{uuid4().hex[:16]}"
    area = Area.objects.create(level=Area.Level.CUSTOM, code=code, name=name, geom=geom, point=point)
    # Only a final zone gives way: another campaign may still be drawn on the one that is not.
    former = replaced if replaced and replaced.frozen_at and not hasattr(replaced, "next_version") else None
    Zone.objects.create(area=area, organization=organization, replaces=former, created_at=at)
    return area
