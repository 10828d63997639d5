"""The demonstration's campaign: real verbs, fresh codes, and only where it is wanted."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from coupons import ledger
from coupons.choices import AccountKind, OrderStatus
from coupons.codes import digest, read_code
from coupons.demo import rhone
from coupons.models import Booklet, Campaign, Coupon, Order
from coupons.orders import ordering
from directory.models import Labelling
from tests.matrix import world

pytestmark = pytest.mark.django_db


def printed() -> dict[str, Any]:
    out = StringIO()
    call_command("demo", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_campaign_from_quote_to_hand_over() -> None:
    campaign = rhone.build()
    [order] = Order.objects.all()
    assert (campaign.demo, order.status, order.booklets) == (True, OrderStatus.DELIVERED, 5)
    assert campaign.areas.get().level == "custom"
    assert campaign.areas.get().geom.covers(Point(*rhone.LYON, srid=4326))
    assert order.booklet_set.active().count() == 2
    assert order.booklet_set.inert().exclude(delivery_point=None).count() == 3
    outstanding = -ledger.balance_cents(ledger.account(AccountKind.OUTSTANDING, campaign=campaign))
    assert outstanding == 2 * order.booklet_face_cents
    assert ordering.held_cents(order) == 3 * (order.booklet_face_cents + order.booklet_contribution_cents)


def test_building_again_makes_nothing_more() -> None:
    rhone.build()
    rhone.build()
    assert (Campaign.objects.count(), Order.objects.count(), Booklet.objects.active().count()) == (1, 1, 2)


@pytest.mark.parametrize("status", ["quote", "ordered", "funded", "printed"])
def test_an_interrupted_demonstration_goes_on(status: str) -> None:
    order = rhone.quoted(rhone.demonstration_campaign())
    while order.status != status:
        rhone.STEPS[order.status](order, timezone.now())
        order.refresh_from_db()
    rhone.build()
    order.refresh_from_db()
    assert (order.status, Order.objects.count()) == (OrderStatus.DELIVERED, 1)


def test_each_call_gives_a_fresh_booklet() -> None:
    first, second = printed(), printed()
    codes = [coupon["code"] for told in (first, second) for coupon in told["coupons"]]
    assert len(set(codes)) == 20
    digests = [digest(read_code(code)) for code in codes]
    assert Coupon.objects.filter(digest__in=digests, state="active").count() == 20
    [campaign] = first["campaigns"]
    assert {coupon["campaign"] for coupon in first["coupons"]} == {campaign["slug"]}
    assert campaign["near"] == list(rhone.LYON)


def test_when_all_was_given_more_is_ordered() -> None:
    for _i in range(6):
        printed()
    assert Order.objects.count() == 2
    assert Coupon.objects.filter(state="active").count() == 60


def test_a_code_can_be_checked() -> None:
    code = printed()["coupons"][0]["code"]
    answer = Client().post("/api/v1/coupons/check/", {"code": code}, content_type="application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize(("where", "usable"), [(Point(4.9, 44.9), True), (Point(2.35, 48.85), False)])
def test_whether_the_demo_provider_may_take_them(where: Point, usable: bool) -> None:
    built = world.build()
    built.organization.demo, built.organization.is_sponsor = True, False
    built.organization.save()
    built.place.point = where
    built.place.save()
    Labelling.objects.update(during=(date(2020, 1, 1), date(2040, 1, 1)))
    assert {coupon["usable_at_demo_provider"] for coupon in printed()["coupons"]} == {usable}


@pytest.mark.parametrize("command", ["demo", "demo_data"])
def test_refused_on_a_real_site(settings: Any, command: str) -> None:
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="démonstration"):
        call_command(command)
    assert not Campaign.objects.exists()
