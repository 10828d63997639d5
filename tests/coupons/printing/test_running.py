"""A print from request to paper: what is on paper is what the database knows, and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from coupons.choices import OrderStatus, PrintReason, PrintStatus
from coupons.models import Booklet, Coupon, Order, PrintedBooklet, PrintJob
from coupons.printing import fetching, jobs, running, vault
from directory.accounts.refusals import Refused
from directory.models import User
from tests.coupons import toy
from tests.coupons.printing import paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "FILE_COUPONS", 20)


def printed(job: PrintJob) -> PrintJob:
    while running.take_turn(job.pk):
        pass
    job.refresh_from_db()
    return job


def test_all_coupons_of_the_order_are_on_paper_once_with_the_codes_that_count(
    job: PrintJob, vault_folder: Path
) -> None:
    printed(job)
    assert (job.status, job.coupons, job.done, job.files.count()) == (PrintStatus.DONE, 60, 60, 3)
    assert paper.faults(job, vault_folder) == []


def test_an_order_wholly_on_paper_is_printed(job: PrintJob, order: Order) -> None:
    printed(job)
    order.refresh_from_db()
    assert order.status == OrderStatus.PRINTED
    assert order.printed_at


def test_files_are_for_the_sites_own_user_only(job: PrintJob, vault_folder: Path) -> None:
    printed(job)
    for path in vault_folder.glob("*/*"):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_digests_of_the_files_are_theirs(job: PrintJob, vault_folder: Path) -> None:
    from hashlib import sha256

    printed(job)
    for file, path in zip(job.files.order_by("number"), paper.files(job, vault_folder), strict=True):
        assert bytes(file.sha256) == sha256(path.read_bytes()).digest()
        assert file.size == path.stat().st_size


def test_an_order_without_money_is_not_printed(operator: User) -> None:
    order = toy.an_order(status=OrderStatus.ORDERED)
    with pytest.raises(Refused, match="on imprime une commande financée"):
        jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)


def test_an_order_is_printed_by_one_job_at_a_time(job: PrintJob, order: Order, operator: User) -> None:
    with pytest.raises(Refused, match="déjà en cours"):
        jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)


def test_what_is_printed_is_not_printed_a_first_time_again(
    job: PrintJob, order: Order, operator: User
) -> None:
    printed(job)
    with pytest.raises(Refused, match="déjà imprimés"):
        jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)


def test_a_turn_that_is_over_is_followed_by_another(
    job: PrintJob, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TURN_S", 0)
    turns = 1
    while running.take_turn(job.pk):
        turns += 1
    assert turns > 2
    assert paper.faults(job, vault_folder) == []


def test_a_job_is_stopped_between_two_files_and_goes_on_later(
    job: PrintJob, operator: User, order: Order, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asked_after_first_file(job, operator, monkeypatch):
        printed(job)
    order.refresh_from_db()
    assert job.status == PrintStatus.CANCELLED
    assert (job.done, order.status) == (20, OrderStatus.FUNDED)
    assert len(list(vault_folder.glob("*/*"))) == 1
    jobs.resume(job=job, by=operator, at=toy.AT)
    printed(job)
    assert job.status == PrintStatus.DONE
    assert paper.faults(job, vault_folder) == []


@contextmanager
def asked_after_first_file(job: PrintJob, by: User, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operator stops the job as soon as one file is made."""
    register = running.register

    def register_then_cancel(*given: object) -> None:
        register(*given)  # type: ignore[arg-type]
        jobs.cancel(job=job, by=by, at=toy.AT)

    with patch.context() as during:
        during.setattr(running, "register", register_then_cancel)
        yield


def test_a_job_that_waits_is_cancelled_at_once(job: PrintJob, operator: User) -> None:
    jobs.cancel(job=job, by=operator, at=toy.AT)
    printed(job)
    assert (job.status, job.done) == (PrintStatus.CANCELLED, 0)
    assert not Coupon.objects.exclude(digest=None).exists()
    with pytest.raises(Refused, match="déjà annulée"):
        jobs.cancel(job=job, by=operator, at=toy.AT)


def test_a_press_that_fails_stops_the_job_and_leaves_nothing(
    job: PrintJob, operator: User, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(running.sheets, "FONTS", Path("/nowhere"))
        printed(job)
    assert (job.status, job.done) == (PrintStatus.FAILED, 0)
    assert not list(vault_folder.glob("*/*"))
    jobs.resume(job=job, by=operator, at=toy.AT)
    printed(job)
    assert paper.faults(job, vault_folder) == []


def test_a_booklet_cancelled_meanwhile_is_left_out(
    job: PrintJob, order: Order, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = vault.store
    lost: list[int] = []

    def lose_one_while_storing(job_id: int, pdf: bytes) -> vault.Stored:
        if not lost:
            lost.extend(Booklet.objects.filter(order=order).values_list("pk", flat=True)[:1])
            Booklet.objects.filter(pk__in=lost).update(status="cancelled", loss="lost")
        return store(job_id, pdf)

    monkeypatch.setattr(vault, "store", lose_one_while_storing)
    printed(job)
    assert (job.status, job.done, job.coupons) == (PrintStatus.DONE, 50, 50)
    assert not Coupon.objects.filter(booklet__in=lost).exclude(digest=None).exists()
    order.refresh_from_db()
    assert order.status == OrderStatus.PRINTED
    assert {fault.split()[-1] for fault in paper.faults(job, vault_folder)} == {"missing"}


def test_a_reprint_rotates_the_codes_of_booklets_not_handed_over(
    job: PrintJob, order: Order, operator: User, vault_folder: Path
) -> None:
    printed(job)
    first = job.files.get(number=1)
    before = paper.cheques(fetching.fetch(file=first, by=operator, at=toy.AT).read())
    given = Booklet.objects.get(pk=first.first_booklet_id)
    toy.handed_over([given], operator)
    again = printed(jobs.reprint(file=first, by=operator, at=toy.AT))
    assert (again.reason, again.status, again.done) == ("reprint", "done", 10)
    after = paper.cheques(paper.files(again, vault_folder)[0])
    live = {c.serial: c.digest for c in Coupon.objects.filter(booklet__order=order)}
    kept = [pair for pair in before if pair[0].startswith(given.number)]
    rotated = [pair for pair in before if not pair[0].startswith(given.number)]
    assert len(kept) == 10
    assert all(live[serial] == running.digest(code.replace(" ", "")) for serial, code in kept + after)
    assert all(live[serial] != running.digest(code.replace(" ", "")) for serial, code in rotated)
    assert [serial for serial, _code in after] == [serial for serial, _code in rotated]


def test_a_file_that_still_waits_is_fetched_not_reprinted(job: PrintJob, operator: User) -> None:
    printed(job)
    with pytest.raises(Refused, match="téléchargez-le"):
        jobs.reprint(file=job.files.get(number=1), by=operator, at=toy.AT)


def test_replacements_of_lost_booklets_are_printed_by_a_job_of_their_own(
    job: PrintJob, order: Order, operator: User, vault_folder: Path
) -> None:
    printed(job)
    with pytest.raises(Refused, match="Aucun carnet"):
        jobs.request(order=order, reason=PrintReason.REPLACEMENT, by=operator, at=toy.AT)
    lost = Booklet.objects.filter(order=order)[0]
    lost.status = "cancelled"
    lost.save()
    fresh = Booklet.objects.create(order=order, position=7, replaces=lost)
    Coupon.objects.bulk_create(Coupon(booklet=fresh, position=rank) for rank in range(1, 11))
    job = printed(jobs.request(order=order, reason=PrintReason.REPLACEMENT, by=operator, at=toy.AT))
    assert [file.first_booklet_id for file in job.files.all()] == [fresh.pk]
    assert len(paper.cheques(paper.files(job, vault_folder)[0])) == 10


def test_a_job_resumed_late_does_not_touch_what_another_has_printed(
    job: PrintJob, order: Order, operator: User, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asked_after_first_file(job, operator, monkeypatch):
        printed(job)
    second = printed(jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT))
    digests = dict(Coupon.objects.values_list("pk", "digest"))
    jobs.resume(job=job, by=operator, at=toy.AT)
    printed(job)
    assert (second.done, job.done) == (40, 20)
    assert dict(Coupon.objects.values_list("pk", "digest")) == digests


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "negative control"])
def test_two_workers_at_one_job_print_every_serial_once(
    job: PrintJob, vault_folder: Path, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Even when nobody keeps them apart; and without the claim in the database they do print twice."""

    @contextmanager
    def everybody(job_id: int) -> Iterator[bool]:
        yield True

    monkeypatch.setattr(running, "alone", everybody)
    monkeypatch.setattr(running.vault, "destroy_orphans", lambda job_id: 0)
    if not guarded:
        monkeypatch.setattr(running, "register", without_claim)

    def work() -> None:
        running.take_turn(job.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    printed(job)
    assert (paper.faults(job, vault_folder) == []) == guarded


def without_claim(batch: running.Batch, stored: vault.Stored, at: object) -> None:
    """As running.register, but for the conditions."""
    job = jobs.locked_job(batch.job)
    file = job.files.create(
        number=job.files.count() + 1,
        first_booklet_id=batch.booklets[0],
        last_booklet_id=batch.booklets[-1],
        coupons=len(batch.coupons),
        size=stored.size,
        sha256=stored.sha256,
        stored_as=stored.name,
    )
    PrintedBooklet.objects.filter(job=job, booklet__in=batch.booklets).update(file=file)
    running.set_digests(running.Batch(rotating(batch.job), batch.booklets, batch.coupons, batch.codes))


def rotating(job: PrintJob) -> PrintJob:
    return PrintJob(pk=job.pk, reason=PrintReason.REPRINT)
