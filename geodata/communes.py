"""All communes as columns, at hand without a query: town hall, inhabitants, and what each belongs to.

35,000 rows that change once a year. Each process reads them (0.3 s) at most every ten minutes, or when there is
a new one.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from django.core.cache import caches
from django.db.models import F, FloatField, Func
from numpy.typing import NDArray

from geodata.models import Area
from geodata.querysets import AreaQuerySet

SECONDS_KEPT = 600
NONE = -1
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Communes:
    """One entry a commune in each column, shared by all threads: not to be changed.

    `of` gives the column of what they belong to, by level; -1 where nothing is known.
    """

    pk: Ints
    code: list[str]
    name: list[str]
    population: Ints
    lon: Floats
    lat: Floats
    of: dict[str, Ints]

    @classmethod
    def read(cls) -> Self:
        x, y = (Func(F("point"), function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
        rows = list(
            current().values_list(
                "pk", "code", "name", "population", x, y, "epci", "parent", "parent__parent"
            )
        )
        columns = list(zip(*rows, strict=True)) or [()] * 9
        pk, population, epci, departement, region = (
            np.array([NONE if value is None else value for value in columns[i]], dtype=np.int64)
            for i in (0, 3, 6, 7, 8)
        )
        of = {"commune": pk, "epci": epci, "departement": departement, "region": region}
        lon, lat = (np.array(columns[i], dtype=np.float64) for i in (4, 5))
        return cls(pk, list(columns[1]), list(columns[2]), np.maximum(population, 0), lon, lat, of)


def current() -> AreaQuerySet:
    return Area.objects.current().at_level(Area.Level.COMMUNE).order_by("pk")


_read: dict[str, Communes] = {}


def communes() -> Communes:
    stamp = str(current().order_by("-pk").values_list("pk", flat=True).first())
    kept = caches["process"].get("geodata.communes", "")
    found = _read.get(kept) if kept == stamp else None
    if found is None:
        found = Communes.read()
        _read.clear()
        _read[stamp] = found
        caches["process"].set("geodata.communes", stamp, SECONDS_KEPT)
    return found
