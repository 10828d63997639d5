"""The public pages of a campaign, its printed list, its leaflet."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from coupons.models import Campaign, DeliveryPoint
from coupons.showcase import drawing, leaflet, territory
from directory.models import Labelling, Membership, Organization, Place, Service, User, Venue
from geodata.models import Area
from tests.coupons import toy
from tests.coupons.territory import a_service, a_venue, an_area, at, box, categories, outline
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
PAGE = "/campagnes/ouest/"


@pytest.fixture(autouse=True)
def nothing_is_kept(rows_of_reference_change: None) -> None:
    """Of campaigns, for a minute, in this process."""


@pytest.fixture
def west() -> Area:
    return an_area("Ouest", outline(box(2, 48, 3, 49)), population=1000)


def campaign_of(west: Area | None, **fields: Any) -> Campaign:
    found = toy.a_campaign(name="Chèques de l'Ouest", slug="ouest", **fields)
    if west:
        found.areas.add(west)
    Campaign.objects.filter(pk=found.pk).update(frozen_at=AT)
    return found


def some_venues(number: int = 12) -> list[Venue]:
    today = timezone.localdate()
    made = []
    for i in range(number):
        venue = a_venue(f"Lieu {i}", labelled=False, phone="+33639980000")
        Labelling.objects.create(venue=venue, during=(today, today + timedelta(days=30)))
        at(venue, 2.5 + i / 50, 48.5, address=f"{i} rue du Port", postcode="00000", commune="Ouest")
        a_service(venue, price_cents=1500)
        made.append(venue)
    return made


def test_the_page_says_what_the_cheques_are(client: Client, west: Area) -> None:
    some_venues(1)
    campaign_of(west, summary="Pour apprendre.", ends_on=date(2099, 12, 31))
    page = client.get(PAGE).content.decode()
    for words in (
        "Chèques de l&#x27;Ouest",
        "offerts par Commanditaire",
        "Dans ce territoire : Ouest.",
        "31 décembre 2099",
        "Pour apprendre.",
    ):
        assert words in page
    assert 'name="campaign" value="ouest"' in page
    assert "Aucun lieu n'accepte" not in page
    assert "application/json+oembed" in page


def test_a_campaign_never_ordered_or_closed_has_no_page(client: Client, west: Area) -> None:
    campaign = campaign_of(west)
    addresses = [PAGE, PAGE + "liste/", PAGE + "logo.png"]
    Campaign.objects.filter(pk=campaign.pk).update(public=False)
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    # Whoever holds its coupons goes on searching.
    assert client.get("/lieux/?campaign=ouest").status_code == 200
    assert client.get(PAGE + "contour.json").status_code == 200
    toy.a_campaign(slug="brouillon")
    assert client.get("/campagnes/brouillon/").status_code == 404
    assert client.get("/campagnes/brouillon/contour.json").status_code == 404
    assert client.get("/lieux/?campaign=brouillon").status_code == 400


def test_an_unknown_campaign_is_said_in_french(client: Client) -> None:
    answer = client.get("/lieux/?campaign=inconnue")
    assert answer.status_code == 400
    assert "Aucune campagne de chèques ne s’appelle « inconnue »" in answer.content.decode()


def test_an_ended_campaign_says_so(client: Client, west: Area) -> None:
    some_venues(1)
    campaign_of(west, ends_on=date(2026, 1, 1))
    for address in (PAGE, PAGE + "liste/?lon=2.5&lat=48.5", "/lieux/?campaign=ouest&lon=2.5&lat=48.5"):
        page = client.get(address).content.decode()
        assert "Ces chèques s&#x27;utilisaient jusqu&#x27;au 1er janvier 2026" in page, address
        assert "Lieu 0" not in page
    shown = client.get("/lieux/?campaign=ouest&lon=2.5&lat=48.5&payable=all").content.decode()
    assert "Lieu 0" in shown


def test_a_rule_that_reaches_nothing_says_so(client: Client, west: Area) -> None:
    campaign_of(west)
    for address in (PAGE, "/lieux/?campaign=ouest&lon=2.5&lat=48.5", PAGE + "liste/?lon=2.5&lat=48.5"):
        assert "Aucun lieu n'accepte encore ces chèques." in client.get(address).content.decode(), address


def test_without_a_position_it_is_asked_for(client: Client, west: Area) -> None:
    some_venues(1)
    campaign_of(west)
    page = client.get("/lieux/?campaign=ouest").content.decode()
    assert "Dites où vous êtes" in page
    assert "Lieu 0" in page
    listed = client.get(PAGE + "liste/")
    assert listed.status_code == 200
    assert "Autour de quel endroit ?" in listed.content.decode()
    assert client.get(PAGE + "liste/?lon=x&lat=48").status_code == 400
    assert "Nous ne trouvons pas" in client.get(PAGE + "liste/?place=zzzzzz").content.decode()


def test_ten_places_with_what_is_left_to_pay(
    client: Client, west: Area, django_assert_max_num_queries: Any
) -> None:
    some_venues()
    campaign_of(west)
    with django_assert_max_num_queries(15):
        page = client.get(PAGE + "liste/?lon=2.5&lat=48.5").content.decode()
    assert page.count("<h2 lang") == 10
    assert "Cours\u00a0: Reste à payer 5" in page
    assert "9 rue du Port, 00000 Ouest" in page


def test_the_outline_is_light_and_may_be_kept(client: Client) -> None:
    ragged = box(2, 48, 3, 49).buffer(0.3, quadsegs=3000)
    campaign = campaign_of(an_area("Côte", outline(ragged)))
    answer = client.get(PAGE + "contour.json")
    assert len(answer.content) < territory.MOST_BYTES + 200
    assert "max-age" in answer["Cache-Control"]
    assert answer.json()["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert territory.extent(territory.outline(campaign))


def pages_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(BytesIO(pdf))]


def codes_in(pdf: bytes) -> list[str]:
    first = pypdfium2.PdfDocument(BytesIO(pdf))[0]
    return [found.text for found in zxingcpp.read_barcodes(first.render(scale=3).to_pil())]


def made(campaign: Campaign, where: str = "Mairie de l'Ouest") -> bytes:
    return leaflet.pdf(campaign, where=where, origin=Point(2.5, 48.5, srid=4326), at=timezone.now())


def test_the_leaflet_is_two_pages_and_its_code_leads_to_the_page(
    client: Client, west: Area, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://testserver"
    some_venues()
    pdf = made(campaign_of(west))
    front, back = pages_of(pdf)
    assert "Mairie de l" in back
    assert "9 rue du Port" in back
    assert "10 rue du Port" not in back
    assert "06 39 98 00 00" in back.replace("\u00a0", " ")
    [address] = codes_in(pdf)
    assert client.get(address.removeprefix("http://testserver")).status_code == 200
    assert "10" in front


def test_a_leaflet_without_any_place(west: Area) -> None:
    assert "Aucun lieu n" in pages_of(made(campaign_of(west)))[1]


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), 12))
def test_hostile_names_are_printed_as_text(west: Area, first: int) -> None:
    names = PAYLOADS[first : first + 12]
    for venue, name in zip(some_venues(len(names)), names, strict=True):
        text = name.replace("\0", "")
        Venue.objects.filter(pk=venue.pk).update(name=text[:250])
        Place.objects.filter(venue=venue).update(address=text[:300])
        Service.objects.filter(venue=venue).update(name=text[:200])
    Area.objects.filter(pk=west.pk).update(name=names[0].replace("\0", "")[:200], population=10)
    assert len(pages_of(made(campaign_of(west), where=names[-1].replace("\0", "")[:120]))) == 2
    svg = drawing.drawn(Point(2.5, 48.5, srid=4326), [(2.5, 48.5)], None)
    assert "<script" not in svg


def test_a_map_of_places_far_away_or_at_one_door() -> None:
    origin = Point(2.5, 48.5, srid=4326)
    for places in ([], [(2.5, 48.5)] * 10, [(-61.5, 16.2)], [(2.6, 48.5), (9.5, 42.0)]):
        assert drawing.drawn(origin, places, None).startswith("<svg")


class TestSponsor:
    @pytest.fixture
    def campaign(self, west: Area) -> Campaign:
        return campaign_of(west)

    @pytest.fixture
    def manager(self, client: Client, campaign: Campaign) -> User:
        user = User.objects.create_user("m@exemple.test", name="M")
        Membership.objects.create(user=user, organization=campaign.organization, role="sponsor-manager")
        client.force_login(user)
        return user

    def address(self, campaign: Campaign, page: str) -> str:
        return f"/espace/{campaign.organization_id}/campagnes/{campaign.pk}/{page}"

    def test_the_leaflet_of_a_delivery_point(self, client: Client, campaign: Campaign, manager: User) -> None:
        some_venues(2)
        point = DeliveryPoint.objects.create(
            organization=campaign.organization, name="CCAS", point=Point(2.6, 48.5, srid=4326)
        )
        assert "CCAS" in client.get(self.address(campaign, "depliant/")).content.decode()
        answer = client.get(self.address(campaign, f"depliant.pdf?remise={point.pk}"))
        assert answer["Content-Type"] == "application/pdf"
        assert "CCAS" in pages_of(answer.content)[1]
        foreign = DeliveryPoint.objects.create(
            organization=Organization.objects.create(name="Autre"),
            name="X",
            point=Point(2.6, 48.5, srid=4326),
        )
        for wrong in (foreign.pk, 10**9 - 1, "x", "1" * 40):
            assert client.get(self.address(campaign, f"depliant.pdf?remise={wrong}")).status_code == 404

    def test_an_unknown_place_is_asked_again(self, client: Client, campaign: Campaign, manager: User) -> None:
        answer = client.get(self.address(campaign, "depliant.pdf?place=zzzzzz"), follow=True)
        assert "Nous ne trouvons pas ce lieu" in answer.content.decode()

    def test_the_page_is_closed_and_opened(self, client: Client, campaign: Campaign, manager: User) -> None:
        client.post(self.address(campaign, "page/"), {"public": "no"})
        assert client.get(PAGE).status_code == 404
        answer = client.get(self.address(campaign, "depliant.pdf?place=x"), follow=True)
        assert "Ouvrez d&#x27;abord la page publique" in answer.content.decode()
        client.post(self.address(campaign, "page/"), {"public": "yes"})
        assert client.get(PAGE).status_code == 200


def test_my_cheque_leads_to_the_search_without_its_code(client: Client, west: Area) -> None:
    [_coupon], [code] = toy.coupons_with_codes(1)
    page = client.post("/cheque/", {"code": code}).content.decode()
    slug = Campaign.objects.get().slug
    assert f'name="campaign" value="{slug}"' in page
    assert 'name="place"' in page
    form = page[page.index('class="answer-where"') : page.index('class="answer-rule"')]
    assert code not in form
    assert client.get(f"/lieux/?campaign={slug}").status_code == 200


def test_categories_outside_the_rule_are_told_apart(client: Client, west: Area) -> None:
    [venue] = some_venues(1)
    a_service(venue, name="Autre chose", category=categories()[2])
    found = toy.a_campaign(slug="ouest")
    found.areas.add(west)
    found.categories.add(categories()[0])
    Campaign.objects.filter(pk=found.pk).update(frozen_at=AT)
    page = client.get("/lieux/?campaign=ouest&lon=2.5&lat=48.5").content.decode()
    assert "Reste à payer 5" in page
    assert "10\u00a0€ en chèque" in page or "10 € en chèque" in page
    assert "Pas payé par ces chèques" in page
