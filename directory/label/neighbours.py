"""Who already receives the public around an applicant: the same list for the page and its map."""

from dataclasses import dataclass
from typing import Any, Self

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Listing, Place, Venue

RADIUS_M = 10_000
MOST = 40


@dataclass(frozen=True)
class Neighbours:
    """Around `origin`, the applicant's first place on the map; nearest first. No place there: no list.

    Each row is a Listing with `distance_m` and `is_labelled`.
    """

    origin: Point | None
    rows: list[Any]

    @classmethod
    def of(cls, venue: Venue, places: list[Place]) -> Self:
        origin = next((place.point for place in places if place.point), None)
        if origin is None:
            return cls(None, [])
        around = Listing.objects.exclude(venue=venue).near(origin, RADIUS_M)
        around = around.with_labelled(timezone.localdate()).with_distance_m(origin).nearest(origin)
        # The index walks on the sphere: near enough to choose them, not to order them.
        rows: list[Any] = list(around.select_related("venue")[:MOST])
        return cls(origin, sorted(rows, key=lambda row: (row.distance_m, row.pk)))

    @property
    def are_all(self) -> bool:
        return len(self.rows) < MOST

    @property
    def labelled(self) -> int:
        return sum(row.is_labelled for row in self.rows)

    @property
    def map_points(self) -> list[dict[str, Any]]:
        """For the map: the applicant first."""
        if self.origin is None:
            return []
        here = {"name": _("Ce lieu"), "lon": self.origin.x, "lat": self.origin.y, "kind": "own"}
        return [here, *(self._on_map(row) for row in self.rows)]

    def _on_map(self, row: Any) -> dict[str, Any]:
        kind = "labelled" if row.is_labelled else "other"
        return {"name": row.name, "lon": row.point.x, "lat": row.point.y, "kind": kind}
