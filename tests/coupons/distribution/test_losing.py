"""Lost booklets: what they were worth is never lost, and never twice there."""

import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons import ledger
from coupons.choices import AccountKind, Loss, OrderStatus
from coupons.codes import digest, new_codes
from coupons.distribution.handing import HandOverRefused, hand_over
from coupons.distribution.losing import cancel
from coupons.models import Account, Booklet, Coupon, Entry, Order
from directory.accounts.refusals import Refused
from directory.models import User
from tests.at_once import at_once
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
from tests.examples import examples

pytestmark = pytest.mark.django_db
DEPOSIT, OUTSTANDING = AccountKind.SPONSOR_DEPOSIT, AccountKind.OUTSTANDING
REFUNDABLE, CONTRIBUTION = AccountKind.SPONSOR_REFUNDABLE, AccountKind.CONTRIBUTION
PAID_OUT = [AccountKind.PROVIDER_PAYABLE, AccountKind.FUND_PAYABLE]


def lost(sponsor: Sponsor, booklet: Booklet, **told: Any) -> Booklet | None:
    given = {"loss": Loss.LOST, "replace": False, "by": sponsor.manager, "at": NOON, **told}
    return cancel(booklet=booklet, **given)


def given_out(sponsor: Sponsor, *booklets: Booklet) -> None:
    hand_over(booklets=booklets, by=sponsor.distributor, at=NOON)


def as_printed(booklet: Booklet) -> list[str]:
    coupons = list(booklet.coupons.order_by("position"))
    codes = new_codes(len(coupons))
    for coupon, code in zip(coupons, codes, strict=True):
        Coupon.objects.filter(pk=coupon.pk).update(digest=digest(code))
    return codes


def test_before_the_hand_over_no_money_moves(sponsor: Sponsor) -> None:
    booklet, entries = sponsor.booklets[0], Entry.objects.count()
    assert lost(sponsor, booklet, loss=Loss.STOLEN) is None
    booklet.refresh_from_db()
    assert (booklet.status, booklet.loss, booklet.cancelled_at) == ("cancelled", "stolen", NOON)
    assert set(booklet.coupons.values_list("state", flat=True)) == {"cancelled"}
    assert Entry.objects.count() == entries


def test_after_it_what_is_left_is_refundable(sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    given_out(sponsor, booklet)
    toy.spent(Coupon.objects.filter(booklet=booklet, position__lte=3), sponsor.order.face_value_cents)
    lost(sponsor, booklet)
    assert balance(OUTSTANDING, campaign=sponsor.campaign) == 0
    assert balance(CONTRIBUTION, campaign=sponsor.campaign) == 0
    assert balance(REFUNDABLE, campaign=sponsor.campaign) == 7 * 1010
    states = booklet.coupons.order_by("position").values_list("state", flat=True)
    assert list(states) == ["redeemed"] * 3 + ["cancelled"] * 7


def test_a_replacement_holds_what_was_left_and_is_handed_over_for_that(sponsor: Sponsor) -> None:
    booklet, point = sponsor.booklets[0], a_point(sponsor.organization)
    hand_over(booklets=[booklet], by=sponsor.distributor, at=NOON, delivery_point=point)
    toy.spent(Coupon.objects.filter(booklet=booklet, position__lte=3), sponsor.order.face_value_cents)
    before = balance(DEPOSIT, order=sponsor.order)
    made = lost(sponsor, booklet, replace=True)
    assert made
    assert (made.position, made.replaces_id, made.coupons.count()) == (4, booklet.pk, 7)
    assert made.delivery_point == point
    assert balance(DEPOSIT, order=sponsor.order) == before + 7 * 1010
    with pytest.raises(HandOverRefused):
        given_out(sponsor, made)
    as_printed(made)
    given_out(sponsor, made)
    assert balance(OUTSTANDING, campaign=sponsor.campaign) == 7_000 == live_face(sponsor.campaign)
    assert balance(DEPOSIT, order=sponsor.order) == before


def test_one_that_was_never_handed_over_is_replaced_whole(sponsor: Sponsor) -> None:
    made = lost(sponsor, sponsor.booklets[2], replace=True)
    assert made
    assert made.coupons.count() == 10
    as_printed(made)
    given_out(sponsor, made, *sponsor.booklets[:2])
    # All that was paid for is out: nothing more can be.
    assert balance(DEPOSIT, order=sponsor.order) == sponsor.order.fee_cents


def test_a_replacement_is_replaced(sponsor: Sponsor) -> None:
    first = lost(sponsor, sponsor.booklets[0], replace=True)
    assert first
    second = lost(sponsor, first, replace=True)
    assert second
    assert (second.position, second.replaces) == (5, first)


def test_what_is_refused(sponsor: Sponsor) -> None:
    first, second, _third = sponsor.booklets
    lost(sponsor, first)
    with pytest.raises(Refused, match="déjà annulé, le 23 novembre 2026"):
        lost(sponsor, first)
    given_out(sponsor, second)
    toy.in_state(Coupon.objects.filter(booklet=second), "redeemed")
    with pytest.raises(Refused, match="plus de chèque"):
        lost(sponsor, second)


@pytest.mark.parametrize(
    ("at", "match"),
    [
        (datetime(2027, 11, 24, 12, tzinfo=UTC), "n'est plus valable"),
        (datetime(2028, 11, 24, 12, tzinfo=UTC), "n'est plus valable"),
    ],
)
def test_no_replacement_of_what_is_over(sponsor: Sponsor, at: datetime, match: str) -> None:
    given_out(sponsor, sponsor.booklets[0])
    with pytest.raises(Refused, match=match):
        lost(sponsor, sponsor.booklets[0], replace=True, at=at)
    lost(sponsor, sponsor.booklets[0], at=at)


def test_no_replacement_that_could_not_be_handed_over(sponsor: Sponsor) -> None:
    with pytest.raises(Refused, match="jusqu'au 23 novembre 2028"):
        lost(sponsor, sponsor.booklets[0], replace=True, at=datetime(2028, 11, 24, 12, tzinfo=UTC))
    Order.objects.filter(pk=sponsor.order.pk).update(status=OrderStatus.CLOSED)
    with pytest.raises(Refused, match="close"):
        lost(sponsor, sponsor.booklets[0], replace=True)


# What may happen to one of the booklets there are by then, replacements included.
ACTS = st.lists(
    st.tuples(st.sampled_from(["hand_over", "pay", "cancel", "reissue", "print"]), st.integers(0, 9)),
    max_size=25,
)


@pytest.mark.django_db
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_whatever_happens_the_books_say_what_is_out(acts: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        campaign = toy.a_campaign(booklet_size=3, face_value_cents=750)
        sponsor = build(3, campaign=campaign)
        for act, number in acts:
            booklets = list(Booklet.objects.filter(order=sponsor.order))
            with contextlib.suppress(Refused):
                done(sponsor, act, booklets[number % len(booklets)])
            check(sponsor)
        transaction.set_rollback(True)


def done(sponsor: Sponsor, act: str, booklet: Booklet) -> None:
    if act == "hand_over":
        given_out(sponsor, booklet)
    elif act == "pay":
        first = Coupon.objects.filter(booklet=booklet, state="active").values("pk")[:1]
        if first:
            toy.spent(
                Coupon.objects.filter(pk__in=list(first.values_list("pk", flat=True))),
                sponsor.order.face_value_cents,
            )
    elif act == "print":
        if booklet.status == "inert" and booklet.coupons.filter(digest=None).exists():
            as_printed(booklet)
    else:
        lost(sponsor, booklet, replace=act == "reissue")


def check(sponsor: Sponsor) -> None:
    order, campaign = sponsor.order, sponsor.campaign
    live = Coupon.objects.filter(booklet__order=order, state="active").count()
    assert balance(OUTSTANDING, campaign=campaign) == live * 750
    assert balance(CONTRIBUTION, campaign=campaign) == live * order.contribution_cents
    owed = [
        balance(DEPOSIT, order=order),
        balance(REFUNDABLE, campaign=campaign),
        *(-ledger.balance_cents(account) for account in Account.objects.filter(kind__in=PAID_OUT)),
    ]
    assert sum(owed) + live * (750 + order.contribution_cents) == order.due_cents
    # What is inert can always be handed over: its money is there.
    inert = Coupon.objects.filter(booklet__order=order, state="inert").count()
    assert balance(DEPOSIT, order=order) >= inert * (750 + order.contribution_cents)
    assert books_balance()


@pytest.mark.django_db(transaction=True)
def test_lost_twice_at_the_same_instant() -> None:
    sponsor = build()
    given_out(sponsor, sponsor.booklets[0])
    acts: list[Callable[[], Any]] = [
        lambda by=by: cancel(booklet=sponsor.booklets[0], loss=Loss.LOST, replace=True, by=by, at=NOON)
        for by in people(sponsor)
    ]
    answers = at_once(*acts, refusals=(Refused,))
    assert sum(isinstance(answer, Booklet) for answer in answers) == 1
    assert Booklet.objects.filter(replaces=sponsor.booklets[0]).count() == 1
    assert balance(OUTSTANDING, campaign=sponsor.campaign) == 0


@pytest.mark.django_db(transaction=True)
def test_lost_while_it_is_handed_over() -> None:
    """Whichever comes first, what is out is what the books say."""
    sponsor = build(1)
    at_once(
        lambda: given_out(sponsor, sponsor.booklets[0]),
        lambda: lost(sponsor, sponsor.booklets[0]),
        refusals=(Refused,),
    )
    assert Booklet.objects.get(pk=sponsor.booklets[0].pk).status == "cancelled"
    assert balance(OUTSTANDING, campaign=sponsor.campaign) == 0 == live_face(sponsor.campaign)


def people(sponsor: Sponsor) -> list[User]:
    return [sponsor.manager, sponsor.distributor] * 2


def test_the_day_it_was_handed_over_does_not_change(sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    given_out(sponsor, booklet)
    lost(sponsor, booklet)
    booklet.refresh_from_db()
    assert (booklet.valid_until, booklet.hand_over_id is not None) == (date(2027, 11, 23), True)
