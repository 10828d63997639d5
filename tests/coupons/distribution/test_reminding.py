"""Letters before it is too late."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from coupons.distribution.handing import hand_over
from coupons.distribution.reminding import Line, letter_of, remind
from coupons.models import Booklet, Coupon
from tests.coupons import toy
from tests.coupons.distribution.conftest import NOON, Sponsor, a_point

pytestmark = pytest.mark.django_db
END = date(2027, 11, 23)


def morning(days: int, of: date = END) -> datetime:
    """So many days before the end."""
    return datetime.combine(of, NOON.timetz()) - timedelta(days=days)


def written(at: datetime, commit: DjangoCaptureOnCommitCallbacks) -> list[str]:
    mail.outbox.clear()
    with commit(execute=True):
        remind(at)
    return [letter.body for letter in mail.outbox]


def test_sixty_days_before_and_fifteen(
    sponsor: Sponsor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    commit = django_capture_on_commit_callbacks
    hand_over(booklets=sponsor.booklets[:2], by=sponsor.distributor, at=NOON)
    toy.in_state(Coupon.objects.filter(booklet=sponsor.booklets[0], position__lte=4), "redeemed")
    told = {days: written(morning(days), commit) for days in (61, 60, 59, 16, 15, 14, 0, -1)}
    assert {days: len(letters) for days, letters in told.items()} == {
        61: 0, 60: 1, 59: 0, 16: 0, 15: 1, 14: 0, 0: 0, -1: 0,
    }  # fmt: skip
    assert "jusqu'au 23 novembre 2027 : 16 chèques de 2 carnets, 160" in told[60][0]
    assert f"/espace/{sponsor.organization.pk}/carnets/" in told[60][0]


def test_only_managers_are_written_to(
    sponsor: Sponsor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    written(morning(60), django_capture_on_commit_callbacks)
    [letter] = mail.outbox
    assert letter.to == [sponsor.manager.email]
    assert letter.subject.startswith("[#APTIC] Vos carnets de chèques")


def test_a_worker_that_slept_tells_when_it_wakes(
    sponsor: Sponsor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    assert len(written(morning(9), django_capture_on_commit_callbacks)) == 1
    assert not written(morning(8), django_capture_on_commit_callbacks)


def test_nothing_of_what_is_used_up(
    sponsor: Sponsor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    toy.in_state(Coupon.objects.filter(booklet=sponsor.booklets[0]), "redeemed")
    assert not written(morning(60), django_capture_on_commit_callbacks)


def test_booklets_that_must_soon_be_handed_over(sponsor: Sponsor) -> None:
    last = sponsor.order.hand_over_by
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    assert letter_of(sponsor.campaign, last - timedelta(days=60)).waiting == [Line(last, 2, 20, 20_000)]
    assert not letter_of(sponsor.campaign, last - timedelta(days=59))
    assert letter_of(sponsor.campaign, last - timedelta(days=15)).waiting


def test_a_point_that_runs_out_is_told_the_morning_after(sponsor: Sponsor) -> None:
    point = a_point(sponsor.organization)
    Booklet.objects.filter(order=sponsor.order).update(delivery_point=point)
    hand_over(booklets=sponsor.booklets[:2], by=sponsor.distributor, at=NOON, delivery_point=point)
    today = NOON.date()
    assert not letter_of(sponsor.campaign, today + timedelta(days=1)).low
    hand_over(
        booklets=sponsor.booklets[2:],
        by=sponsor.distributor,
        at=NOON + timedelta(days=1),
        delivery_point=point,
    )
    assert letter_of(sponsor.campaign, today + timedelta(days=2)).low == [("Maison des associations", 0)]
    assert not letter_of(sponsor.campaign, today + timedelta(days=3)).low
