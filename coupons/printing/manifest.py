"""What a job printed, file by file: ranges of serials, counts, fingerprints. It says no code."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from coupons.booklet_numbers import printed_number
from coupons.models import PrintFile, PrintJob

# Numbers of booklets that follow one another make one range.
RANGES = """
SELECT file_id, min(booklet_id), max(booklet_id), count(*)
FROM (
    SELECT file_id, booklet_id,
           booklet_id - row_number() OVER (PARTITION BY file_id ORDER BY booklet_id) AS island
    FROM coupons_printedbooklet WHERE job_id = %s AND file_id IS NOT NULL
) numbered
GROUP BY file_id, island ORDER BY file_id, min(booklet_id)
"""
COLUMNS = [
    "fichier",
    "premier_carnet",
    "dernier_carnet",
    "carnets",
    "cheques_du_fichier",
    "octets",
    "sha256",
    "fait_le",
    "telecharge_le",
    "detruit_le",
]


@dataclass(frozen=True)
class Range:
    """Booklets, by their numbers."""

    first: int
    last: int
    booklets: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "first_booklet": printed_number(self.first),
            "last_booklet": printed_number(self.last),
            "booklets": self.booklets,
        }


def as_dict(job: PrintJob) -> dict[str, Any]:
    order, ranges = job.order, ranges_of(job)
    return {
        "job": job.pk,
        "order": order.number,
        "sponsor": order.campaign.organization.name,
        "campaign": order.campaign.name,
        "reason": job.reason,
        "status": job.status,
        "coupons": job.done,
        "face_value_cents": order.face_value_cents,
        "files": [
            {
                "number": file.number,
                "ranges": [one.as_dict() for one in ranges[file.pk]],
                "coupons": file.coupons,
                "bytes": file.size,
                "sha256": bytes(file.sha256).hex(),
                "made_at": file.made_at.isoformat(),
                "fetched_at": file.fetched_at.isoformat() if file.fetched_at else None,
                "destroyed_at": file.destroyed_at.isoformat() if file.destroyed_at else None,
            }
            for file in job.files.order_by("number")
        ],
    }


def as_rows(job: PrintJob) -> Iterator[list[str]]:
    """A row for each range: the columns of the file are repeated."""
    yield COLUMNS
    ranges = ranges_of(job)
    for file in job.files.order_by("number"):
        for one in ranges[file.pk]:
            yield [
                str(file.number),
                printed_number(one.first),
                printed_number(one.last),
                str(one.booklets),
                *told(file),
            ]


def told(file: PrintFile) -> list[str]:
    moments = (file.made_at, file.fetched_at, file.destroyed_at)
    return [
        str(file.coupons),
        str(file.size),
        bytes(file.sha256).hex(),
        *(moment.isoformat(timespec="seconds") if moment else "" for moment in moments),
    ]


def ranges_of(job: PrintJob) -> dict[int, list[Range]]:
    """By file."""
    found: dict[int, list[Range]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(RANGES, [job.pk])
        for file_id, first, last, booklets in cursor.fetchall():
            found[file_id].append(Range(first, last, booklets))
    return found
