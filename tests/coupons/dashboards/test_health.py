"""The health of the platform says so when something is wrong."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from coupons.dashboards import health
from coupons.models import Coupon
from tests.coupons import toy
from tests.coupons.dashboards.life import territory

pytestmark = pytest.mark.django_db


def test_sound_books_and_a_coupon_too_many() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(3)
    toy.take(counter.passage([coupons[0].pk]), at=toy.AT)
    books = health.added_up()
    assert books.sound
    assert books.outstanding == books.live == 2000
    toy.in_state(Coupon.objects.filter(pk=coupons[1].pk), "expired")
    books = health.added_up()
    assert (books.balanced, books.covered, books.circulating, books.sound) == (True, True, False, False)


@pytest.mark.owner
def test_jobs_that_failed_or_wait_too_long() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        for status, hours in (("failed", 0), ("doing", 0), ("todo", 1), ("todo", -1)):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
                " VALUES ('default', 'essai', %s, %s)",
                [status, now - timedelta(hours=hours)],
            )
    assert health.jobs(now) == health.Jobs(failed=1, late=1, running=1)


def test_inhabitants_near_a_venue() -> None:
    cache.clear()
    communes = territory()
    toy.a_counter("Atelier", communes["23096"].point.x, communes["23096"].point.y)
    near = health.measured(timezone.localdate())
    assert (near.venues, near.inhabitants, near.all) == (1, 5_000, 20_000)
    assert near.share == 0.25
