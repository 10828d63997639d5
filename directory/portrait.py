"""What the directory knows of a territory: how many labelled venues, with which services, where."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count

from directory.criteria import Criteria
from directory.links import search_url
from directory.models import Listing, Service
from directory.querysets import ListingQuerySet
from directory.referential import referential
from geodata.models import Area

MOST_SHOWN = 12
# A map of the whole country with every venue would weigh megabytes; the list and the search have them all.
MOST_ON_THE_MAP = 1500


def figures(listings: ListingQuerySet) -> dict[str, int]:
    """Numbers of venues and of communes; an itinerant venue counts once."""
    counted: dict[str, int] = listings.aggregate(
        venues=Count("venue", distinct=True), communes=Count("commune_code", distinct=True)
    )
    return counted


@dataclass(frozen=True)
class Portrait:
    area: Area
    day: date

    @cached_property
    def listings(self) -> ListingQuerySet:
        return Listing.objects.labelled_on(self.day).covered_by([self.area])

    def context(self) -> dict[str, Any]:
        nearest = self.listings.nearest(self.area.point).select_related("venue", "venue_type", "place")[
            :MOST_SHOWN
        ]
        return {
            "area": self.area,
            "figures": figures(self.listings),
            "categories": self.by_category(),
            "listings": list(nearest),
            "communes": [] if self.area.level == Area.Level.COMMUNE else self.communes(),
            "search_url": search_url(Criteria(point=self.area.point), self.area.name),
        }

    def by_category(self) -> list[dict[str, Any]]:
        """Each main category with its number of public services, sub-categories in their order."""
        found = Service.objects.public().filter(venue__in=self.listings.values("venue"))
        numbers = dict(found.values_list("category").annotate(number=Count("pk")))
        words = referential()
        return [
            {
                "category": parent,
                "children": [(child, numbers.get(child.pk, 0)) for child in words.children(parent)],
                "number": sum(numbers.get(row.pk, 0) for row in (parent, *words.children(parent))),
            }
            for parent in words.main_categories
        ]

    def communes(self) -> list[Area]:
        """The communes with most venues, each with its `number`."""
        counted = (
            self.listings.exclude(commune_code="")
            .values_list("commune_code")
            .annotate(number=Count("venue", distinct=True))
            .order_by("-number", "commune_code")[:MOST_SHOWN]
        )
        numbers = dict(counted)
        areas = Area.objects.current().at_level(Area.Level.COMMUNE).filter(code__in=numbers)
        for row in areas:
            row.number = numbers[row.code]  # type: ignore[attr-defined]
        return sorted(areas, key=lambda row: (-numbers[row.code], row.name))

    def on_the_map(self) -> list[tuple[str, float, float]]:
        """Name, longitude and latitude of the venues, the nearest to the middle first."""
        rows = self.listings.nearest(self.area.point)[:MOST_ON_THE_MAP]
        return [(name, point.x, point.y) for name, point in rows.values_list("name", "point")]
