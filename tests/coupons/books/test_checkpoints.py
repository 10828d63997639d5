"""Balances at a point of the ledger: they miss nothing that commits late, and a wrong one is seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction

from coupons import ledger
from coupons.books import tasks
from coupons.choices import AccountKind, EntryKind
from coupons.ledger import balance_cents, checkpoint, wrong_checkpoints
from coupons.models import Account, Checkpoint, CooperationFund
from directory.models import Organization
from tests.coupons import toy
from tests.coupons.hasty import make_hasty


def two_accounts() -> tuple[Account, Account]:
    provider = Organization.objects.create(name="Acteur", is_provider=True)
    return (
        ledger.account(AccountKind.BANK),
        ledger.account(AccountKind.PROVIDER_PAYABLE, organization=provider),
    )


def moved(cents: int, key: str, of: tuple[Account, Account]) -> None:
    bank, payable = of
    ledger.post(EntryKind.PAYMENT, key=key, legs={bank: cents, payable: -cents}, at=toy.AT, by=None)


@pytest.mark.django_db
def test_a_balance_is_the_checkpoint_and_what_followed() -> None:
    of = two_accounts()
    assert balance_cents(of[0]) == 0
    for n in range(3):
        moved(100, f"a{n}", of)
    assert checkpoint(at=toy.AT) == 2
    assert checkpoint(at=toy.AT) == 0
    assert [balance_cents(account) for account in of] == [300, -300]
    moved(7, "b", of)
    assert [balance_cents(account) for account in of] == [307, -307]
    assert checkpoint(at=toy.AT) == 2
    assert list(
        Checkpoint.objects.filter(account=of[0]).order_by("pk").values_list("balance_cents", flat=True)
    ) == [
        300,
        307,
    ]
    assert wrong_checkpoints() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO coupons_checkpoint (account_id, up_to, balance_cents, made_at) VALUES (1, 1, 1, now())",
        "UPDATE coupons_checkpoint SET balance_cents = 0",
        "DELETE FROM coupons_checkpoint",
        "TRUNCATE coupons_checkpoint",
    ],
)
def test_the_site_writes_none_by_itself(attempt: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(attempt)


@pytest.mark.owner
@pytest.mark.django_db
def test_a_wrong_one_is_detected() -> None:
    """Written by whom nothing stops: the owner of the database, its rules taken away."""
    of = two_accounts()
    moved(100, "a", of)
    checkpoint(at=toy.AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE coupons_checkpoint DISABLE TRIGGER USER")
        cursor.execute("UPDATE coupons_checkpoint SET balance_cents = 101 WHERE account_id = %s", [of[0].pk])
        cursor.execute("ALTER TABLE coupons_checkpoint ENABLE TRIGGER USER")
    assert balance_cents(of[0]) == 101
    assert wrong_checkpoints() == [of[0].pk]
    with pytest.raises(tasks.BooksDisagree):
        tasks.note_balances(timestamp=0)


@pytest.mark.django_db(transaction=True)
def test_another_isolation_is_refused() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(DatabaseError, match="must see what commits"):
            cursor.execute("SELECT coupons_checkpoint(now())")
        transaction.set_rollback(True)


@contextmanager
def a_late_writer(of: tuple[Account, Account]) -> Iterator[Event]:
    """Somebody whose legs have their numbers and are not committed until the event is set."""
    written, may_commit = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                moved(1000, "late", of)
                written.set()
                assert may_commit.wait(20)
        finally:
            connections.close_all()

    thread = Thread(target=write)
    thread.start()
    assert written.wait(20)
    try:
        yield may_commit
    finally:
        may_commit.set()
        thread.join(20)


@pytest.mark.django_db(transaction=True)
def test_a_leg_that_commits_late_is_not_left_out() -> None:
    of = two_accounts()
    moved(1, "before", of)
    with a_late_writer(of) as may_commit:
        moved(10, "after", of)  # its legs have larger numbers, and are there already
        made: list[int] = []

        def note() -> None:
            made.append(checkpoint(at=toy.AT))
            connections.close_all()

        noting = Thread(target=note)
        noting.start()
        noting.join(0.5)
        assert noting.is_alive(), "the checkpoint did not wait for the late writer"
        moved(100, "meanwhile", of)  # nobody waits for the checkpoint
        may_commit.set()
        noting.join(20)
    assert made == [2]
    assert Checkpoint.objects.get(account=of[0]).balance_cents == 1011
    assert balance_cents(of[0]) == 1111
    assert wrong_checkpoints() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_wait_it_would_be_left_out() -> None:
    """Negative control: the same moment, the sum taken at once."""
    of = two_accounts()
    with a_late_writer(of), connection.cursor() as cursor:
        moved(10, "after", of)
        make_hasty(cursor, "coupons_checkpoint")
        cursor.execute("SELECT hasty_coupons_checkpoint(now())")
    try:
        assert balance_cents(of[0]) == 10
        assert wrong_checkpoints() == sorted(account.pk for account in of)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION hasty_coupons_checkpoint, hasty_coupons_whole_up_to")


@pytest.mark.django_db(transaction=True)
def test_it_does_not_wait_for_ever() -> None:
    of = two_accounts()
    with a_late_writer(of), pytest.raises(DatabaseError, match="too long"), connection.cursor() as cursor:
        cursor.execute("SELECT coupons_checkpoint(now(), '0.2 s')")
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
def test_the_country_has_its_fund() -> None:
    assert CooperationFund.objects.get(area=None)
