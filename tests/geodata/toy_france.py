"""A country of square communes on whole degrees, in the shape in which `registry` reads the real one."""

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from geodata.registry import Commune, France, Quarter, Territory


def square(west: float, south: float, east: float, north: float) -> str:
    """Hexadecimal EWKB in WGS 84."""
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326).hexewkb.decode()


def point(lon: float, lat: float) -> str:
    return Point(lon, lat, srid=4326).hexewkb.decode()


def commune(code: str, name: str, lon: int, lat: int, **changes: object) -> Commune:
    """A commune of one degree by one, its town hall in the middle."""
    made = Commune(
        code=code,
        name=name,
        departement=code[:2],
        epci="200000001",
        population=1000,
        postcodes=(f"{code[:2]}100",),
        outline=square(lon, lat, lon + 1, lat + 1),
        town_hall=point(lon + 0.5, lat + 0.5),
    )
    return made._replace(**changes)


def quarter(code: str, name: str, of: str, **changes: object) -> Quarter:
    return Quarter(code, name, of, 100, (), None, None)._replace(**changes)


def country(*communes: Commune, **changes: object) -> France:
    """One région, its départements and one intercommunalité around the communes."""
    codes = sorted({commune.departement for commune in communes})
    names = {"01": "Ain", "02": "Aisne", "69": "Rhône", "93": "Seine-Saint-Denis", "974": "La Réunion"}
    return France(
        regions=[Territory("84", "Auvergne-Rhône-Alpes", "FR")],
        departements=[Territory(code, names.get(code, f"Département {code}"), "84") for code in codes],
        epcis=[Territory("200000001", "Communauté de communes des Carrés", "")],
        communes=list(communes),
        departement_names={code: names.get(code, f"Département {code}") for code in codes},
        **changes,
    )
