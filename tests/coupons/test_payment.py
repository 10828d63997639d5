"""What the agent is told of each coupon, and that nothing is taken when one of them is refused."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coupons import payment
from coupons.choices import OrderStatus
from coupons.codes import new_codes, printed
from coupons.models import Booklet, Coupon, Payment
from coupons.payment import KeyUsed, PaymentRefused, Seen, look, looked, pay
from directory.models import Category
from geodata.models import Area
from tests.coupons import territory, toy

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> toy.Counter:
    return toy.a_counter()


Pay = Callable[..., tuple[Payment, bool]]


@pytest.fixture
def paying(counter: toy.Counter) -> Pay:
    def paying(codes: list[str], **fields: Any) -> tuple[Payment, bool]:
        asked = {
            "service": counter.service,
            "place": counter.place,
            "agent": counter.agent,
            "price_cents": 3500,
            "key": uuid4(),
            "device": "",
            "at": toy.AT,
            **fields,
        }
        return pay(codes=codes, **asked)

    return paying


def refusals(paying: Pay, codes: list[str], **fields: Any) -> dict[int, list[str]]:
    with pytest.raises(PaymentRefused) as refused:
        paying(codes, **fields)
    assert not Payment.objects.exists()
    return {position: [one.code for one in many] for position, many in refused.value.refusals.items()}


def test_codes_as_people_type_them(paying: Pay) -> None:
    _coupons, codes = toy.coupons_with_codes(3)
    made, _replayed = paying([codes[0].lower(), printed(codes[1]), f" {codes[2]} "])
    assert (made.covered_cents, made.cash_cents) == (3000, 500)


def test_one_bad_coupon_and_nothing_is_taken(paying: Pay) -> None:
    coupons, codes = toy.coupons_with_codes(2)
    assert refusals(paying, [codes[0], new_codes(1)[0]]) == {1: ["unknown"]}
    assert refusals(paying, [codes[0], "pas un code"]) == {1: ["unknown"]}
    assert refusals(paying, [codes[0], codes[1], codes[0]]) == {2: ["twice"]}
    assert set(Coupon.objects.filter(pk__in=[c.pk for c in coupons]).values_list("state", flat=True)) == {
        "active"
    }


def test_a_coupon_used_here_says_when_and_one_used_elsewhere_does_not(
    counter: toy.Counter, paying: Pay
) -> None:
    _coupons, codes = toy.coupons_with_codes(1)
    paying(codes)
    [refusal] = look(code=codes[0], service=counter.service, place=counter.place, at=toy.AT).refusals
    assert refusal.code == "redeemed"
    assert "23 novembre 2026" in refusal.sentence
    other = toy.a_counter("Autre lieu")
    [refusal] = look(code=codes[0], service=other.service, place=other.place, at=toy.AT).refusals
    assert "2026" not in refusal.sentence
    assert "essai" not in refusal.sentence


def test_a_booklet_that_was_not_handed_over(paying: Pay) -> None:
    _booklets, codes = toy.booklets_of(toy.an_order(status=toy.OrderStatus.PRINTED))
    assert refusals(paying, codes[:1]) == {0: ["not_handed_over"]}


def test_a_cancelled_booklet(paying: Pay) -> None:
    coupons, codes = toy.coupons_with_codes(1)
    Booklet.objects.filter(pk=coupons[0].booklet_id).update(status="cancelled", loss="lost")
    assert refusals(paying, codes) == {0: ["cancelled"]}


def test_the_day_after_the_last(paying: Pay) -> None:
    _coupons, codes = toy.coupons_with_codes(1)
    assert refusals(paying, codes, at=toy.AT.replace(year=2027, day=24)) == {0: ["expired"]}
    paying(codes, at=toy.AT.replace(year=2027, day=23))


def test_the_rule_says_where_and_for_what(counter: toy.Counter, paying: Pay) -> None:
    campaign = toy.a_campaign(booklet_size=1)
    outline = "MULTIPOLYGON(((10 10,11 10,11 11,10 11,10 10)))"
    campaign.areas.add(
        Area.objects.create(level="epci", code="x", name="Ailleurs", geom=outline, point="POINT(1 1)")
    )
    campaign.categories.add(Category.objects.exclude(parent=None).exclude(pk=counter.service.category_id)[0])
    booklets, codes = toy.booklets_of(toy.an_order(campaign, booklets=1, status=toy.OrderStatus.PRINTED))
    toy.handed_over(booklets, counter.agent)
    assert refusals(paying, codes) == {0: ["outside_territory", "wrong_category"]}
    [territory, _category] = look(
        code=codes[0], service=counter.service, place=counter.place, at=toy.AT
    ).refusals
    assert "Ailleurs" in territory.sentence


@pytest.mark.parametrize(("codes", "price_cents", "code"), [([], 3500, "no_coupon"), (None, 0, "no_price")])
def test_a_payment_of_nothing(paying: Pay, codes: list | None, price_cents: int, code: str) -> None:
    given = toy.coupons_with_codes(1)[1] if codes is None else codes
    assert refusals(paying, given, price_cents=price_cents) == {-1: [code]}


def test_one_coupon_too_many(paying: Pay) -> None:
    _coupons, codes = toy.coupons_with_codes(5)
    assert refusals(paying, codes) == {4: ["one_too_many"]}


def test_asked_again_after_a_lost_answer(paying: Pay) -> None:
    _coupons, codes = toy.coupons_with_codes(2)
    key = uuid4()
    first, again = paying(codes, key=key), paying(codes, key=key)
    assert again == (first[0], True)
    with pytest.raises(KeyUsed):
        paying(codes[:1], key=key)
    with pytest.raises(KeyUsed):
        paying([*codes, "pas un code"], key=key)


def test_paid_by_its_own_key_while_it_was_looked_at(paying: Pay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two askings of one key: the first pays after the second began, and before it looked at the coupons."""
    _coupons, codes = toy.coupons_with_codes(2)
    key, first = uuid4(), []

    def after_the_first(*asked: Any) -> list[Seen]:
        monkeypatch.setattr(payment, "looked", looked)
        first.append(paying(codes, key=key)[0])
        return looked(*asked)

    monkeypatch.setattr(payment, "looked", after_the_first)
    monkeypatch.setattr(payment, "cleared", lambda *_asked: {})
    assert paying(codes, key=key) == (first[0], True)


@pytest.mark.parametrize("coupons", [1, 5])
def test_how_often_a_payment_asks_the_database(counter: toy.Counter, paying: Pay, coupons: int) -> None:
    """Whatever the number of coupons: whether anything speaks against them, and the payment itself."""
    area = territory.an_area("Ici", territory.outline(territory.box(1, 1, 2, 2)))
    campaign = toy.a_campaign(booklet_size=coupons)
    campaign.areas.add(area)
    booklets, codes = toy.booklets_of(toy.an_order(campaign, booklets=1, status=OrderStatus.DELIVERED))
    toy.handed_over(booklets, counter.agent)
    with CaptureQueriesContext(connection) as captured:
        paying(codes, price_cents=1000 * coupons)
    asked = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    assert len(asked) == 2, asked
