"""A file is fetched once, by one person, and is gone; nothing says a code but the paper."""

import io
import json
import logging
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from coupons.choices import OrderStatus, PrintReason
from coupons.codes import digest, printed, read_code
from coupons.models import Coupon, PrintFile, PrintJob
from coupons.printing import fetching, jobs, manifest, running, tasks, vault
from directory.accounts.refusals import Refused
from directory.models import User
from tests.coupons import toy
from tests.coupons.printing import paper

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def file(operator: User) -> PrintFile:
    """Of ten coupons."""
    order = toy.an_order(booklets=1, status=OrderStatus.FUNDED)
    job = jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)
    running.take_turn(job.pk)
    return job.files.get()


def test_a_file_is_fetched_once_and_leaves_nothing(
    file: PrintFile, operator: User, vault_folder: Path
) -> None:
    assert len(paper.cheques(fetching.fetch(file=file, by=operator, at=toy.AT).read())) == 10
    assert not list(vault_folder.glob("*/*"))
    with pytest.raises(Refused, match="réimprimez-le"):
        fetching.fetch(file=file, by=operator, at=toy.AT)
    file.refresh_from_db()
    assert (file.fetched_by, file.fetched_at, file.destroyed_at) == (operator, toy.AT, toy.AT)


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_fetch_at_once_one_gets_it(file: PrintFile, operator: User) -> None:
    got: list[bytes] = []
    refused: list[str] = []

    def fetch() -> None:
        try:
            got.append(fetching.fetch(file=file, by=operator, at=toy.AT).read())
        except Refused as told:
            refused.append(str(told))
        connection.close()

    threads = [threading.Thread(target=fetch) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 9)


def test_what_nobody_fetches_is_destroyed_in_time(
    file: PrintFile, vault_folder: Path, settings: object
) -> None:
    settings.PRINT_FILES_DAYS = 14  # type: ignore[attr-defined]
    assert fetching.destroy_forgotten(at=file.made_at + 14 * DAY) == 0
    assert len(list(vault_folder.glob("*/*"))) == 1
    assert fetching.destroy_forgotten(at=file.made_at + 15 * DAY) == 1
    assert not list(vault_folder.glob("*/*"))
    file.refresh_from_db()
    assert file.destroyed_at
    assert not file.fetched_at


def test_what_a_crash_left_in_the_vault_is_swept(file: PrintFile, vault_folder: Path) -> None:
    vault.store(file.job_id, b"%PDF of nobody")
    tasks.destroy_forgotten_prints(timestamp=0)
    assert [path.name for path in vault_folder.glob("*/*")] == [Path(file.stored_as).name]


def test_a_file_that_vanished_can_be_reprinted(file: PrintFile, operator: User, vault_folder: Path) -> None:
    vault.destroy(file.stored_as)
    with pytest.raises(Refused, match="réimprimez-le"):
        fetching.fetch(file=file, by=operator, at=toy.AT)
    assert jobs.reprint(file=file, by=operator, at=toy.AT).coupons == 10


def test_the_manifest_says_ranges_counts_and_fingerprints(file: PrintFile) -> None:
    [told] = manifest.as_dict(file.job)["files"]
    number = file.first_booklet.number
    assert told["ranges"] == [{"first_booklet": number, "last_booklet": number, "booklets": 1}]
    assert (told["coupons"], told["sha256"]) == (10, bytes(file.sha256).hex())
    header, row = manifest.as_rows(file.job)
    assert dict(zip(header, row, strict=True))["premier_carnet"] == number


def test_a_gap_in_the_numbers_makes_two_ranges(operator: User) -> None:
    order = toy.an_order(booklets=3, status=OrderStatus.FUNDED)
    booklets, _codes = toy.booklets_of(order)
    job = PrintJob.objects.create(order=order, coupons=20, requested_by=operator)
    file = PrintFile.objects.create(
        job=job,
        number=1,
        first_booklet=booklets[0],
        last_booklet=booklets[2],
        coupons=20,
        size=1,
        sha256=b"",
    )
    for booklet in (booklets[0], booklets[2]):
        job.printed_booklets.create(booklet=booklet, file=file)
    [(_file, ranges)] = manifest.ranges_of(job).items()
    assert [(one.first, one.last) for one in ranges] == [
        (booklets[0].pk, booklets[0].pk),
        (booklets[2].pk, booklets[2].pk),
    ]


def test_the_operator_fetches_by_the_page(client: Client, file: PrintFile, operator: User) -> None:
    client.force_login(operator)
    address = reverse("printing:file", args=[file.pk])
    assert "une seule fois" in client.get(address).text
    answer = client.post(address, headers={"accept-encoding": "gzip"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert (answer.headers["Content-Length"], len(content)) == (str(file.size), file.size)
    assert "no-store" in answer.headers["Cache-Control"]
    again = client.post(address)
    assert again.status_code == 409
    assert "nouveaux codes" in again.text


def test_the_manifest_is_downloaded_whenever(client: Client, file: PrintFile, operator: User) -> None:
    client.force_login(operator)
    for _again in range(2):
        told = client.get(reverse("printing:manifest", args=[file.job_id, "json"]))
        assert json.loads(told.content)["files"][0]["sha256"] == bytes(file.sha256).hex()
    assert b"sha256" in client.get(reverse("printing:manifest", args=[file.job_id, "csv"])).content
    assert client.get(reverse("printing:manifest", args=[file.job_id, "xml"])).status_code == 404


def test_no_log_says_a_code(
    client: Client, operator: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything at its most talkative, through a print, a failing press and a download."""
    caplog.set_level(logging.DEBUG)
    order = toy.an_order(booklets=2, status=OrderStatus.FUNDED)
    job = jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)
    drawn: list[str] = []
    new_codes = running.new_codes
    monkeypatch.setattr(running, "new_codes", lambda n: drawn.extend(new_codes(n)) or drawn[-n:])
    with monkeypatch.context() as broken:
        broken.setattr(running.sheets, "FONTS", Path("/nowhere"))
        running.take_turn(job.pk)
    jobs.resume(job=job, by=operator, at=toy.AT)
    running.take_turn(job.pk)
    client.force_login(operator)
    for file in job.files.all():
        client.get(reverse("printing:job", args=[job.pk]))
        b"".join(client.post(reverse("printing:file", args=[file.pk])).streaming_content)  # type: ignore[attr-defined]
    assert len(drawn) >= 20
    assert caplog.records
    told = said_by(caplog)
    assert not [code for code in drawn if code in told or printed(code) in told]


def said_by(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)


def test_a_dump_of_the_database_holds_no_code(file: PrintFile, vault_folder: Path) -> None:
    """Every row of every table as text, and as Django's own dump."""
    cheques = paper.cheques(vault_folder.parent / file.stored_as)
    codes = [read_code(code) for _serial, code in cheques]
    dump = whole_database().upper()
    fixtures = io.StringIO()
    call_command("dumpdata", "coupons", stdout=fixtures)
    dump += fixtures.getvalue().upper()
    assert str(digest(codes[0])).upper() in dump
    for code in codes:
        for form in (code, printed(code), printed(code).replace("-", " "), code.encode().hex().upper()):
            assert form not in dump
    assert Coupon.objects.filter(digest__in=[digest(code) for code in codes]).count() == 10


def whole_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [table for (table,) in cursor.fetchall()]
        told = []
        for table in tables:
            if table == "spatial_ref_sys":
                continue
            cursor.execute(f'SELECT row::text FROM "{table}" row')
            told += [row for (row,) in cursor.fetchall()]
    assert len(tables) > 60
    return "\n".join(told)
