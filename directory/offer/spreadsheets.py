"""Untrusted spreadsheets in, rows of texts out; and rows out to CSV or XLSX that no program will run.

What a spreadsheet program could take for a formula is written with a quote before it, and read without it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 200
MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_CELL = 10_000
XLSX_MAGIC = b"PK\x03\x04"
FORMULA = re.compile(r"^'*[=+\-@\t\r\n]")
QUOTED = re.compile(r"^'(?='*[=+\-@\t\r\n])")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")

Row = list[str]


class SheetRefused(Exception):
    """`str(refused)` is a French sentence."""


def write_csv(rows: Iterable[Row]) -> bytes:
    """With a byte order mark and semicolons: what a French spreadsheet program opens by a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Row], title: str) -> bytes:
    """Every cell is a text, whatever it looks like."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=CONTROLS.sub("", inert(cell))) for cell in row]
        for cell in cells:
            cell.data_type, cell.number_format = "s", "@"
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def inert(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def read(content: bytes) -> list[Row]:
    """Rows of texts, the first one being the names of columns. Raises SheetRefused."""
    if not content:
        raise SheetRefused(_("Ce fichier est vide."))
    if len(content) > MOST_BYTES:
        raise SheetRefused(_("Ce fichier est trop lourd : 5 Mo au plus."))
    rows = [
        [QUOTED.sub("", cell.strip(" ")) for cell in row]
        for row in (read_xlsx(content) if content.startswith(XLSX_MAGIC) else read_csv(content))
    ]
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise SheetRefused(_("Ce fichier n'a aucune ligne."))
    return rows


def limited(rows: Iterable[Iterable[Any]]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise SheetRefused(_("Ce fichier a trop de lignes : 5 000 au plus."))
        cells = [text_of(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise SheetRefused(_("Ce fichier a trop de colonnes."))
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise SheetRefused(_("Une cellule de ce fichier est trop longue."))
        yield cells


def text_of(cell: Any) -> str:
    """Numbers as people wrote them: 12.0 was 12."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def read_csv(content: bytes) -> list[Row]:
    text = decoded(content)
    if "\0" in text:
        raise SheetRefused(_("Ce fichier n'est ni un CSV ni un XLSX."))
    first_line = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=first_line.count)
    csv.field_size_limit(MOST_BYTES)
    try:
        return list(limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise SheetRefused(_("Ce CSV est abîmé : il ne peut pas être lu.")) from error


def decoded(content: bytes) -> str:
    """By its byte order mark, else UTF-8, else what Windows writes in France."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_xlsx(content: bytes) -> list[Row]:
    """The first sheet, read in passing: neither the size it declares nor its formulas are believed."""
    check_parts(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        bounded = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1, values_only=True)
        return list(limited(bounded))
    except (
        InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, EOFError, OverflowError, NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise SheetRefused(_("Ce fichier XLSX est abîmé : il ne peut pas être lu.")) from error


def check_parts(content: bytes) -> None:
    """Before anything is unpacked: how much there would be; then that no part declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise SheetRefused(_("Ce fichier XLSX contient trop de choses une fois ouvert."))
            for part in parts:
                refuse_entities(packed, part)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise SheetRefused(_("Ce fichier XLSX est abîmé : il ne peut pas être lu.")) from error


def refuse_entities(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No office program writes a document type; an attack by entities needs one, before the root."""
    with packed.open(part) as opened:
        beginning = opened.read(4096)
    if b"<!DOCTYPE" in beginning.replace(b"\0", b"").upper():
        raise SheetRefused(_("Ce fichier XLSX contient une déclaration interdite."))
