"""PostgreSQL itself is killed while people pay: what was acknowledged is there, what was not can be asked again.

A cluster of the test's own, with the durable settings of the private one; all its processes get SIGKILL at once.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections

BIN = Path("/usr/lib/postgresql/15/bin")
PORT = 5432
CLIENTS = 3
COUPONS = 600
ROUNDS = 3
DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c listen_addresses="


class Cluster:
    """Made, started, killed, started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # PostgreSQL refuses to be root: Debian's own user then, as bin/setup does.
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(folder, self.user)
        self.run("initdb", "-D", "data", "-U", "owner", "--auth", "trust", "--data-checksums", "-E", "UTF8")

    def run(self, program: str, *arguments: str) -> None:
        asked = ["runuser", "-u", self.user, "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*asked, str(BIN / program), *arguments], cwd=self.folder, check=True, stdout=subprocess.DEVNULL
        )

    def start(self) -> None:
        options = f"{DURABLE} -k {self.folder} -p {PORT}"
        self.run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """Postmaster first, so that it cannot tidy up after the others."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        others = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
        for one in (pid, *map(int, others.stdout.split())):
            os.kill(one, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.05)
        time.sleep(0.5)  # the others let go of the shared memory
        (self.folder / "data" / "postmaster.pid").unlink()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
        address = f"postgresql://owner@/aptic?host={self.folder}&port={PORT}"
        return {
            **kept,
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "COUPON_KEY": settings.COUPON_KEY.decode(),
            "SECRET_KEY": "test",
        }

    def connect(self, database: str = "aptic") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), port=PORT, user="owner", dbname=database, autocommit=True
        )


@pytest.fixture
def cluster(transactional_db: None) -> Iterator[Cluster]:
    if not (BIN / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed here")
    # A socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="aptic-"))
    made = Cluster(folder)
    made.start()
    try:
        with made.connect("postgres") as postgres:
            postgres.execute("CREATE DATABASE aptic")
        copy_the_test_database(made)
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def copy_the_test_database(cluster: Cluster) -> None:
    """All of it as migrations left it; to migrate once more would take half a minute."""
    own = connections["default"].settings_dict
    source = ["-h", own["HOST"], "-p", str(own["PORT"]), "-U", own["USER"], own["NAME"]]
    dump = cluster.folder / "dump"
    subprocess.run(
        [BIN / "pg_dump", "-Fc", "-f", dump, *source],
        env={**os.environ, "PGPASSWORD": str(own["PASSWORD"])},
        check=True,
    )
    target = ["-h", str(cluster.folder), "-p", str(PORT), "-U", "owner", "-d", "aptic"]
    # The roles are those of the other cluster.
    plain = ["--no-owner", "--no-privileges", "--exit-on-error"]
    subprocess.run([BIN / "pg_restore", *plain, *target, dump], check=True)


def payer(cluster: Cluster, verb: str, values: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.coupons.payer", verb, values],
        cwd=settings.BASE_DIR,
        env=cluster.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> list[list[str]]:
    output, _nothing = process.communicate(timeout=60)
    return [line.split() for line in output.splitlines()]


def test_acknowledged_payments_survive_and_the_others_are_asked_again(cluster: Cluster) -> None:
    [left] = told(payer(cluster, "prepare", str(COUPONS)))
    assert len(left) == COUPONS
    acknowledged: set[tuple[str, str]] = set()
    for _round in range(ROUNDS):
        shares = [",".join(left[client::CLIENTS]) for client in range(CLIENTS)]
        clients = [payer(cluster, "pay", share) for share in shares]
        wait_until_all_pay(cluster, len(acknowledged))
        cluster.kill()
        lines = [line for client in clients for line in told(client)]
        cluster.start()
        paid = {(key, coupon) for word, key, coupon in lines if word == "paid"}
        unsure = {(key, coupon) for word, key, coupon in lines if word == "asked"} - paid
        assert paid, "nobody had paid before the kill"
        assert unsure, "nobody was paying at the moment of the kill"
        assert not paid - payments(cluster)
        answers = told(payer(cluster, "replay", ",".join(":".join(pair) for pair in unsure)))
        assert {(key, coupon) for word, key, coupon in answers if word != "asked"} == unsure
        acknowledged |= paid | unsure
        assert payments(cluster) == acknowledged
        done = {coupon for _key, coupon in acknowledged}
        left = [coupon for coupon in left if coupon not in done]
    assert_books_balance(cluster, len(acknowledged))


def wait_until_all_pay(cluster: Cluster, before: int) -> None:
    """However busy the machine is: a kill says nothing if nobody was paying."""
    patience = time.monotonic() + 60
    while len(payments(cluster)) < before + 20 * CLIENTS and time.monotonic() < patience:
        time.sleep(0.1)


def payments(cluster: Cluster) -> set[tuple[str, str]]:
    with cluster.connect() as connection:
        rows = connection.execute(
            "SELECT key::text, coupon_id::text FROM coupons_payment"
            " JOIN coupons_redemption ON payment_id = coupons_payment.id"
        )
        return set(rows.fetchall())


def assert_books_balance(cluster: Cluster, paid: int) -> None:
    with cluster.connect() as connection:
        [redeemed] = connection.execute(
            "SELECT count(*) FROM coupons_coupon WHERE state = 'redeemed'"
        ).fetchone()
        [total] = connection.execute("SELECT sum(amount_cents) FROM coupons_leg").fetchone()
        [provider] = connection.execute(
            "SELECT -sum(amount_cents) FROM coupons_leg JOIN coupons_account account ON account.id = account_id"
            " WHERE kind = 'provider_payable'"
        ).fetchone()
    assert (redeemed, total, provider) == (paid, 0, paid * 1000)
