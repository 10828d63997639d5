"""What anybody may look at shows hostile texts as text: sheets, cards, territories, the API, data for machines."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.test import Client
from psycopg.types.range import DateRange

from directory.models import Category, Closure, Labelling, Organization, Place, Service, Venue, VenueType
from geodata.models import Area, Toponym
from tests.hostile import HARMLESS, LONG, PAYLOADS, TELLING, Seen, intruders, read, squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows_of_reference_change")]
RESULTS = "/lieux/?lon=2.5&lat=46.5&labelled=all"
AREA = "/territoires/commune/23096/"


@pytest.fixture
def venues() -> dict[str, Venue]:
    """One venue for each payload, labelled, with a service, a place and a closure; all in one commune."""
    square = MultiPolygon(Polygon.from_bbox((2, 46, 3, 47)), srid=4326)
    area = Area.objects.create(level="commune", code="23096", name="x", geom=square, point=Point(2.5, 46.5))
    Toponym.objects.create(
        kind="commune", name="Guéret", folded="gueret", code="23096", weight=1, area=area, point=area.point
    )
    organization = Organization.objects.create(name="x")
    category = Category.objects.get(slug="utiliser")
    made = {}
    for rank, payload in enumerate([*PAYLOADS, *LONG]):
        venue = Venue.objects.create(
            name="x", slug="x", organization=organization, venue_type=VenueType.objects.first()
        )
        Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2100, 1, 1)))
        Service.objects.create(venue=venue, category=category, name="x", status="approved", price_cents=100)
        Place.objects.create(
            venue=venue, point=Point(2.5 + rank / 10_000, 46.5, srid=4326), commune_code="23096"
        )
        Closure.objects.create(venue=venue, during=DateRange(date(2030, 1, 1), date(2030, 1, 3)))
        made[payload] = venue
    return made


def write(venue: Venue, text: str) -> None:
    """Into all that a sheet, a card or a marker shows."""
    Venue.objects.filter(pk=venue.pk).update(
        **dict.fromkeys(("summary", "description"), text),
        **dict.fromkeys(("booking_url", "access_url"), text[:500]),
        name=text[:250],
        phone=text[:40],
        emails=[text[:200]],
        websites=[text[:200], "https://exemple.fr/"],
        languages=[text[:40]],
        parent_structure=text[:250],
        source=text[:120],
        extra={"x": text},
    )
    place = {"name": text[:250], "address": text[:300], "address_extra": text[:300], "commune": text[:120]}
    Place.objects.filter(venue=venue).update(**place, hours=text)
    Service.objects.filter(venue=venue).update(
        name=text[:200], description=text, price_note=text[:200], schedule=text
    )
    Closure.objects.filter(venue=venue).update(reason=text[:120])


def texts_of_the_house(text: str) -> None:
    """Names that only the staff gives, and those of territories."""
    VenueType.objects.update(name=text[:80])
    Category.objects.update(name=text[:80])
    Area.objects.update(name=text[:120])
    Toponym.objects.update(name=text[:120])


def test_sheets(client: Client, venues: dict[str, Venue]) -> None:
    one = next(iter(venues.values()))
    write(one, HARMLESS)
    [(_, usual)] = read(client, [one.get_absolute_url()])
    # Between quotation marks anything is a comment in the syntax of hours, and hours have a table.
    Place.objects.filter(venue=one).update(hours='Mo-Fr 09:00-12:00 "x"; "y"')
    [(_, with_hours)] = read(client, [one.get_absolute_url()])
    kinds = Seen(usual).kinds | Seen(with_hours).kinds
    for payload, venue in venues.items():
        write(venue, payload)
        [(_, page)] = read(client, [venue.get_absolute_url()])
        assert not intruders(page, kinds), payload[:200]
        [data] = Seen(page).data
        assert json.loads(data)["name"] == payload[:250]
        assert Seen(page).shown.count(squeezed(payload[:80])) >= 8, payload[:200]


def pages_of_results(client: Client) -> Iterator[str]:
    address: str | None = RESULTS
    while address:
        answer = client.get(address)
        yield answer.content.decode()
        address = answer.context["next_url"]


def test_cards_and_territories(client: Client, venues: dict[str, Venue]) -> None:
    for venue in venues.values():
        write(venue, HARMLESS)
    addresses = [AREA, f"{AREA}carte/", "/lieux/?place=gueret", "/"]
    usual = {address: Seen(client.get(address).content.decode()).kinds for address in addresses}
    usual_results = set().union(*(Seen(page).kinds for page in pages_of_results(client)))
    for payload, venue in venues.items():
        write(venue, payload)
    pages = list(pages_of_results(client))
    assert len(pages) > len(venues) // 20
    shown = " ".join(Seen(page).shown for page in pages)
    for page in pages:
        assert not intruders(page, usual_results)
    for payload in venues:
        assert squeezed(payload[:60]) in shown, payload[:200]
    for text in [*TELLING, *LONG]:
        texts_of_the_house(text)
        for address in addresses[:1] if text in LONG else addresses:
            assert not intruders(client.get(address).content.decode(), usual[address]), (text, address)


@pytest.mark.parametrize("field", ["q", "place", "category", "lon"])
def test_what_is_searched_comes_back_as_text(client: Client, field: str) -> None:
    usual = Seen(client.get("/lieux/", {field: "zz"}).content.decode()).kinds
    for payload in PAYLOADS:
        answer = client.get("/lieux/", {field: payload})
        assert not intruders(answer.content.decode(), usual), payload


def test_the_api_answers_data_and_nothing_else(client: Client, venues: dict[str, Venue]) -> None:
    for payload, venue in venues.items():
        write(venue, payload)
    names = set()
    address: str | None = "/api/v1/venues/?lon=2.5&lat=46.5&labelled=all&limit=100"
    while address:
        answer = client.get(address)
        assert "json" in answer.headers["Content-Type"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        found = answer.json()
        names |= {feature["properties"]["name"] for feature in found["features"]}
        address = found.get("next")
    assert names == {payload[:250] for payload in venues}
    markers = client.get("/api/v1/map/?bbox=2,46,3,47&zoom=18&labelled=all")
    assert markers.headers["X-Content-Type-Options"] == "nosniff"
    assert markers.json()["features"]
