"""What the worker is asked, and asked again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from coupons.distribution import tasks
from coupons.models import BulkHandOver, Tries
from tests.coupons.distribution.conftest import Sponsor

pytestmark = pytest.mark.django_db


def waiting(sponsor: Sponsor, minutes: int) -> BulkHandOver:
    asked = timezone.now() - timedelta(minutes=minutes)
    return BulkHandOver.objects.create(
        organization=sponsor.organization,
        asked_by=sponsor.distributor,
        name="x",
        booklets=[booklet.pk for booklet in sponsor.booklets],
        status="waiting",
        created_at=asked,
        confirmed_at=asked,
    )


def jobs() -> list[int]:
    return [job.args["bulk_id"] for job in ProcrastinateJob.objects.filter(status="todo").order_by("id")]


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_left_is_asked_for_once_more(sponsor: Sponsor) -> None:
    stalled, fresh = waiting(sponsor, 5), waiting(sponsor, 0)
    tasks.resume_bulk_hand_overs(0)
    tasks.resume_bulk_hand_overs(60)
    assert jobs() == [stalled.pk]
    tasks.start_bulk_hand_over(fresh.pk)
    assert jobs() == [stalled.pk, fresh.pk]


def test_the_worker_hands_all_over(sponsor: Sponsor) -> None:
    found = waiting(sponsor, 5)
    tasks.apply_bulk_hand_over(found.pk)
    found.refresh_from_db()
    assert (found.status, found.done) == ("done", 3)
    assert {booklet.status for booklet in sponsor.order.booklet_set.all()} == {"active"}


def test_counts_of_guesses_are_forgotten(sponsor: Sponsor) -> None:
    now = timezone.now()
    for days in (0, 3):
        Tries.objects.create(who="x", window=now - timedelta(days=days), tries=1)
    assert tasks.forget_tries(0) == 1
    assert tasks.remind_of_booklets(0) == 0
