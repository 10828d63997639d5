"""The short way to a payment: no to all that the rules refuse, yes to what they let pass, save services at home."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.choices import OrderStatus
from coupons.clearance import cleared
from coupons.models import Booklet, Campaign, Coupon
from coupons.rules import refusals_of_use
from directory.models import Service
from tests.coupons import toy
from tests.coupons.test_rules import TODAY, a_small_world, restrict, subsets
from tests.examples import examples

pytestmark = pytest.mark.django_db


@pytest.mark.owner
def test_it_clears_what_the_rules_let_pass() -> None:
    areas = a_small_world()
    pairs = [
        (service, place)
        for service in Service.objects.select_related("venue", "category")
        for place in service.venue.places.all()
    ]
    [coupon] = toy.coupons_in_hand(1)
    Booklet.objects.update(valid_until=TODAY + timedelta(days=365))
    campaign = Campaign.objects.get()
    rule_may_change()
    seen = set()

    @settings(
        max_examples=examples(15), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(subsets, subsets, subsets, st.sampled_from([0, 1, 2, -1, 39, 60]))
    def check(where: set[int], what: set[int], how: set[int], days: int) -> None:
        restrict(campaign, areas, where, what, how)
        campaign.save()
        on = TODAY + timedelta(days=days)
        for service, place in pairs:
            passes = not refusals_of_use(campaign, service=service, place=place, on=on)
            found = cleared([coupon.digest], service, place, on)
            assert found in ({}, {coupon.digest: coupon.pk})
            if "at_home" in service.modes and where:
                assert passes or not found
            else:
                assert passes == bool(found), (service.modes, place.point, where, what, how, days)
            seen.add((passes, bool(found)))

    check()
    assert seen == {(True, True), (True, False), (False, False)}


def rule_may_change() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("campaign", "campaign_areas", "campaign_venue_types", "campaign_categories"):
            cursor.execute(f"ALTER TABLE coupons_{table} DISABLE TRIGGER coupons_{table}_frozen")


@pytest.mark.parametrize("state", ["redeemed", "expired", "cancelled"])
def test_coupons_that_are_not_in_hands_are_not_cleared(state: str) -> None:
    counter, [coupon, other] = toy.a_counter(), toy.coupons_in_hand(2)
    asked = ([coupon.digest, other.digest], counter.service, counter.place, toy.AT.date())
    assert set(cleared(*asked)) == {coupon.digest, other.digest}
    toy.in_state(Coupon.objects.filter(pk=coupon.pk), state)
    assert set(cleared(*asked)) == {other.digest}


def test_nor_those_of_a_booklet_that_nobody_was_given() -> None:
    counter = toy.a_counter()
    toy.booklets_of(toy.an_order(toy.a_campaign(booklet_size=1), booklets=1, status=OrderStatus.DELIVERED))
    assert not cleared([Coupon.objects.get().digest], counter.service, counter.place, toy.AT.date())


def test_the_last_day_is_one_of_them() -> None:
    counter, [coupon] = toy.a_counter(), toy.coupons_in_hand(1)
    last = Booklet.objects.get().valid_until
    assert last
    assert cleared([coupon.digest], counter.service, counter.place, last)
    assert not cleared([coupon.digest], counter.service, counter.place, last + timedelta(days=1))


def test_a_place_of_another_venue_clears_nothing() -> None:
    counter, other, [coupon] = toy.a_counter(), toy.a_counter("Loin", 9, 9), toy.coupons_in_hand(1)
    assert not cleared([coupon.digest], counter.service, other.place, toy.AT.date())
