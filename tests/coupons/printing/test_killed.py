"""A worker is killed in the middle of a print, several times and in several places; nothing is lost or doubled."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from coupons.choices import OrderStatus, PrintReason, PrintStatus
from coupons.models import PrintJob
from coupons.printing import jobs, tasks
from directory.models import User
from tests.coupons import toy
from tests.coupons.printing import paper

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
FILES = 12


@pytest.fixture
def job(operator: User) -> PrintJob:
    order = toy.an_order(booklets=2 * FILES, status=OrderStatus.FUNDED)
    return jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)


def worker(vault_folder: Path, moment: str = "") -> subprocess.Popen[bytes]:
    """A process of its own on the test's database; what it should do waits in the queue."""
    tasks.resume_printing(timestamp=0)
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
        "PRIVATE_FILES": str(vault_folder.parent),
    }
    environment.pop("DATABASE_OWNER_URL", None)
    command = [sys.executable, "-m", "tests.coupons.printing.worker", *([moment] if moment else [])]
    return subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> int:
    _out, told = process.communicate(timeout=60)
    assert process.returncode in (0, KILLED), told.decode()[-2000:]
    return process.returncode


def done(job: PrintJob) -> int:
    job.refresh_from_db()
    return job.done


def test_whenever_it_is_killed_the_print_goes_on_to_its_end(job: PrintJob, vault_folder: Path) -> None:
    printed = []
    for moment in ("stored", "registered", "committed"):
        assert ended(worker(vault_folder, moment)) == KILLED
        printed.append(done(job))
    # One file before the second was on the disk, one before the second was known for good, then two.
    assert printed == [20, 40, 80]
    for _again in range(2):
        kill_as_soon_as_it_prints(job, vault_folder)
    assert job.status == PrintStatus.RUNNING
    assert ended(worker(vault_folder)) == 0
    assert done(job) == FILES * 20
    assert job.status == PrintStatus.DONE
    assert paper.faults(job, vault_folder) == []


def kill_as_soon_as_it_prints(job: PrintJob, vault_folder: Path) -> None:
    before = done(job)
    process = worker(vault_folder)
    deadline = time.monotonic() + 30
    while done(job) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    assert ended(process) == KILLED
    assert done(job) > before


def test_the_checks_do_see_a_file_that_was_known_before_it_was_there(
    job: PrintJob, vault_folder: Path
) -> None:
    """Negative control: the same worker, doing it in the other order."""
    assert ended(worker(vault_folder, "careless")) == KILLED
    assert ended(worker(vault_folder)) == 0
    faults = paper.faults(job, vault_folder)
    assert "lost later.pdf" in faults
    assert len([fault for fault in faults if fault.endswith("missing")]) == 20
