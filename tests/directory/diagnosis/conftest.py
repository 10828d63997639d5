"""A toy département of four communes in a row, a neighbour, and labelled venues at known distances.

lon 2      3      4      5      6      7
49 +------+------+------+------+------+
   | Un   | Deux | Trois| Vide | Loin |   Loin: of another département
48 +------+------+------+------+------+
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from directory.models import Category, Labelling, Place, Service, Venue
from geodata.models import Area

PEOPLE = {"Un": 1000, "Deux": 300, "Trois": 200, "Vide": 0, "Loin": 5000}


@dataclass
class Toy:
    departement: Area
    other: Area
    communes: dict[str, Area]


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


def make_area(level: str, code: str, name: str, geom: MultiPolygon, **fields: object) -> Area:
    values = {"point": geom.centroid, **fields}
    return Area.objects.create(level=level, code=code, name=name, geom=geom, **values)


def make_venue(
    lon: float, lat: float, *, name: str = "Lieu", category: str = "utiliser", labelled: bool = True
) -> Venue:
    venue = Venue.objects.create(name=name, slug="lieu")
    Service.objects.create(
        venue=venue, name="Cours", status="approved", category=Category.objects.get(slug=category)
    )
    Place.objects.create(venue=venue, point=Point(lon, lat, srid=4326))
    if labelled:
        today = timezone.localdate()
        Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), today + timedelta(days=30)))
    return venue


@pytest.fixture
def toy(db: None) -> Toy:
    return build()


def build() -> Toy:
    region = make_area("region", "R1", "Région", box(2, 48, 7, 49))
    here = make_area("departement", "D1", "Département d'essai", box(2, 48, 6, 49), parent=region)
    other = make_area("departement", "D2", "L'autre", box(6, 48, 7, 49), parent=region)
    communes = {
        name: make_area(
            "commune",
            f"c{i}",
            name,
            box(2 + i, 48, 3 + i, 49),
            parent=other if name == "Loin" else here,
            population=people,
        )
        for i, (name, people) in enumerate(PEOPLE.items())
    }
    return Toy(here, other, communes)
