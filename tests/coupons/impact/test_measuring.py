"""Figures of the impact: equal to payments and books to the cent, and no small count told, nor told by subtraction."""

from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.cache import caches
from django.db.models import Sum
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from coupons import ledger
from coupons.choices import AccountKind, EntryKind
from coupons.impact.measuring import FEW, Fund, Impact, Line, folded, impact, measured
from coupons.models import Account, Leg, Payment, Redemption
from coupons.taking import give_back, take
from directory.models import Place, Service
from geodata.models import Area
from tests.coupons import toy
from tests.hostile import LONG, TELLING, assert_inert

PLACES = {"01": 6, "02": 2, "03": 5, "974": 7}


def area(level: str, code: str, parent: Area | None = None) -> Area:
    shape = MultiPolygon(Polygon.from_bbox((1, 1, 2, 2)), srid=4326)
    return Area.objects.create(
        level=level, code=code, name=f"{level} {code}", geom=shape, point=Point(1.5, 1.5), parent=parent
    )


def build() -> dict[str, list[Payment]]:
    """Payments of one coupon each, 35 € asked, 10 € paid: in two regions and four départements."""
    regions = {code: area("region", code) for code in ("RA", "RB")}
    paid = {}
    for code, n in PLACES.items():
        area("departement", code, regions["RB" if code == "974" else "RA"])
        counter = toy.a_counter(f"Lieu {code}")
        Place.objects.filter(pk=counter.place.pk).update(commune_code=f"{code}{'001'[: 5 - len(code)]}")
        paid[code] = [take(counter.passage([coupon.pk]), at=toy.AT)[0] for coupon in toy.coupons_in_hand(n)]
    return paid


@pytest.fixture
def paid(db: None) -> dict[str, list[Payment]]:
    return build()


def found() -> Impact:
    return measured(toy.AT)


@pytest.mark.django_db
def test_to_the_cent(paid: dict[str, list[Payment]]) -> None:
    [gone, *_kept] = paid["01"]
    give_back(gone, by=gone.agent, reason="Erreur", at=toy.AT)
    total = found().total
    assert total is not None
    standing = Payment.objects.filter(cancelled_at=None)
    sums = standing.aggregate(price=Sum("price_cents"), covered=Sum("covered_cents"))
    assert (
        (total.price_cents, total.covered_cents) == (sums["price"], sums["covered"]) == (19 * 3500, 19 * 1000)
    )
    due = Leg.objects.filter(account__kind=AccountKind.PROVIDER_PAYABLE).aggregate(sum=Sum("amount_cents"))
    assert total.covered_cents == -due["sum"]
    assert (total.payments, total.venues) == (19, 4)
    contributions = Redemption.objects.standing().aggregate(sum=Sum("contribution_cents"))["sum"]
    assert found().received_cents == contributions == 190
    assert found().paid_cents == 0


@pytest.mark.django_db
def test_by_territory_small_ones_with_others(paid: dict[str, list[Payment]]) -> None:
    first, second = found().regions
    assert (first.name, first.payments) == ("region RA", 13)
    assert [(line.name, line.payments) for line in first.within] == [("departement 01", 6), ("", 7)]
    assert [(line.name, line.payments) for line in second.within] == [("departement 974", 7)]


@pytest.mark.django_db
def test_what_a_fund_was_paid(paid: dict[str, list[Payment]]) -> None:
    account = Account.objects.get(kind=AccountKind.FUND_PAYABLE)
    bank = ledger.account(AccountKind.BANK)
    ledger.post(EntryKind.PAYOUT, key="x", legs={account: 50, bank: -50}, at=toy.AT, by=None)
    [fund] = found().funds
    assert (fund.received_cents, fund.paid_cents) == (200, 50)


@pytest.mark.django_db
def test_the_time_of_services_that_say_how_long_they_take(paid: dict[str, list[Payment]]) -> None:
    Service.objects.filter(venue__name="Lieu 01").update(duration_min=90)
    told = found()
    assert told.total is not None
    assert (told.hours, told.total.timed, told.total.payments) == (9, 6, 20)
    assert told.jobs == pytest.approx(9 / 1607)


@pytest.mark.django_db
def test_too_few_to_tell(client: Client) -> None:
    counter = toy.a_counter()
    for coupon in toy.coupons_in_hand(FEW - 1):
        take(counter.passage([coupon.pk]), at=toy.AT)
    assert found() == Impact(toy.AT, None, (), ())
    assert "Il est trop tôt" in client.get("/impact/").content.decode()


@pytest.mark.django_db
def test_as_many_queries_for_more_territories(
    paid: dict[str, list[Payment]], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        found()


@pytest.mark.django_db
def test_counted_once_an_hour(paid: dict[str, list[Payment]]) -> None:
    before = impact(toy.AT).total
    give_back(paid["01"][0], by=paid["01"][0].agent, reason="Erreur", at=toy.AT)
    assert impact(toy.AT).total == before
    assert found().total != before


@pytest.mark.django_db
def test_the_page(client: Client, paid: dict[str, list[Payment]]) -> None:
    page = client.get("/impact/").content.decode().replace("\xa0", " ").replace("\u202f", " ")
    for told in ("700 €", "200 €", "region RA", "Autres départements", "<svg", "2 €"):
        assert told in page, told
    assert "departement 02" not in page


@pytest.mark.django_db
def test_names_are_text(client: Client, paid: dict[str, list[Payment]]) -> None:
    def fill(text: str) -> None:
        Area.objects.update(name=text[:200])
        caches["default"].clear()

    assert_inert(fill, [(client, ["/impact/"])], [*TELLING, *LONG])


COUNTS = st.lists(st.integers(0, 12), max_size=8)


@given(counts=COUNTS, nameless=st.integers(0, 6))
def test_no_small_count_is_told_nor_told_by_subtraction(counts: list[int], nameless: int) -> None:
    lines = [Line(f"t{i}", n, n * 100, n * 50, 1, 0, 0) for i, n in enumerate(counts)]
    lines += [Line("", nameless, nameless * 100, nameless * 50, 1, 0, 0)] if nameless else []
    told = folded(lines)
    assert all(line.payments >= FEW for line in told)
    assert sum(not line.name for line in told) <= 1
    hidden = sum(line.payments for line in lines) - sum(line.payments for line in told)
    # All is told, alone or together; or nothing is, when all together are few.
    assert hidden == 0 or (told == [] and hidden < FEW)
    assert sum(line.price_cents for line in told) == (
        0 if hidden else sum(line.price_cents for line in lines)
    )


def test_of_funds_too() -> None:
    funds = [Fund("a", 60, 0, 6), Fund("b", 30, 10, 3), Fund("c", 10, 0, 1)]
    assert folded(funds) == [Fund("", 100, 10, 10)]
    assert folded([*funds, Fund("d", 500, 0, 50)]) == [Fund("d", 500, 0, 50), Fund("", 100, 10, 10)]
