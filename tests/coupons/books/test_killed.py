"""A worker is killed in the middle of the day's expiry, several times; every booklet ends once, to the cent."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum

from coupons.books import tasks
from coupons.choices import OrderStatus
from coupons.models import Account, Booklet, Coupon, Entry
from directory.models import User
from tests.coupons import toy

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
BOOKLETS = 60
LATER = toy.AT + timedelta(days=400)


def worker(*arguments: str) -> subprocess.Popen[bytes]:
    """A process of its own on the test's database; what it should do waits in the queue."""
    tasks.expire_coupons.defer(timestamp=0)
    told = connection.settings_dict
    who = f"{told['USER']}:{quote(str(told['PASSWORD']), safe='')}"
    address = f"postgresql://{who}@/{told['NAME']}?host={told['HOST']}&port={told['PORT']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DATABASE_ROLE": "site",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PROCESS": "worker",
        "COUPON_KEY": settings.COUPON_KEY.decode(),
    }
    environment.pop("DATABASE_OWNER_URL", None)
    command = [sys.executable, "-m", "tests.coupons.books.worker", LATER.isoformat(), *arguments]
    return subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> int:
    _out, told = process.communicate(timeout=60)
    assert process.returncode in (0, KILLED), told.decode()[-2000:]
    return process.returncode


def done() -> int:
    return Booklet.objects.filter(status="ended").count()


@pytest.fixture
def late() -> None:
    """Two campaigns' booklets, their last day long past."""
    somebody = User.objects.create_user("remise@exemple.test")
    for _campaign in range(2):
        order = toy.an_order(
            toy.a_campaign(booklet_size=3), booklets=BOOKLETS // 2, status=OrderStatus.DELIVERED
        )
        booklets, _codes = toy.booklets_of(order)
        toy.handed_over(booklets, somebody)


def assert_each_once() -> None:
    assert done() == BOOKLETS
    assert set(Coupon.objects.values_list("state", flat=True)) == {"expired"}
    entries = Entry.objects.filter(kind="expiry")
    refunded = entries.filter(legs__account__kind="sponsor_refundable")
    assert refunded.aggregate(cents=Sum("legs__amount_cents"))["cents"] == -BOOKLETS * 3 * 1010
    owed = Account.objects.filter(kind="sponsor_refundable").with_balance()
    assert [account.balance_cents for account in owed] == [-BOOKLETS // 2 * 3 * 1010] * 2
    circulating = Account.objects.filter(kind__in=["outstanding", "contribution"]).with_balance()
    assert {account.balance_cents for account in circulating} == {0}
    assert not entries.values("key").annotate(n=Count("pk")).filter(n__gt=1).exists()


@pytest.mark.usefixtures("late")
def test_killed_inside_a_batch_and_between_two_every_booklet_ends_once() -> None:
    seen = []
    for moment in ("inside", "between"):
        assert ended(worker(moment)) == KILLED
        seen.append(done())
    # The third batch was under way, and nothing of it stayed; then three more were done for good.
    assert seen == [20, 50]
    assert ended(worker()) == 0
    assert_each_once()
    assert ended(worker()) == 0
    assert_each_once()


@pytest.mark.usefixtures("late")
def test_killed_at_whatever_moment() -> None:
    for _time in range(3):
        before = done()
        process = worker("slowly")
        deadline = time.monotonic() + 30
        while done() == before and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
        assert ended(process) == KILLED
        assert before < done() < BOOKLETS
    assert ended(worker()) == 0
    assert_each_once()


@pytest.mark.usefixtures("late")
def test_the_checks_do_see_a_booklet_that_ended_without_its_entry() -> None:
    """Negative control: states first, entries afterwards, killed in between."""
    assert ended(worker("careless")) == KILLED
    assert ended(worker()) == 0
    with pytest.raises(AssertionError):
        assert_each_once()
