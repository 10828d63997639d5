"""A table of figures as CSV, XLSX, GeoJSON or JSON, written while it is sent; cells no spreadsheet would run."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from coupons.dashboards.tables import CENTS, Column, Line, Table
from directory.offer.spreadsheets import inert, write_xlsx

BOM = "\ufeff"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "json": "application/json",
}
ROWS_AT_ONCE = 500


class Echo:
    """`csv.writer` writes to it and gets the line back."""

    def write(self, line: str) -> str:
        return line


def heads(table: Table) -> list[str]:
    """Names of the columns of a file: codes first, then what they are called, then numbers."""
    return [
        *(f"{code}_code" for code in table.codes),
        *(str(head) for head in table.heads),
        *(
            f"{column.code.removesuffix('_cents')}_eur" if column.unit == CENTS else column.code
            for column in table.columns
        ),
    ]


def cells(table: Table, line: Line) -> list[str]:
    """What is not told is empty."""
    values = line.values or (None,) * len(table.columns)
    numbers = [written(value, column) for value, column in zip(values, table.columns, strict=True)]
    return [*line.codes, *line.labels, *numbers]


def written(value: int | None, column: Column) -> str:
    if value is None:
        return ""
    return euros(value) if column.unit == CENTS else str(value)


def euros(cents: int) -> str:
    """1234 -> "12.34", whatever the language."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def rows(table: Table) -> Iterator[list[str]]:
    yield heads(table)
    for line in table.lines:
        yield cells(table, line)


def as_csv(table: Table) -> Iterator[str]:
    return lines_of_csv(rows(table))


def lines_of_csv(lines: Iterable[list[str]]) -> Iterator[str]:
    """With a byte order mark and semicolons, as a French spreadsheet program opens by a double click."""
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    kept = [BOM]
    for row in lines:
        kept.append(writer.writerow([inert(cell) for cell in row]))
        if len(kept) > ROWS_AT_ONCE:
            yield "".join(kept)
            kept = []
    yield "".join(kept)


def as_xlsx(table: Table) -> Iterator[bytes]:
    """Packed as a whole by openpyxl's streaming writer: a workbook ends with its directory."""
    yield write_xlsx(rows(table), str(table.title))


def as_geojson(table: Table) -> Iterator[str]:
    """Points; what is nowhere has no geometry."""
    yield '{"type": "FeatureCollection", "features": ['
    for rank, line in enumerate(table.lines):
        where = {"type": "Point", "coordinates": [round(x, 5) for x in line.at]} if line.at else None
        feature = {"type": "Feature", "properties": said(table, line), "geometry": where}
        yield f"{',' if rank else ''}\n{json.dumps(feature, ensure_ascii=False)}"
    yield "\n]}\n"


def said(table: Table, line: Line) -> dict[str, Any]:
    """Numbers as numbers; null is what is not told."""
    values = line.values or (None,) * len(table.columns)
    numbers = {column.code: value for column, value in zip(table.columns, values, strict=True)}
    labels = {f"{code}_name": label for code, label in zip(table.codes, line.labels, strict=False)}
    return {
        **dict(zip(table.codes, line.codes, strict=False)),
        **labels,
        **numbers,
    }


WRITERS: dict[str, Any] = {"csv": as_csv, "xlsx": as_xlsx, "geojson": as_geojson}
