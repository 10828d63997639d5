"""One worker at a time at a print job. It spares work; what must hold holds without it (running.register)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LOCKS = 0x5052494E  # "PRIN": ours among the advisory locks of the database


@contextmanager
def alone(job_id: int) -> Iterator[bool]:
    """Whether this connection holds the job: a killed worker's does not, as soon as the database knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, job_id])
        [is_alone] = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, job_id])
