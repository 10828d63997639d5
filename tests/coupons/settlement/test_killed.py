"""Whoever settles is killed with kill -9 at each write in turn, and run again: nobody is paid twice, sums are equal."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Sum

from coupons import batches, counting
from coupons.choices import AccountKind
from coupons.ledger import account, balance_cents
from coupons.models import Attempt, BankAnswer, Batch, Entry, Leg, Payout, SettledPayment
from directory.accounts.refusals import Refused
from directory.models import User
from tests.at_once import at_once, slow_writes, take_locks_away
from tests.coupons.settlement import files
from tests.coupons.settlement.conftest import LATER, House, lines_of

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
PROVIDERS = 6
MOST_WRITES = 40


def process(verb: str, nth: int, file: Path | str = "") -> subprocess.Popen[bytes]:
    """On the test's database, as the site."""
    told = connection.settings_dict
    who = f"{told['USER']}:{quote(str(told['PASSWORD']), safe='')}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{who}@/{told['NAME']}?host={told['HOST']}&port={told['PORT']}",
        "DATABASE_ROLE": "site",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SELLER_IBAN": settings.SELLER["iban"],
    }
    environment.pop("DATABASE_OWNER_URL", None)
    command = [sys.executable, "-m", "tests.coupons.settlement.settler", verb, str(nth), str(file)]
    return subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE)


def bank_cents() -> int:
    return balance_cents(account(AccountKind.BANK))


def ended(running: subprocess.Popen[bytes]) -> int:
    _out, told = running.communicate(timeout=90)
    assert running.returncode in (0, KILLED), told.decode()[-2000:]
    return running.returncode


def killed_everywhere(verb: str, untouched: Any, state: Callable[[], Any], file: Path | str = "") -> int:
    """At its first write, its second …, until it ends by itself; killed, it left everything as it was. How often."""
    for nth in range(1, MOST_WRITES):
        if ended(process(verb, nth, file)) == 0:
            return nth - 1
        assert state() == untouched
    raise AssertionError(f"{verb} did not end")


@pytest.fixture
def paid_in(house: House) -> House:
    for n in range(PROVIDERS):
        house.provider(coupons=n % 3 + 1)
    return house


def assert_all_is_counted_once(house: House) -> None:
    taken = SettledPayment.objects.aggregate(sum=Sum("amount_cents"))["sum"]
    stated = Payout.objects.filter(account__kind="provider_payable").aggregate(sum=Sum("amount_cents"))["sum"]
    assert stated == taken == sum(range(1, 4)) * PROVIDERS // 3 * 1000
    for payout in Payout.objects.filter(account__kind="provider_payable"):
        lines = SettledPayment.objects.of(payout)
        assert lines.aggregate(sum=Sum("amount_cents"))["sum"] == payout.amount_cents
    assert counting.wrong_statements() == counting.accounts_astray() == []
    assert Leg.objects.aggregate(sum=Sum("amount_cents"))["sum"] == 0


def test_killed_at_every_write_of_the_way_to_the_bank_and_back(paid_in: House, tmp_path: Path) -> None:
    house = paid_in
    deaths = killed_everywhere("settle", 0, Payout.objects.count)
    assert_all_is_counted_once(house)
    deaths += killed_everywhere("prepare", (0, 0), lambda: (Batch.objects.count(), Attempt.objects.count()))
    assert Attempt.objects.count() == PROVIDERS
    batch = Batch.objects.get()
    deaths += killed_everywhere("approve", "draft", lambda: Batch.objects.get().status)
    first, *others = lines_of(batch)
    raw = files.statement(
        *(files.left(line) for line in others[:3]), files.left(first), files.came_back(first),
    )  # fmt: skip
    answer = tmp_path / "reponse.xml"
    answer.write_bytes(raw)
    held = bank_cents()

    def state() -> tuple[int, int, int]:
        entries = Entry.objects.filter(kind__startswith="payout").count()
        return entries, BankAnswer.objects.count(), bank_cents()

    deaths += killed_everywhere("answer", (0, 0, held), state, answer)
    assert deaths >= 10
    paid = sum(line.payout.amount_cents for line in others[:3])
    assert state() == (5, 1, held - paid)
    assert Payout.objects.filter(paid__isnull=False).count() == 3
    assert balance_cents(first.payout.account) == -first.payout.amount_cents
    assert_all_is_counted_once(house)


def test_killed_from_outside_at_any_moment(paid_in: House, tmp_path: Path) -> None:
    """Not where we chose: after a random time, while PostgreSQL may be at work for it."""
    house = paid_in
    chance = random.Random(5)
    house.settle()
    draft = house.draft()

    batches.approve(batch=draft, by=house.approver, at=LATER)
    answer = tmp_path / "reponse.xml"
    total = sum(line.payout.amount_cents for line in lines_of(draft))
    answer.write_bytes(files.statement(files.whole(draft, total)))
    held = bank_cents()
    for _ in range(6):
        running = process("answer", 0, answer)
        time.sleep(chance.uniform(0.5, 3.0))
        running.kill()
        running.communicate(timeout=60)
    if not BankAnswer.objects.exists():
        assert ended(process("answer", 0, answer)) == 0
    assert bank_cents() == held - total
    assert Entry.objects.filter(kind="payout").count() == PROVIDERS
    assert {balance_cents(one.payout.account) for one in lines_of(draft)} == {0}


def preparing(*people: User) -> list[Callable[[], Any]]:
    return [partial(batches.prepare, execute_on=LATER.date(), by=by, at=LATER) for by in people]


def test_two_accountants_at_once_make_one_batch_of_each_statement(paid_in: House) -> None:

    house = paid_in
    house.settle()

    told = at_once(*preparing(house.accountant, house.second, house.accountant), refusals=(Refused,))
    assert sorted(isinstance(one, Refused) for one in told) == [False, True, True]
    assert Batch.objects.count() == 1
    assert Attempt.objects.count() == PROVIDERS


def test_two_accountants_settle_at_once(paid_in: House) -> None:
    house = paid_in
    made = at_once(house.settle, house.settle, house.settle, refusals=())
    assert sorted(made)[:2] == [0, 0]
    assert_all_is_counted_once(house)


def test_without_the_lock_the_second_accountant_meets_the_constraint(
    paid_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: what holds them apart taken away, the race does happen, and the database still refuses."""

    house = paid_in
    house.settle()
    monkeypatch.setattr(batches, "one_at_a_time", lambda: None)
    take_locks_away(monkeypatch)
    with slow_writes("coupons_attempt"):
        told = at_once(*preparing(house.accountant, house.second), refusals=(IntegrityError,))
    assert sum(isinstance(one, IntegrityError) for one in told) == 1
