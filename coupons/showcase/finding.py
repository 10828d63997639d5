"""The places nearest to somewhere at which a campaign's coupons pay, as they are printed on paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from coupons.eligible import CampaignScheme
from directory import wording
from directory.criteria import Criteria
from directory.models import Place
from directory.schemes import Remainder
from directory.search import Result, VenueSearch

PRINTED = 10
PRICES_PRINTED = 2


@dataclass(frozen=True)
class Printed:
    """One place in words; what is not known is empty."""

    rank: int
    name: str
    kind: str
    address: str
    phone: str
    hours: str
    far: str
    prices: list[str]
    lon: float
    lat: float


def nearest(scheme: CampaignScheme, origin: Point, at: datetime) -> list[Printed]:
    """At most ten, nearest first."""
    asked = Criteria(campaign=scheme, point=origin, limit=PRINTED)
    results = VenueSearch(asked, at).page().results
    weeks = dict(Place.objects.filter(pk__in=[row.place.pk for row in results]).values_list("pk", "week"))
    return [printed(rank, row, weeks.get(row.place.pk)) for rank, row in enumerate(results, start=1)]


def printed(rank: int, result: Result, week: Any) -> Printed:
    venue = result.venue
    return Printed(
        rank=rank,
        name=venue.name,
        kind=venue.venue_type.label if venue.venue_type else "",
        address=address(result),
        phone=wording.phone(venue.phone) if venue.phone else "",
        hours=hours(result, week),
        far=wording.distance(result.distance_m),
        prices=[paid(service.name, left) for service, left in result.offers if left][:PRICES_PRINTED],
        lon=result.lon,
        lat=result.lat,
    )


def address(result: Result) -> str:
    place = result.place
    town = f"{place.postcode} {place.commune}".strip()
    stop = place.name if place.is_stop else ""
    return ", ".join(part for part in (stop, place.address, town) if part)


def hours(result: Result, week: Any) -> str:
    """The usual week of a venue; the next visit of a bus, with its day and hour."""
    if result.next_visit_at:
        moment = wording.moment(result.next_visit_at, result.place.timezone)
        return _("Prochain passage %(moment)s") % {"moment": moment}
    return wording.week(week or ()) or _("Horaires à demander")


def paid(service: str, left: Remainder) -> str:
    return f"{service}\u00a0: {wording.left_to_pay(left)}"
