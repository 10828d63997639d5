"""What a rule of use would reach, while it is being composed: venues, services, people, and who is left out.

Everything is counted on the day itself, over what the public search shows. Inhabitants are those of the
communes whose town hall is in the territory; distances go from that town hall, as the crow flies.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coupons.accepting import Rule, offering
from coupons.offers import Offers
from directory.models import Listing
from directory.referential import referential
from geodata.communes import Communes, communes
from geodata.models import Area
from geodata.neighbours import nearest_km

DISTANCES_KM = (5, 10, 20)
FAR_KM = DISTANCES_KM[-1]
WIDENED_KM = 10
# A wider territory is counted up to the size of a large département: beyond, the answer would be late.
MOST_COMMUNES_WIDENED = 1_000
MOST_NAMED = 300
MOST_DOTS = 1_000

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """`count` of what is called `label`."""

    slug: str
    label: str
    count: int


@dataclass(frozen=True)
class Reach:
    """How many people live at most `km` from a venue, and their share of all, from 0 to 1."""

    km: int
    inhabitants: int
    share: float


@dataclass(frozen=True)
class LeftOut:
    """A commune too far from every venue; `km` is None when there is no venue at all."""

    pk: int
    code: str
    name: str
    population: int
    lon: float
    lat: float
    km: float | None


@dataclass(frozen=True)
class Loosened:
    """What a looser rule would give. `change` names it: categories, venue_types, both or wider."""

    change: str
    venues: int
    left_out: int


@dataclass(frozen=True)
class Coverage:
    venues: int
    places: int
    services: int
    # Venues that come to people's homes in the territory, wherever they are themselves.
    at_home: int
    venue_types: list[Tally]
    categories: list[Tally]
    communes: int
    inhabitants: int
    # No town hall is in the territory: the communes it touches were counted instead.
    approximate: bool
    reach: list[Reach]
    left_out: list[LeftOut]
    left_out_communes: int
    left_out_inhabitants: int
    hours_a_week: int
    places_with_hours: int
    dots: list[tuple[float, float]] = field(default_factory=list)
    loosened: list[Loosened] = field(default_factory=list)


@dataclass(frozen=True)
class Territory:
    """The communes of a rule's territory, as positions in the columns of `all`."""

    all: Communes
    inside: Ints
    approximate: bool

    @classmethod
    def of(cls, rule: Rule) -> Self:
        known = communes()
        if rule.everywhere:
            return cls(known, np.arange(len(known.pk)), approximate=False)
        inside = np.zeros(len(known.pk), dtype=np.bool_)
        drawn = []
        for pk, level in Area.objects.filter(pk__in=rule.areas).values_list("pk", "level"):
            if level == Area.Level.COUNTRY:
                inside[:] = True
            elif level in known.of:
                inside |= known.of[level] == pk
            else:
                drawn.append(pk)
        approximate = False
        if drawn or rule.shape is not None:
            here = Area.objects.current().at_level(Area.Level.COMMUNE).order_by()
            found = list(here.halls_within(drawn, rule.shape).values_list("pk", flat=True))
            if not found and not inside.any():
                found = list(here.meeting(drawn, rule.shape).values_list("pk", flat=True))
                approximate = bool(found)
            inside |= np.isin(known.pk, found)
        return cls(known, np.flatnonzero(inside), approximate)

    @property
    def population(self) -> Ints:
        return self.all.population[self.inside]

    def distances_km(self, lon: Floats, lat: Floats) -> Floats:
        """From each town hall to the nearest of these points."""
        return nearest_km(self.all.lon[self.inside], self.all.lat[self.inside], lon, lat)

    def far(self, km: Floats) -> Ints:
        """Inhabited communes too far, the most populous first: positions among `inside`."""
        found = np.flatnonzero((km > FAR_KM) & (self.population > 0))
        return found[np.argsort(-self.population[found], kind="stable")]

    def left_out(self, km: Floats, far: Ints) -> list[LeftOut]:
        known = self.all
        return [
            LeftOut(
                int(known.pk[i]),
                known.code[i],
                known.name[i],
                int(known.population[i]),
                float(known.lon[i]),
                float(known.lat[i]),
                round(float(away), 1) if np.isfinite(away) else None,
            )
            for i, away in ((self.inside[position], km[position]) for position in far[:MOST_NAMED])
        ]


def coverage(rule: Rule, on: date) -> Coverage:
    """A constant number of queries: ten at most."""
    open_to_all = Listing.objects.labelled_on(on).exclude(categories=[]).order_by()
    inside = open_to_all if rule.everywhere else open_to_all.within(rule.areas, rule.shape)
    places, territory = Offers.read(inside, rule), Territory.of(rule)
    eligible = places.matching & places.of_kinds(rule.venue_types)
    lon, lat = places.lon[eligible], places.lat[eligible]
    here = np.unique(places.venue[eligible])
    home, by_category = places.services(rule, open_to_all, here)
    km = territory.distances_km(lon, lat)
    far = territory.far(km)
    minutes = places.minutes[eligible]
    found = Coverage(
        venues=len(np.union1d(here, home)),
        places=int(eligible.sum()),
        services=int(by_category.sum()),
        at_home=len(home),
        venue_types=named_kinds(places, eligible),
        categories=named_categories(by_category),
        communes=len(territory.inside),
        inhabitants=int(territory.population.sum()),
        approximate=territory.approximate,
        reach=reach(territory, km),
        left_out=territory.left_out(km, far),
        left_out_communes=len(far),
        left_out_inhabitants=int(territory.population[far].sum()),
        hours_a_week=round(int(minutes[minutes > 0].sum()) / 60),
        places_with_hours=int((minutes >= 0).sum()),
        dots=dots(lon, lat),
    )
    if found.venues and not found.left_out_communes:
        return found
    remedies = loosened(rule, on, places, territory, (lon, lat))
    # What changes nothing is no remedy.
    helping = [one for one in remedies if one.venues > len(here) or one.left_out < len(far)]
    return replace(found, loosened=helping)


def named_kinds(places: Offers, eligible: Bools) -> list[Tally]:
    """How many venues of each kind: an itinerant venue counts once."""
    known = referential().venue_types
    _venues, first = np.unique(places.venue[eligible], return_index=True)
    kinds, counts = np.unique(places.kind[eligible][first], return_counts=True)
    return [
        Tally(known[pk].slug, known[pk].label, count) if pk in known else Tally("", "", count)
        for pk, count in most_first(kinds, counts)
    ]


def named_categories(counts: Ints) -> list[Tally]:
    """`counts` by number of the category."""
    known, there = referential().categories, np.flatnonzero(counts)
    return [
        Tally(known[pk].slug, known[pk].label, count)
        for pk, count in most_first(there, counts[there])
        if pk in known
    ]


def most_first(keys: Ints, counts: Ints) -> list[tuple[int, int]]:
    order = np.argsort(-counts, kind="stable")
    return list(zip(keys[order].tolist(), counts[order].tolist(), strict=True))


def reach(territory: Territory, km: Floats) -> list[Reach]:
    people = territory.population
    everybody = int(people.sum())
    found = [(limit, int(people[km <= limit].sum())) for limit in DISTANCES_KM]
    return [Reach(limit, near, near / everybody if everybody else 0.0) for limit, near in found]


def dots(lon: Floats, lat: Floats) -> list[tuple[float, float]]:
    """Enough points to see where the places are: of those that fall together, one."""
    step = 0.002
    while len(lon) > MOST_DOTS:
        cell = np.floor(lon / step) * 1_000_000 + np.floor(lat / step)
        _cells, first = np.unique(cell, return_index=True)
        lon, lat, step = lon[first], lat[first], step * 1.4
    return [(round(x, 5), round(y, 5)) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def loosened(
    rule: Rule, on: date, places: Offers, territory: Territory, reached: tuple[Floats, Floats]
) -> list[Loosened]:
    """Each restriction taken away by itself, then both, then a wider territory."""
    right_kind, any_kind = places.of_kinds(rule.venue_types), np.ones(len(places.kind), dtype=np.bool_)
    asked = [
        ("categories", bool(rule.categories), places.offering & right_kind),
        ("venue_types", bool(rule.venue_types), places.matching & any_kind),
        ("both", bool(rule.categories and rule.venue_types), places.offering & any_kind),
    ]
    found = [
        Loosened(
            change, len(np.unique(places.venue[taken])), left(territory, places.lon[taken], places.lat[taken])
        )
        for change, makes_sense, taken in asked
        if makes_sense
    ]
    if not rule.everywhere and len(territory.inside) <= MOST_COMMUNES_WIDENED:
        found.append(widened(rule, on, territory, reached))
    return found


def left(territory: Territory, lon: Floats, lat: Floats) -> int:
    return len(territory.far(territory.distances_km(lon, lat)))


def widened(rule: Rule, on: date, territory: Territory, reached: tuple[Floats, Floats]) -> Loosened:
    """The same rule in a territory that goes WIDENED_KM further."""
    around = offering(Listing.objects.labelled_on(on), rule).order_by()
    places = Offers.read(around.beside(rule.areas, rule.shape, WIDENED_KM * 1000), rule)
    taken = places.matching & places.of_kinds(rule.venue_types)
    lon, lat = (
        np.concatenate(pair) for pair in zip(reached, (places.lon[taken], places.lat[taken]), strict=True)
    )
    return Loosened("wider", len(np.unique(places.venue[taken])), left(territory, lon, lat))
