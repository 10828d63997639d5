"""Handing booklets over: what it moves, until when it counts, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coupons.choices import AccountKind, OrderStatus
from coupons.distribution.handing import Circumstances, HandOverRefused, elsewhere, hand_over, refusals
from coupons.models import Booklet, Campaign, Coupon, HandOver
from coupons.validity import last_day
from geodata.models import Area
from tests.coupons import toy
from tests.coupons.distribution.conftest import (
    NOON,
    Sponsor,
    a_point,
    balance,
    books_balance,
    build,
    live_face,
)

pytestmark = pytest.mark.django_db


def reasons(sponsor: Sponsor, booklets: list[Booklet], **told: Any) -> list[tuple[str, str]]:
    with pytest.raises(HandOverRefused) as refused:
        hand_over(booklets=booklets, by=sponsor.distributor, **{"at": NOON, **told})
    return [(reason.code, reason.sentence) for reason in refused.value.reasons]


def test_its_coupons_are_usable_for_a_year_and_their_value_is_out(sponsor: Sponsor) -> None:
    booklet, *others = sponsor.booklets
    [given] = hand_over(
        booklets=[booklet],
        by=sponsor.distributor,
        at=NOON,
        public="person",
        age_band="60-74",
        situation="retired",
    )
    booklet.refresh_from_db()
    assert (booklet.status, booklet.valid_until) == ("active", date(2027, 11, 23))
    assert (given.public, given.age_band, given.situation) == ("person", "60-74", "retired")
    assert set(booklet.coupons.values_list("state", flat=True)) == {"active"}
    assert set(Coupon.objects.filter(booklet__in=others).values_list("state", flat=True)) == {"inert"}
    assert (
        balance(AccountKind.OUTSTANDING, campaign=sponsor.campaign) == 10_000 == live_face(sponsor.campaign)
    )
    assert balance(AccountKind.CONTRIBUTION, campaign=sponsor.campaign) == 100
    assert balance(AccountKind.SPONSOR_DEPOSIT, order=sponsor.order) == sponsor.order.due_cents - 10_100
    assert books_balance()


@pytest.mark.parametrize(
    ("on", "months", "until"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_the_last_day(on: date, months: int, until: date) -> None:
    assert last_day(on, months) == until


def test_the_day_is_that_of_the_place(sponsor: Sponsor) -> None:
    """At 21:30 in Paris it is already tomorrow in Nouméa and on Réunion, and still today on Martinique."""
    evening = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    points = [a_point(sponsor.organization, code, commune_code=code) for code in ("97411", "97209", "23096")]
    days = [Circumstances(evening, delivery_point=point).on.day for point in points]
    assert days == [24, 23, 23]
    [given] = hand_over(
        booklets=sponsor.booklets[:1], by=sponsor.manager, at=evening, delivery_point=points[0]
    )
    assert given.on == date(2026, 11, 24)
    assert Booklet.objects.get(pk=sponsor.booklets[0].pk).valid_until == date(2027, 11, 24)


def test_what_was_handed_over_is_not_again_and_it_says_by_whom(sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    hand_over(booklets=[booklet], by=sponsor.manager, at=NOON)
    sentence = f"Le carnet {booklet.number} est déjà remis, le 23 novembre 2026, par Sponsor-Manager."
    assert reasons(sponsor, [booklet]) == [("handed_over", sentence)]


def test_a_cancelled_booklet_is_not(sponsor: Sponsor) -> None:
    Booklet.objects.filter(pk=sponsor.booklets[0].pk).update(status="cancelled")
    assert reasons(sponsor, sponsor.booklets[:1])[0][0] == "cancelled"


def test_not_after_the_deadline(sponsor: Sponsor) -> None:
    last = sponsor.order.hand_over_by
    at = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    assert reasons(sponsor, sponsor.booklets[:1], at=at + timedelta(days=1))[0][0] == "deadline"
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.manager, at=at)


def test_not_before_it_is_printed(sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    Coupon.objects.filter(booklet=booklet, position=3).update(digest=None)
    assert reasons(sponsor, [booklet])[0][0] == "not_printed"


def test_not_once_the_order_is_closed(sponsor: Sponsor) -> None:
    sponsor.order.status = OrderStatus.CLOSED
    sponsor.order.save()
    assert reasons(sponsor, sponsor.booklets[:1])[0][0] == "order"


def test_all_or_none(sponsor: Sponsor) -> None:
    first, second, third = sponsor.booklets
    Booklet.objects.filter(pk=second.pk).update(status="cancelled")
    assert len(reasons(sponsor, [third, second, first])) == 1
    assert not HandOver.objects.exists()
    assert balance(AccountKind.OUTSTANDING, campaign=sponsor.campaign) == 0


def test_one_hand_over_for_each_order(sponsor: Sponsor) -> None:
    other = toy.an_order(sponsor.campaign, booklets=2, status=OrderStatus.PRINTED, face_value_cents=500)
    others, _codes = toy.booklets_of(other)
    mixed = [others[1], sponsor.booklets[0], others[0]]
    given = hand_over(booklets=mixed, by=sponsor.distributor, at=NOON)
    assert [(one.order_id, one.booklets.count()) for one in given] == [(sponsor.order.pk, 1), (other.pk, 2)]
    assert (
        balance(AccountKind.OUTSTANDING, campaign=sponsor.campaign) == 20_000 == live_face(sponsor.campaign)
    )


def test_a_booklet_of_another_s_stock_is_told_not_refused(sponsor: Sponsor) -> None:
    here, there = a_point(sponsor.organization), a_point(sponsor.organization, "Médiathèque")
    Booklet.objects.filter(pk=sponsor.booklets[0].pk).update(delivery_point=there)
    [booklet] = Booklet.objects.filter(pk=sponsor.booklets[0].pk)
    assert elsewhere([booklet], here) == [booklet]
    assert elsewhere([booklet], there) == elsewhere([booklet], None) == []
    assert hand_over(booklets=[booklet], by=sponsor.distributor, at=NOON, delivery_point=here)


def test_the_rule_of_distribution(sponsor: Sponsor) -> None:
    campaign, point = sponsor.campaign, a_point(sponsor.organization)
    Campaign.objects.filter(pk=campaign.pk).update(publics=["employee"], max_booklets_per_person=1)
    campaign.delivery_points.add(point)
    first, second, third = sponsor.booklets
    codes = [code for code, _sentence in reasons(sponsor, [first, second], public="person")]
    assert codes == ["wrong_delivery_point", "wrong_public", "too_many_booklets"] * 2
    told = {"public": "employee", "delivery_point": point, "by": sponsor.distributor, "at": NOON}
    assert hand_over(booklets=[first], **told)
    assert hand_over(booklets=[second, third], one_each=True, **told)


def test_only_in_its_territory(sponsor: Sponsor) -> None:
    outline = MultiPolygon(Polygon.from_bbox((1, 46, 2, 47)), srid=4326)
    here = Area.objects.create(
        level="commune", code="23096", name="Guéret", geom=outline, point=Point(1.5, 46.5)
    )
    there = Area.objects.create(level="commune", code="19272", name="Tulle", point=Point(1.7, 45.2))
    sponsor.campaign.hand_over_areas.add(here)
    booklets = sponsor.booklets[:1]
    assert reasons(sponsor, booklets)[0][0] == "place_unknown"
    assert reasons(sponsor, booklets, commune=there)[0][0] == "outside_hand_over_areas"
    [given] = hand_over(booklets=booklets, by=sponsor.distributor, at=NOON, commune=here)
    assert given.commune == here


def test_as_many_queries_for_twenty_as_for_one() -> None:
    def queries(sponsor: Sponsor) -> int:
        found = list(Booklet.objects.filter(order=sponsor.order).select_related("order__campaign"))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            refusals(found, Circumstances(NOON))
            hand_over(booklets=found, by=sponsor.distributor, at=NOON)
        return len(seen)

    assert queries(build(1, "Une")) == queries(build(20, "Vingt"))
