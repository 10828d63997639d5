"""Who already receives the public around an applicant: the same list for the page and its map."""

from dataclasses import dataclass
from typing import Any, Self

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Listing, Place, Venue

RADIUS_M = 10_000
MOST = 40


@dataclass(frozen=True)
class Neighbours:
    """Around `origin`, the applicant's first place on the map; nearest first. None there: no list."""

    origin: Place | None
    rows: list[Listing]

    @classmethod
    def of(cls, venue: Venue, places: list[Place]) -> Self:
        origin = next((place for place in places if place.point), None)
        if origin is None:
            return cls(None, [])
        around = Listing.objects.near(origin.point, RADIUS_M).exclude(venue=venue)
        around = around.with_labelled(timezone.localdate()).with_distance_m(origin.point)
        return cls(origin, list(around.select_related("venue").order_by("distance_m", "pk")[:MOST]))

    @property
    def labelled(self) -> int:
        return sum(row.is_labelled for row in self.rows)

    @property
    def map_points(self) -> list[dict[str, Any]]:
        """For the map: the applicant first."""
        if self.origin is None or self.origin.point is None:
            return []
        here = {"name": _("Ce lieu"), "lon": self.origin.point.x, "lat": self.origin.point.y, "kind": "own"}
        return [
            here,
            *(
                {
                    "name": row.name,
                    "lon": row.point.x,
                    "lat": row.point.y,
                    "kind": "labelled" if row.is_labelled else "other",
                }
                for row in self.rows
            ),
        ]
