"""Funds: one a territory, the smallest wins, what each received; who may open and pay them."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from coupons.batches import to_pay
from coupons.books import funds
from coupons.models import CooperationFund
from directory.accounts.refusals import Refused
from directory.models import Change
from geodata.models import Area
from tests.coupons import toy
from tests.coupons.books import made
from tests.coupons.books.made import Story
from tests.coupons.orders.made import somebody

pytestmark = pytest.mark.django_db
IBAN = "FR7630006000011234567890189"


def an_area(level: str, code: str, size: float) -> Area:
    shape = MultiPolygon(Polygon.from_bbox((1, 1, 1 + size, 1 + size)), srid=4326)
    return Area.objects.create(
        level=level, code=code, name=f"{level} {code}", geom=shape, point=Point(1.2, 1.2, srid=4326)
    )


def test_the_smallest_territory_wins_and_the_country_takes_the_rest() -> None:
    counter, away = toy.a_counter(), toy.a_counter("Loin", 9, 9)
    assert toy.fund_of(counter.place).area is None
    region = funds.create(name="Région", area=an_area("region", "84", 5), by=somebody(), at=toy.AT)
    assert toy.fund_of(counter.place) == region
    commune = funds.create(name="Commune", area=an_area("commune", "01001", 1), by=somebody(), at=toy.AT)
    assert toy.fund_of(counter.place) == commune
    assert toy.fund_of(away.place).area is None


def test_a_territory_has_one_fund() -> None:
    area = an_area("region", "84", 5)
    funds.create(name="Un", area=area, by=somebody(), at=toy.AT)
    with pytest.raises(Refused, match="a déjà son fonds"):
        funds.create(name="Deux", area=area, by=somebody(), at=toy.AT)
    with pytest.raises(Refused, match="territoire officiel"):
        funds.create(name="Trois", area=an_area("custom", "z", 1), by=somebody(), at=toy.AT)


def test_what_each_received_by_month_and_campaign(story: Story) -> None:
    national = CooperationFund.objects.get(area=None)
    [share] = funds.statement(national, toy.AT.year)
    assert (share.month.month, share.campaign, share.coupons, share.cents) == (11, story.campaign.name, 4, 40)
    assert funds.statement(national, toy.AT.year - 1) == []
    [standing] = funds.standings()
    assert (standing.received, standing.paid, standing.due) == (40, 0, 40)


@pytest.mark.parametrize(
    "verb", ["UPDATE coupons_cooperationfund SET area_id = NULL", "DELETE FROM coupons_cooperationfund"]
)
def test_the_territory_of_a_fund_is_said_once(verb: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(verb)


def test_opened_renamed_and_in_the_journal(accountant: Client) -> None:
    an_area("departement", "23", 2)
    address = reverse("books:new_fund")
    assert "departement 23" in accountant.get(address, {"q": "23"}).content.decode()
    answer = accountant.post(address, {"area": "departement/23", "name": "Fonds creusois"})
    fund = CooperationFund.objects.get(name="Fonds creusois")
    assert answer.headers["Location"] == reverse("books:desk_fund", args=[fund.pk])
    again = accountant.post(address, {"area": "departement/23", "name": "Un autre"})
    assert again.status_code == 422
    assert "a déjà son fonds" in again.content.decode()
    assert "a déjà un fonds" in accountant.get(address, {"q": "23"}).content.decode()
    accountant.post(reverse("books:rename_fund", args=[fund.pk]), {"name": "Fonds de la Creuse"})
    fund.refresh_from_db()
    assert fund.name == "Fonds de la Creuse"
    actions = Change.objects.filter(table="cooperationfund", row=fund.pk).order_by("pk")
    assert [(change.action, change.actor_id is not None) for change in actions] == [
        ("insert", True),
        ("update", True),
    ]


@pytest.mark.parametrize("area", ["", "custom/z", "departement/99", "departement", "x/y"])
def test_a_territory_that_is_none(accountant: Client, area: str) -> None:
    an_area("custom", "z", 1)
    assert accountant.post(reverse("books:new_fund"), {"area": area, "name": "Fonds"}).status_code == 422
    assert CooperationFund.objects.count() == 1


def test_everybody_sees_the_funds_and_their_map(story: Story, client: Client) -> None:
    funds.create(
        name="Fonds {{ 7*7 }} <b>creusois</b>", area=an_area("departement", "23", 2), by=somebody(), at=toy.AT
    )
    page = client.get(reverse("books:funds")).content.decode()
    assert "departement 23" in page
    assert "0,40" in page
    drawn = client.get(reverse("books:funds_map")).content.decode()
    assert drawn.count("creusois") == 1
    assert "<b>" not in drawn
    assert "{{" not in drawn
    assert "49 &lt;" not in drawn


def test_a_refund_and_a_fund_are_paid_by_the_same_batches(story: Story) -> None:
    made.refunded(story)
    kinds = {payout.account.kind for payout in to_pay()}
    assert {"sponsor_refundable", "fund_payable", "provider_payable"} <= kinds
