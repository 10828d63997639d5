"""What a code is worth today."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from coupons import guessing
from coupons.cheque.checking import Checked, Mistyped, Standing, Unknown, check
from coupons.codes import digest, new_codes, printed
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, Coupon, Tries
from tests.coupons import toy
from tests.coupons.distribution.conftest import NOON, Sponsor, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def sponsor() -> Sponsor:
    return build(2)


def asked(code: str, at: datetime = NOON) -> Checked:
    return check(code=code, address="192.0.2.1", user=None, at=at)


def test_a_cheque_handed_over_is_usable_up_to_and_including_the_same_day(sponsor: Sponsor) -> None:
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    code = sponsor.codes[0]
    found = asked(code)
    assert (found.standing, found.until, found.face_cents) == (Standing.USABLE, date(2027, 11, 23), 1000)
    assert found.coupon.serial == f"{sponsor.booklets[0].number}-01"
    assert found.campaign == sponsor.campaign
    assert found.rule
    last_minute = datetime(2027, 11, 23, 22, 59, tzinfo=UTC)
    assert asked(code, last_minute).usable
    assert asked(code, last_minute + timedelta(minutes=1)).standing == Standing.EXPIRED


def test_it_is_read_as_people_type_it(sponsor: Sponsor) -> None:
    code = sponsor.codes[3]
    for typed in (
        printed(code),
        code.lower(),
        printed(code).replace("0", "O").replace("1", "l"),
        f" {code} ",
    ):
        assert asked(typed).coupon.position == 4


def test_a_booklet_that_was_lost_before_its_hand_over(sponsor: Sponsor) -> None:
    Booklet.objects.filter(pk=sponsor.booklets[0].pk).update(status="cancelled")
    assert asked(sponsor.codes[0]).standing == Standing.CANCELLED


@pytest.mark.parametrize("state", ["redeemed", "expired", "cancelled"])
def test_its_end(sponsor: Sponsor, state: str) -> None:
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    toy.in_state(Coupon.objects.filter(booklet=sponsor.booklets[0]), state)
    assert asked(sponsor.codes[0]).standing == state


def test_before_the_hand_over(sponsor: Sponsor) -> None:
    found = asked(sponsor.codes[0])
    assert (found.standing, found.until) == (Standing.INERT, None)


def test_the_dates_of_its_campaign_hold() -> None:
    campaign = toy.a_campaign(starts_on=date(2027, 1, 1), ends_on=date(2027, 6, 30))
    other = build(1, campaign=campaign)
    hand_over(booklets=other.booklets, by=other.distributor, at=NOON)
    found = asked(other.codes[0])
    assert (found.standing, found.since, found.until) == (
        Standing.TOO_EARLY,
        date(2027, 1, 1),
        date(2027, 6, 30),
    )
    assert asked(other.codes[0], datetime(2027, 6, 30, 12, tzinfo=UTC)).usable
    assert asked(other.codes[0], datetime(2027, 7, 1, 12, tzinfo=UTC)).standing == Standing.EXPIRED


def test_a_slip_is_not_a_guess(sponsor: Sponsor) -> None:
    code = sponsor.codes[0]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for typed in (wrong, code[:-1], code + "0", "", "U" * 16, "\0" * 16, "x" * 10_000):
        with pytest.raises(Mistyped):
            asked(typed)
    assert not Tries.objects.exists()


def test_the_eleventh_guess_learns_nothing(sponsor: Sponsor) -> None:
    """Of a code that exists no more than of one that does not."""
    for code in new_codes(guessing.MOST_FROM_ADDRESS):
        with pytest.raises(Unknown):
            asked(code)
    told = set()
    for code in [*new_codes(2), *sponsor.codes[:2]]:
        with pytest.raises(guessing.LockedOut) as refused:
            asked(code)
        told.add(str(refused.value))
    assert len(told) == 1


def test_a_code_is_looked_up_by_the_index_of_digests(sponsor: Sponsor) -> None:
    rows = Coupon.objects.filter(digest=digest(sponsor.codes[0]))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "coupon_digest_once" in rows.explain()
