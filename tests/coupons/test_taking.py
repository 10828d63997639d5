"""Paying with coupons, at the database's own door."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from coupons.choices import OrderStatus
from coupons.ledger import balance_cents
from coupons.models import Account, Campaign, CooperationFund, Coupon, Entry, Leg, Payment, Redemption
from coupons.taking import NotUsable, OneTooMany, OtherQuestion, give_back, take
from geodata.models import Area
from tests.coupons import toy

pytestmark = pytest.mark.django_db


def ids(coupons: list[Coupon]) -> list[int]:
    return [coupon.pk for coupon in coupons]


def states(coupons: list[Coupon]) -> list[str]:
    return list(
        Coupon.objects.filter(pk__in=ids(coupons)).order_by("position").values_list("state", flat=True)
    )


def balances() -> dict[str, int]:
    """By kind of account: debits minus credits, all accounts of a kind together."""
    kinds = Account.objects.values("kind").annotate(cents=Sum("legs__amount_cents")).order_by("kind")
    return {row["kind"]: row["cents"] for row in kinds if row["cents"]}


def outstanding_is_what_circulates() -> bool:
    return all(
        -balance_cents(account)
        == sum(
            coupon.booklet.order.face_value_cents
            for coupon in Coupon.objects.with_terms().filter(
                state="active", booklet__order__campaign=account.campaign
            )
        )
        for account in Account.objects.filter(kind="outstanding")
    )


def test_three_coupons_and_cash() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(5)
    payment, replayed = take(counter.passage(ids(coupons[:3])), at=toy.AT)
    assert (payment.price_cents, payment.covered_cents, payment.cash_cents, replayed) == (
        3500,
        3000,
        500,
        False,
    )
    assert states(coupons) == ["redeemed"] * 3 + ["active"] * 2
    assert balances()["provider_payable"] == -3000
    assert balances()["fund_payable"] == -30
    assert "sponsor_refundable" not in balances()
    assert outstanding_is_what_circulates()


def test_what_exceeds_the_price_goes_back_to_the_sponsor() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(4)
    payment, _replayed = take(counter.passage(ids(coupons)), at=toy.AT)
    assert payment.covered_cents == 3500
    assert balances()["provider_payable"] == -3500
    assert balances()["sponsor_refundable"] == -500
    assert balances()["fund_payable"] == -40
    assert list(payment.redemptions.order_by("pk").values_list("paid_cents", "returned_cents")) == [
        (1000, 0),
        (1000, 0),
        (1000, 0),
        (500, 500),
    ]
    assert outstanding_is_what_circulates()


def test_a_coupon_that_pays_nothing_is_not_taken() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(5)
    with pytest.raises(OneTooMany):
        take(counter.passage(ids(coupons)), at=toy.AT)
    assert states(coupons) == ["active"] * 5


def test_coupons_of_two_campaigns_in_one_payment() -> None:
    counter = toy.a_counter()
    first, second = toy.coupons_in_hand(2), toy.coupons_in_hand(2, face_value_cents=500)
    take(counter.passage(ids(first + second)), at=toy.AT)
    by_campaign = {
        campaign.pk: [
            balance_cents(Account.objects.get(kind=kind, campaign=campaign))
            for kind in ("outstanding", "contribution")
        ]
        for campaign in Campaign.objects.all()
    }
    assert list(by_campaign.values()) == [[0, 0], [0, 0]]
    assert balances()["provider_payable"] == -3000


def test_the_same_key_pays_once() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    passage = counter.passage(ids(coupons))
    first, again = take(passage, at=toy.AT), take(passage, at=toy.AT)
    assert (first[0], again) == (again[0], (first[0], True))
    assert Payment.objects.count() == 1


def test_the_same_key_for_something_else_is_told_apart() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    passage = counter.passage(ids(coupons))
    take(passage, at=toy.AT)
    with pytest.raises(OtherQuestion):
        take(counter.passage(ids(coupons), key=passage.key, price_cents=1900), at=toy.AT)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("state", ["inert", "redeemed", "expired", "cancelled"])
@pytest.mark.owner
def test_only_usable_coupons_pay_and_nothing_happens_otherwise(state: str) -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    if state == "inert":
        booklets, _codes = toy.booklets_of(toy.an_order(status=OrderStatus.PRINTED))
        coupons[1] = booklets[0].coupons.first()
    else:
        Coupon.objects.filter(pk=coupons[1].pk).update(state=state)
    before = Entry.objects.count()
    with pytest.raises(NotUsable):
        take(counter.passage(ids(coupons)), at=toy.AT)
    assert states(coupons[:1]) == ["active"]
    assert Entry.objects.count() == before


def test_the_last_day_is_the_venue_s() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    last_evening = datetime(2027, 11, 23, 22, 30, tzinfo=UTC)  # 23:30 in Paris
    take(counter.passage(ids(coupons[:1])), at=last_evening)
    with pytest.raises(NotUsable):  # half an hour later it is the 24th
        take(counter.passage(ids(coupons[1:])), at=last_evening + timedelta(minutes=31))
    counter.place.timezone = "America/Martinique"
    take(counter.passage(ids(coupons[1:])), at=last_evening + timedelta(minutes=31))


def test_taking_back_undoes_to_the_cent() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(4)
    before = balances()
    payment, _replayed = take(counter.passage(ids(coupons)), at=toy.AT)
    assert give_back(payment, by=counter.agent, reason="erreur", at=toy.AT)
    assert balances() == before
    assert states(coupons) == ["active"] * 4
    assert not give_back(payment, by=counter.agent, reason="erreur", at=toy.AT)
    again, _replayed = take(counter.passage(ids(coupons)), at=toy.AT)
    assert again != payment
    assert Redemption.objects.standing().count() == 4


def test_taking_back_after_the_last_day_gives_the_value_to_the_sponsor() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    payment, _replayed = take(counter.passage(ids(coupons)), at=toy.AT)
    assert give_back(payment, by=counter.agent, reason="erreur", at=toy.AT.replace(year=2028))
    assert states(coupons) == ["expired"] * 2
    assert balances()["sponsor_refundable"] == -2020
    assert balances().get("provider_payable", 0) == 0
    assert outstanding_is_what_circulates()


def test_the_fund_is_that_of_the_smallest_territory() -> None:
    counter = toy.a_counter()
    national = CooperationFund.objects.get(area=None)
    assert toy.fund_of(counter.place) == national
    funds = {}
    for level, west, east in (("region", 0, 4), ("epci", 1, 2), ("departement", 3, 4)):
        outline = f"MULTIPOLYGON((({west} 0,{east} 0,{east} 4,{west} 4,{west} 0)))"
        area = Area.objects.create(level=level, code=level, name=level, geom=outline, point="POINT(0 0)")
        funds[level] = CooperationFund.objects.create(name=level, area=area)
    assert toy.fund_of(counter.place) == funds["epci"]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO coupons_payment (id) VALUES (1)",
        "UPDATE coupons_payment SET price_cents = 1",
        "DELETE FROM coupons_redemption",
        "UPDATE coupons_redemption SET paid_cents = 1",
        "UPDATE coupons_coupon SET state = 'active'",
        "TRUNCATE coupons_payment CASCADE",
    ],
)
def test_the_site_cannot_pay_by_itself(sql: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(sql)


def test_every_entry_balances() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(3)
    payment, _replayed = take(counter.passage(ids(coupons)), at=toy.AT)
    give_back(payment, by=counter.agent, reason="", at=toy.AT)
    sums = Leg.objects.values("entry").annotate(cents=Sum("amount_cents")).values_list("cents", flat=True)
    assert set(sums) == {0}


def test_a_key_belongs_to_its_organisation() -> None:
    first, second, key = toy.a_counter("Un"), toy.a_counter("Deux"), uuid4()
    for counter in (first, second):
        _payment, replayed = take(counter.passage(ids(toy.coupons_in_hand(1)), key=key), at=toy.AT)
        assert not replayed
