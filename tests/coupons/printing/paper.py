"""Reads printed sheets back, by pdfium, and says what is wrong between paper and database."""

import re
from collections import Counter
from pathlib import Path

import pypdfium2

from coupons.codes import digest, read_code
from coupons.models import Coupon, PrintFile, PrintJob

SERIAL = re.compile(r"CN \d{4,} \d{4} \d\d-\d\d")
CODE = re.compile(r"\b(?:[0-9A-Z]{4} ){3}[0-9A-Z]{4}\b")


def cheques(pdf: bytes | Path) -> list[tuple[str, str]]:
    """(serial, code) of each cheque, in order."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        words = " ".join(page.get_textpage().get_text_range().split())
        serials, codes = list(dict.fromkeys(SERIAL.findall(words))), CODE.findall(words)
        found += list(zip(serials, codes, strict=True))
    return found


def files(job: PrintJob, vault: Path) -> list[Path]:
    return [vault.parent / file.stored_as for file in job.files.order_by("number")]


def faults(job: PrintJob, vault: Path) -> list[str]:
    """What a finished first print must not show, empty when all is right."""
    told = []
    on_disk = {path.name for path in vault.glob("*/*")}
    known = {Path(file.stored_as).name for file in PrintFile.objects.filter(destroyed_at=None)}
    told += [f"orphan {name}" for name in on_disk - known] + [f"lost {name}" for name in known - on_disk]
    printed = [pair for path in files(job, vault) if path.exists() for pair in cheques(path)]
    coupons = {c.serial: c for c in Coupon.objects.filter(booklet__order=job.order_id)}
    counts = Counter(serial for serial, _code in printed)
    told += [f"{serial} printed {n} times" for serial, n in counts.items() if n > 1]
    told += [f"{serial} missing" for serial in coupons.keys() - counts.keys()]
    told += [
        f"{serial}: the code on paper is not the one that counts"
        for serial, code in printed
        if coupons[serial].digest != digest(read_code(code))
    ]
    return told
