"""Where printed files wait to be fetched: private storage, below a folder for each job, under random names."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.core.files.storage import storages

from coupons.models import PrintFile

FOLDER = "impressions"


@dataclass(frozen=True)
class Stored:
    """`name` is relative to the storage."""

    name: str
    size: int
    sha256: bytes


def store(job_id: int, pdf: bytes) -> Stored:
    """On the disk, and not merely on its way there, when this returns. For the site's own user only."""
    folder = path_of(folder_of(job_id))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{folder_of(job_id)}/{secrets.token_hex(16)}.pdf"
    descriptor = os.open(path_of(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pdf)
        file.flush()
        os.fsync(descriptor)
    settle(folder)
    return Stored(name, len(pdf), sha256(pdf).digest())


def take(name: str) -> BinaryIO:
    """The file, open. Raises FileNotFoundError."""
    return path_of(name).open("rb")


def destroy(name: str) -> None:
    """Gone from the disk when this returns, if it was there."""
    path = path_of(name)
    if path.exists():
        path.unlink(missing_ok=True)
        settle(path.parent)


def destroy_orphans(job_id: int) -> int:
    """Files of a job of which the database says nothing, or that they are destroyed; how many there were.

    Only for who is alone at the job: a file that is being made is known by nobody yet.
    """
    lost = list(orphans(job_id))
    for name in lost:
        destroy(name)
    return len(lost)


def orphans(job_id: int) -> Iterator[str]:
    kept = PrintFile.objects.filter(job=job_id, destroyed_at=None).values_list("stored_as", flat=True)
    known = set(kept)
    folder = path_of(folder_of(job_id))
    for path in folder.iterdir() if folder.is_dir() else ():
        name = f"{folder_of(job_id)}/{path.name}"
        if name not in known:
            yield name


def jobs() -> list[int]:
    """Those that have or had files."""
    folder = path_of(FOLDER)
    return sorted(int(path.name) for path in folder.iterdir()) if folder.is_dir() else []


def folder_of(job_id: int) -> str:
    return f"{FOLDER}/{job_id}"


def path_of(name: str) -> Path:
    return Path(storages["private"].path(name))


def settle(folder: Path) -> None:
    """A name written to or removed from a folder is on the disk once the folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
