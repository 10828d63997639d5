"""How a département is covered by labelled venues: counted on one day, over what the public search shows.

Inhabitants are those of the communes, taken at their town hall; distances go from there to the nearest venue as the
crow flies, whichever département it is in. The same reading as the coverage of a rule (coupons/coverage.py).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.contrib.gis.geos import Point, Polygon
from django.core.cache import caches
from django.db.models import F, FloatField, Func
from numpy.typing import NDArray

from directory.models import Listing
from directory.querysets import ListingQuerySet
from directory.referential import referential
from geodata.communes import communes
from geodata.models import Area
from geodata.neighbours import nearest_km

FAR_KM = 10
DISTANCES_KM = (5, 10, 20)
# A venue further than this from every town hall is not looked at: "more than" is said instead.
LOOK_KM = 30
NEAR_QUARTER_KM = 1
KM_OF_A_DEGREE = 110.5
SECONDS_KEPT = 24 * 3600

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Commune:
    """`km` from its town hall to the nearest labelled venue; None: more than LOOK_KM."""

    code: str
    name: str
    population: int
    lon: float
    lat: float
    km: float | None

    @property
    def far(self) -> bool:
        return self.km is None or self.km > FAR_KM


@dataclass(frozen=True)
class Quarter:
    """A priority district: venues inside it, border included, and km from its middle to the nearest one."""

    code: str
    name: str
    lon: float
    lat: float
    venues: int
    km: float | None

    @property
    def near(self) -> bool:
        return self.venues > 0 or (self.km is not None and self.km <= NEAR_QUARTER_KM)


@dataclass(frozen=True)
class Reach:
    """How many inhabitants live at most `km` away, and their share of all, from 0 to 1."""

    km: int
    inhabitants: int
    share: float


@dataclass(frozen=True)
class OfCategory:
    """Venues of the département with a service of this main category; who lives more than FAR_KM from any."""

    category: int
    venues: int
    far_inhabitants: int
    share: float


@dataclass(frozen=True)
class Diagnosis:
    day: date
    venues: int
    inhabitants: int
    far_inhabitants: int
    reach: list[Reach]
    categories: list[OfCategory]
    communes: list[Commune]
    quarters: list[Quarter]

    @property
    def left_out(self) -> list[Commune]:
        """Inhabited communes too far away, the most populous first."""
        far = [one for one in self.communes if one.far and one.population]
        return sorted(far, key=lambda one: (-one.population, one.code))

    @property
    def far_share(self) -> float:
        return self.far_inhabitants / self.inhabitants if self.inhabitants else 0.0

    @property
    def quarters_near(self) -> int:
        return sum(one.near for one in self.quarters)


def diagnosis(area: Area, day: date) -> Diagnosis:
    """Of a département; counted once a day, for all processes."""
    key = f"directory.diagnosis.{area.pk}.{day}"
    kept: Diagnosis | None = caches["default"].get(key)
    if kept is None:
        kept = measured(area, day)
        caches["default"].set(key, kept, SECONDS_KEPT)
    return kept


def measured(area: Area, day: date) -> Diagnosis:
    """Three queries, and the columns of all communes, which are at hand."""
    known = communes()
    inside = np.flatnonzero(known.of["departement"] == area.pk)
    people, lon, lat = known.population[inside], known.lon[inside], known.lat[inside]
    offering = Listing.objects.labelled_on(day).exclude(categories=[]).order_by()
    places = Places.around(offering, area, lon, lat)
    km = nearest_km(lon, lat, places.lon, places.lat)
    total = int(people.sum())
    return Diagnosis(
        day=day,
        venues=places.venues_here(),
        inhabitants=total,
        far_inhabitants=int(people[km > FAR_KM].sum()),
        reach=[Reach(limit, *counted(people, km <= limit)) for limit in DISTANCES_KM],
        categories=[of_category(row.pk, places, (lon, lat), people) for row in referential().main_categories],
        communes=[
            Commune(
                known.code[i],
                known.name[i],
                int(known.population[i]),
                round(float(known.lon[i]), 5),
                round(float(known.lat[i]), 5),
                told(away),
            )
            for i, away in zip(inside.tolist(), km.tolist(), strict=True)
        ],
        quarters=quarters(area, places),
    )


def counted(people: Ints, which: Bools) -> tuple[int, float]:
    """How many, and their share of all."""
    some, total = int(people[which].sum()), int(people.sum())
    return some, some / total if total else 0.0


def told(km: float) -> float | None:
    return round(km, 1) if km <= LOOK_KM else None


@dataclass(frozen=True)
class Places:
    """Where labelled venues receive people, in a département and around it: one entry a place."""

    venue: Ints
    lon: Floats
    lat: Floats
    here: Bools
    categories: list[frozenset[int]]

    @classmethod
    def around(cls, listings: ListingQuerySet, area: Area, lon: Floats, lat: Floats) -> "Places":
        x, y = (Func(F("point"), function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
        rows = list(listings.in_bbox(window(area, lon, lat)).values_list("pk", "venue", x, y, "categories"))
        here = set(listings.within([area.pk]).values_list("pk", flat=True))
        return cls(
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.float64),
            np.array([row[3] for row in rows], dtype=np.float64),
            np.array([row[0] in here for row in rows], dtype=np.bool_),
            [frozenset(row[4]) for row in rows],
        )

    def offering(self, category: int) -> Bools:
        return np.array([category in some for some in self.categories], dtype=np.bool_)

    def venues_here(self, which: Bools | None = None) -> int:
        """An itinerant venue counts once."""
        return len(np.unique(self.venue[self.here if which is None else self.here & which]))


def window(area: Area, lon: Floats, lat: Floats) -> Polygon:
    """A rectangle around the territory and its town halls, LOOK_KM further on each side."""
    west, south, east, north = (area.geom or area.point).extent
    if len(lon):
        west, east = min(west, float(lon.min())), max(east, float(lon.max()))
        south, north = min(south, float(lat.min())), max(north, float(lat.max()))
    up = LOOK_KM / KM_OF_A_DEGREE
    along = up / math.cos(math.radians(min(89.0, max(abs(south), abs(north)) + up)))
    return Polygon.from_bbox((west - along, south - up, east + along, north + up))


def of_category(category: int, places: Places, halls: tuple[Floats, Floats], people: Ints) -> OfCategory:
    which = places.offering(category)
    km = nearest_km(*halls, places.lon[which], places.lat[which])
    return OfCategory(category, places.venues_here(which), *counted(people, km > FAR_KM))


def quarters(area: Area, places: Places) -> list[Quarter]:
    """Those that were loaded for the département (docs: import_layer), the furthest from a venue first."""
    rows = list(Area.objects.current().at_level(Area.Level.QPV).filter(parent=area).order_by("code"))
    lon, lat = (np.array([getattr(row.point, axis) for row in rows], dtype=np.float64) for axis in "xy")
    km = nearest_km(lon, lat, places.lon, places.lat)
    found = [
        Quarter(
            row.code, row.name, round(row.point.x, 5), round(row.point.y, 5), inside(row, places), told(away)
        )
        for row, away in zip(rows, km.tolist(), strict=True)
    ]
    return sorted(found, key=lambda one: (one.venues > 0, -(one.km if one.km is not None else math.inf)))


def inside(area: Area, places: Places) -> int:
    """How many venues are in a small territory: those of its rectangle are looked at one by one."""
    if area.geom is None:
        return 0
    west, south, east, north = area.geom.extent
    near = (places.lon >= west) & (places.lon <= east) & (places.lat >= south) & (places.lat <= north)
    shape = area.geom.prepared
    return len({int(places.venue[i]) for i in np.flatnonzero(near).tolist() if shape.covers(at(places, i))})


def at(places: Places, i: int) -> Point:
    return Point(float(places.lon[i]), float(places.lat[i]), srid=4326)


def departements() -> Iterable[Area]:
    """With their region, without their outlines."""
    rows = Area.objects.current().at_level(Area.Level.DEPARTEMENT).select_related("parent")
    return rows.defer("geom", "parent__geom").order_by("parent__name", "code")
