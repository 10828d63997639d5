"""The base map, drawn from four square communes: two départements side by side, each of two communes."""

import gzip
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection
from django.template import Context, Template
from django.test import Client

from geodata import basemap
from geodata.models import Area, BasemapFeature, BasemapTile

pytestmark = pytest.mark.django_db

NOWHERE = Path("/nonexistent")


def square(west: float, south: float, side: float = 1) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, west + side, south + side)), srid=4326)


def area(level: str, code: str, name: str, geom: MultiPolygon, **more: object) -> Area:
    more.setdefault("point", Point(geom.centroid.x, geom.centroid.y))
    return Area.objects.create(level=level, code=code, name=name, geom=geom, **more)


@pytest.fixture
def france() -> None:
    region = area("region", "R", "Pays carré", square(0, 0, 2))
    for column in (0, 1):
        parent = area("departement", f"D{column}", f"Colonne {column}", square(column, 0), parent=region)
        for row in (0, 1):
            name = f"L'Angle-{column}{row}"
            area("commune", f"{column}{row}", name, square(column, row), parent=parent, population=100 * row)


@pytest.fixture
def built(france: None) -> str:
    return basemap.build(world=NOWHERE)


def lines(zoom: int) -> dict[str, float]:
    """Length of the lines of each kind, in sides of a commune."""
    side = 111_319.49
    found: dict[str, float] = {}
    for feature in BasemapFeature.objects.filter(layer="line", zoom_min=zoom):
        found[feature.kind] = found.get(feature.kind, 0) + round(feature.geom.length / side, 2)
    return found


def test_a_border_is_drawn_once_by_what_it_parts(built: str) -> None:
    assert lines(10) == pytest.approx({"departement": 2, "commune": 2}, abs=0.01)


def test_communes_show_only_when_there_is_room(built: str) -> None:
    assert set(lines(9)) == {"departement"}


def test_the_land_has_no_inner_edge(built: str) -> None:
    land = BasemapFeature.objects.filter(layer="land", zoom_min=10)
    assert len(land) == 1
    assert land[0].geom.num_coords == 5


def test_names_are_set_with_a_typographic_apostrophe(built: str) -> None:
    towns = BasemapFeature.objects.filter(layer="name", kind="town").values_list("name", flat=True)
    assert sorted(towns) == ["L’Angle-00", "L’Angle-01", "L’Angle-10", "L’Angle-11"]


def test_the_name_of_a_town_hall_far_from_its_commune_goes_home(france: None) -> None:
    Area.objects.filter(code="00").update(point=Point(40, 40))
    basemap.build(world=NOWHERE)
    town = BasemapFeature.objects.get(name="L’Angle-00").geom.transform(4326, clone=True)
    assert 0 < town.x < 1
    assert 0 < town.y < 1


def test_an_enclave_that_no_commune_covers_stays_foreign() -> None:
    outer = Polygon.from_bbox((0, 0, 3, 3))
    ring = Polygon(outer[0], Polygon.from_bbox((1, 1, 2, 2))[0])
    area("commune", "00", "Anneau", MultiPolygon(ring, srid=4326), point=Point(0.5, 0.5))
    basemap.build(world=NOWHERE)
    enclave = BasemapFeature.objects.filter(layer="abroad", zoom_min=7, geom__isvalid=True).first()
    assert enclave
    middle = enclave.geom.centroid.transform(4326, clone=True)
    assert (middle.x, middle.y) == pytest.approx((1.5, 1.5), abs=0.01)


def test_the_same_areas_give_the_same_version(built: str) -> None:
    assert basemap.build(world=NOWHERE) == built == basemap.version()


def test_a_changed_area_gives_another_version(built: str) -> None:
    Area.objects.filter(code="11").update(geom=square(1, 1, 0.5))
    assert basemap.build(world=NOWHERE) != built


def test_without_any_area_there_is_an_empty_map() -> None:
    basemap.build(world=NOWHERE)
    assert gzip.decompress(basemap.tile(0, 0, 0)) == b""


def test_tiles_of_land_are_made_beforehand(built: str) -> None:
    assert BasemapTile.objects.filter(z=0).count() == 1
    assert b"land" in gzip.decompress(bytes(BasemapTile.objects.get(z=5, x=16, y=15).gzipped))


def test_closer_than_the_last_data_zoom_tiles_are_cut_on_demand(built: str) -> None:
    assert b"land" in gzip.decompress(basemap.tile(12, 2050, 2040))


def test_a_tile_reads_its_features_by_the_index(built: str) -> None:
    from geodata.basemap.tiles import DRAW

    place = {"z": 10, "x": 515, "y": 510, "zoom": 10, "extent": 2048, "margin": 0.02, "buffer": 40}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + DRAW, place)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "basemap_zoom_geom" in plan


def test_a_tile_is_served_compressed_and_for_ever(client: Client, built: str) -> None:
    address = f"/tiles/{built}/5/16/15.mvt"
    response = client.get(address, headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert "immutable" in response["Cache-Control"]
    assert client.get(address).content == gzip.decompress(response.content)
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_address_of_a_former_map_gives_todays_tile_for_a_short_while(client: Client, built: str) -> None:
    assert client.get("/tiles/former/5/16/15.mvt")["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "place", ["19/0/0", "3/8/0", "3/0/8", "-1/0/0", "a/b/c", "3/1.5/0", f"{'9' * 5000}/0/0"]
)
def test_a_tile_that_cannot_be_is_a_problem(client: Client, place: str) -> None:
    response = client.get(f"/tiles/x/{place}.mvt")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_a_page_learns_where_the_tiles_are(built: str) -> None:
    assert basemap.client_config()["tiles"] == f"/tiles/{built}/{{z}}/{{x}}/{{y}}.mvt"
    tag = Template("{% load basemap %}<div {% basemap_data %}>").render(Context())
    assert 'data-map-kind="own"' in tag
    assert "http" not in tag


@pytest.mark.parametrize(("source", "host"), [("ign", "data.geopf.fr"), ("osm", "tile.openstreetmap.org")])
def test_one_setting_switches_to_an_outside_map(settings: object, source: str, host: str) -> None:
    settings.BASEMAP = source
    chosen = basemap.client_config()
    assert chosen["kind"] == source
    assert host in chosen["tiles"]
    assert not chosen["script"]


def test_a_file_of_ones_own_is_read_by_ranges(client: Client, settings: object, tmp_path: Path) -> None:
    file = tmp_path / "france.pmtiles"
    file.write_bytes(bytes(range(100)))
    settings.BASEMAP = f"pmtiles:{file}"
    chosen = basemap.client_config()
    assert chosen["kind"] == "pmtiles"
    part = client.get(chosen["tiles"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part["Content-Range"] == "bytes 10-19/100"
    assert client.get(chosen["tiles"], headers={"range": "bytes=100-"}).status_code == 416
    assert b"".join(client.get(chosen["tiles"]).streaming_content) == bytes(range(100))


def test_no_file_is_served_with_our_own_map(client: Client) -> None:
    assert client.get("/tiles/basemap.pmtiles").status_code == 404
