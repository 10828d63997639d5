"""A file as people send it → raw rows with their line. What is wrong with it as a whole is FileRefused."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from directory.standard.columns import REQUIRED, canonical
from directory.standard.rows import Mended

MAX_BYTES = 100_000_000
MAX_FIELD = 1_000_000
DELIMITERS = (";", ",", "|", "\t")
SIGNATURES = [
    (b"PK\x03\x04", "ZIP, Excel, LibreOffice"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\xd0\xcf\x11\xe0", "Excel"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
]


class FileRefused(Exception):
    """Nothing of the file can be read: one French sentence says why and what to do."""


@dataclass
class Sheet:
    """Raw rows: line (of a CSV file) or rank (in a JSON one), from 1, and column → value as written."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    mended: list[Mended] = field(default_factory=list)


def read_file(path: Path) -> Sheet:
    """Raises FileRefused."""
    return read_bytes(_bytes(path))


def read_bytes(raw: bytes) -> Sheet:
    sheet = Sheet()
    text = _text(raw, sheet)
    if text.lstrip()[:1] in ("[", "{"):
        _read_json(text, sheet)
    else:
        _read_csv(text, sheet)
    return sheet


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            message = _("Ce fichier est trop gros (%(size)d Mo) : 100 Mo au plus, découpez-le.")
            raise FileRefused(message % {"size": size // 1_000_000})
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileRefused(_("Ce fichier ne peut pas être lu : %(reason)s.") % {"reason": reason}) from None


def _text(raw: bytes, sheet: Sheet) -> str:
    if not raw.strip():
        raise FileRefused(_("Ce fichier est vide."))
    for signature, kind in SIGNATURES:
        if raw.startswith(signature):
            raise FileRefused(
                _("Ce fichier n’est ni du CSV ni du JSON (%(kind)s) : exportez-le en CSV.") % {"kind": kind}
            )
    text = _decoded(raw, sheet)
    if "\x00" in text:
        raise FileRefused(_("Ce fichier est binaire : il faut du CSV ou du JSON."))
    return text


def _decoded(raw: bytes, sheet: Sheet) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    sheet.mended.append(Mended(1, _("fichier"), _("encodage Windows-1252 lu au lieu d’UTF-8")))
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _read_json(text: str, sheet: Sheet) -> None:
    try:
        document = json.loads(text, parse_constant=lambda _name: None)
    except json.JSONDecodeError as error:
        message = _("Ce fichier JSON est abîmé ou coupé (ligne %(line)d).")
        raise FileRefused(message % {"line": error.lineno}) from None
    except (RecursionError, ValueError):
        raise FileRefused(_("Ce fichier JSON ne peut pas être lu comme une liste de lieux.")) from None
    rows = _list_of_rows(document)
    columns = {canonical(column) for row in rows if isinstance(row, dict) for column in row}
    _require(columns)
    for rank, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            sheet.rows.append((rank, _by_column(row.items())))
        else:
            sheet.unreadable.append((rank, _("ce n’est pas un lieu mais une valeur isolée")))


def _list_of_rows(document: Any) -> list[Any]:
    """The list itself, or the one list of an envelope such as {"data": […]}, or one lone row."""
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        document = [document] if "nom" in document else lists[0] if len(lists) == 1 else None
    if not isinstance(document, list):
        raise FileRefused(_("Ce fichier JSON n’est pas une liste de lieux."))
    if not document:
        raise FileRefused(_("Ce fichier ne contient aucun lieu."))
    return document


def _read_csv(text: str, sheet: Sheet) -> None:
    if "\r" in text.replace("\r\n", ""):
        sheet.mended.append(Mended(1, _("fichier"), _("fins de ligne « CR » seules")))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text.split("\n", 1)[0])
    lines = _records(text, delimiter)
    _line, header = next(lines, (1, []))
    columns = [canonical(name) for name in header]
    _require(set(columns))
    for line, values in lines:
        if any(value.strip() for value in values):
            _add_csv_row(sheet, line, columns, values)
    if not sheet.rows and not sheet.unreadable:
        raise FileRefused(_("Ce fichier ne contient aucun lieu."))


def _delimiter(header: str) -> str:
    """The one that finds most columns of the standard."""

    def known(delimiter: str) -> int:
        names = next(csv.reader([header[:MAX_FIELD]], delimiter=delimiter), [])
        return len(REQUIRED & {canonical(name) for name in names})

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin on. A quote that swallows lines refuses the file: it loses rows."""
    csv.field_size_limit(MAX_FIELD)
    strict = _is_well_quoted(text, delimiter)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    line = 1
    try:
        for values in reader:
            if not strict and reader.line_num > line:
                raise csv.Error
            yield line, values
            line = reader.line_num + 1
    except csv.Error:
        message = _("Ce fichier CSV est abîmé ou coupé : un guillemet ouvert ligne %(line)d ne se ferme pas.")
        raise FileRefused(message % {"line": line}) from None


def _is_well_quoted(text: str, delimiter: str) -> bool:
    try:
        for _values in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _add_csv_row(sheet: Sheet, line: int, columns: list[str], values: list[str]) -> None:
    surplus = [value for value in values[len(columns) :] if value.strip()]
    if surplus:
        reason = _("%(found)d valeurs pour %(expected)d colonnes : un séparateur de trop")
        sheet.unreadable.append((line, reason % {"found": len(values), "expected": len(columns)}))
        return
    if len(values) < len(columns):
        what = _("%(count)d dernières colonnes absentes") % {"count": len(columns) - len(values)}
        sheet.mended.append(Mended(line, columns[len(values)], what))
    sheet.rows.append((line, _by_column(zip(columns, values, strict=False))))


def _by_column(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Two columns that mean the same (a v0 and a v1 one) hold lists: theirs are put together."""
    row: dict[str, Any] = {}
    for column, value in pairs:
        name = canonical(column)
        row[name] = f"{row[name]}|{value}" if row.get(name) and value else row.get(name) or value
    return row


def _require(columns: set[str]) -> None:
    missing = [
        column for column in ("id", "nom", "commune", "code_postal", "adresse") if column not in columns
    ]
    if missing:
        message = _("Ce fichier ne suit pas le standard des lieux de médiation : il manque %(columns)s.")
        raise FileRefused(message % {"columns": ", ".join(missing)})
