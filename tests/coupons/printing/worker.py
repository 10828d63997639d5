"""The site's worker as it is, with small files; told to, it kills itself as kill -9 does, at a chosen moment.

python -m tests.coupons.printing.worker [stored|registered|committed|careless]
"""

import os
import signal
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from coupons.printing import running, vault  # noqa: E402

FILE_COUPONS = 20
SECOND = 2


def die(*unused: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_the_second(moment: str) -> None:
    """Dies at the second file: on the disk, known within a transaction, or known for good."""
    calls = iter(range(1, 10))
    store, register = vault.store, running.register

    def dying_store(job_id: int, pdf: bytes) -> vault.Stored:
        stored = store(job_id, pdf)
        if moment == "stored" and next(calls) == SECOND:
            die()
        return stored

    def dying_register(*given: object) -> None:
        number = next(calls) if moment != "stored" else 0
        if moment == "committed" and number == SECOND + 1:
            die()
        register(*given)  # type: ignore[arg-type]
        if moment == "registered" and number == SECOND:
            die()

    vault.store, running.register = dying_store, dying_register


def carelessly() -> None:
    """What the order of things is there to prevent: known first, on the disk afterwards, killed in between."""

    def store_later(job_id: int, pdf: bytes) -> vault.Stored:
        return vault.Stored(f"{vault.folder_of(job_id)}/later.pdf", len(pdf), b"")

    register_next = running.register_next

    def register_then_die(under_way: object) -> None:
        register_next(under_way)  # type: ignore[arg-type]
        die()

    vault.store, running.register_next = store_later, register_then_die


if __name__ == "__main__":
    running.FILE_COUPONS = FILE_COUPONS
    moment = sys.argv[1] if len(sys.argv) > 1 else ""
    if moment == "careless":
        carelessly()
    elif moment:
        at_the_second(moment)
    call_command("procrastinate", "worker", "--one-shot")
