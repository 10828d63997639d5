"""Services by spreadsheet: round trips, hostile files, and a change that survives being killed."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from procrastinate.contrib.django import app

from directory.limits import SPREADSHEETS
from directory.models import BulkEdit, Change, Organization, Service, Venue
from directory.offer import bulk, spreadsheets
from directory.offer.bulk import apply_chunk, exported, keep, plan
from directory.offer.spreadsheets import SheetRefused, read, write_csv, write_xlsx
from directory.offer.tasks import forget_bulk_edits, resume_bulk_edits, start_bulk_edit
from tests.directory.offer.conftest import MORNING, World, build, use_up

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip) | st.sampled_from(
    ["=1+1", "+33", "-1", "@SUM(A1)", "'=x", "''=x", "\t=x", "\r=x", '"', ";", "a;b", "'", "été", "12,50"]
)
WRITERS: list[Callable[[list[list[str]]], bytes]] = [write_csv, lambda rows: write_xlsx(rows, "services")]


@pytest.mark.parametrize("write", WRITERS)
def test_round_trip(write: Callable[[list[list[str]]], bytes]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
    def check(rows: list[list[str]]) -> None:
        rows = [["a", "b", "c"], *rows, ["z", "z", "z"]]
        # XML has no carriage return of its own: a spreadsheet program writes a new line.
        same = [[cell.replace("\r\n", "\n").replace("\r", "\n").strip(" ") for cell in row] for row in rows]
        got = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in read(write(rows))]
        assert [row + [""] * (3 - len(row)) for row in got] == same

    check()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "=cmd|'/c calc'!A0"])
def test_nothing_written_is_a_formula(text: str) -> None:
    assert write_csv([[text]]).decode("utf-8-sig").lstrip('"').startswith("'")
    cell = load_workbook(io.BytesIO(write_xlsx([[text]], "x"))).active["A1"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(sheet: bytes = b"", strings: bytes = b"") -> bytes:
    """A real one, some of whose parts are replaced."""
    real = io.BytesIO()
    book = Workbook()
    book.active.append(["numero", "nom"])
    book.save(real)
    with zipfile.ZipFile(real) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet or parts["xl/worksheets/sheet1.xml"]
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    return packed(**parts)


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst '
    + MAIN
    + b"><si><t>&b;</t></si></sst>"
)
FAR_ROW = (
    b"<worksheet "
    + MAIN
    + b'><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)
HOSTILE = {
    "empty": b"",
    "heavy": b"a" * (5 * 1024 * 1024 + 1),
    "bomb": packed(**{"xl/workbook.xml": b"\0" * (61 * 1024 * 1024)}),
    "many_parts": packed(**{f"p{number}": b"" for number in range(201)}),
    "laughs": workbook(strings=LAUGHS),
    "far_row": workbook(sheet=FAR_ROW),
    "not_xml": workbook(sheet=b"<worksheet"),
    "no_workbook": packed(x=b"1"),
    "cut": workbook()[:400],
    "nul": b"numero;nom\n\0;x",
    "columns": b";" * 100 + b"x",
    "cell": b"numero;nom\n1;" + b"x" * 10_001,
    "rows": b"numero;nom\n" + b"1;a\n" * 5_001,
    "executable": b"MZ\x90\0\x03",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_quickly(name: str) -> None:
    begun = time.monotonic()
    with pytest.raises(SheetRefused):
        read(HOSTILE[name])
    assert time.monotonic() - begun < 10  # unguarded, a bomb takes the memory first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_csv_of_any_program(encoding: str, delimiter: str) -> None:
    text = f'numero{delimiter}nom\r\n1{delimiter}"Aide à l\'écran"\r\n'
    assert read(text.encode(encoding)) == [["numero", "nom"], ["1", "Aide à l'écran"]]


def rows_of(world: World) -> list[list[str]]:
    return read(write_csv(exported(world.organization)))


def column(rows: list[list[str]], name: str) -> int:
    return rows[0].index(name)


def test_sent_back_as_it_was_it_changes_nothing(world: World) -> None:
    world.service(
        "=1+1", description="- un\n- deux", audiences=["seniors", "young"], modes=["remote"], duration_min=60
    )
    world.service("'quote", "draft", price_cents=None, schedule="Mo 09:00-12:00")
    for write in WRITERS:
        made = plan(world.organization, read(write(list(exported(world.organization)))))
        assert (made.rows, made.errors, made.unchanged) == ([], [], 2)


def test_a_price_changed_and_a_service_added(world: World) -> None:
    service = world.service()
    rows = rows_of(world)
    rows[1][column(rows, "prix_euros")] = "15,5"
    new = {
        "numero_lieu": str(world.venue.pk),
        "nom": "Neuf",
        "categorie": world.category.name,
        "publics": "Seniors | Adultes",
    }
    rows.append([new.get(name, "") for name in rows[0]])
    made = plan(world.organization, rows)
    assert made.errors == []
    assert made.rows[0]["changes"] == {"price": ["10", "15,50"]}
    edit = confirmed(world, made)
    assert not apply_chunk(edit.pk, MORNING)
    service.refresh_from_db()
    assert (service.price_cents, service.revision.price_cents) == (1000, 1550)
    added = Service.objects.get(name="Neuf")
    assert (added.status, added.audiences) == ("submitted", ["adults", "seniors"]) or added.audiences == [
        "seniors",
        "adults",
    ]
    assert Change.objects.filter(row=added.pk, table="service", actor=world.manager).exists()


def test_rows_are_refused_one_by_one(world: World) -> None:
    service = world.service()
    other = Organization.objects.create(name="Autre")
    foreign = Service.objects.create(
        venue=Venue.objects.create(name="x", organization=other), category=world.category, name="x"
    )
    header = ["numero", "numero_lieu", "nom", "categorie", "prix_euros", "publics"]
    good = [str(service.pk), "", "Nouveau nom", world.category.slug, "10", ""]
    made = plan(
        world.organization,
        [
            header,
            good,
            good,
            [str(foreign.pk), "", "Volé", "", "", ""],
            ["", str(foreign.venue_id), "Volé", world.category.slug, "1", ""],
            ["", str(world.venue.pk), "", "nulle part", "-3", "martiens"],
            ["99999999999999999999", "", "x", "", "", ""],
        ],
    )
    assert [row["row"] for row in made.rows] == [2]
    assert {error["row"] for error in made.errors} == {3, 4, 5, 6, 7}
    assert {error["column"] for error in made.errors if error["row"] == 6} == {
        "nom",
        "categorie",
        "prix_euros",
        "publics",
    }


def confirmed(world: World, made: bulk.Plan) -> BulkEdit:
    edit = keep(world.organization, "essai.csv", made, world.manager, MORNING)
    assert bulk.confirm(edit=edit)
    assert not bulk.confirm(edit=edit)
    return edit


def many(world: World, n: int) -> bulk.Plan:
    services = [
        Service(
            venue=world.venue,
            category=world.category,
            name=f"Service {i}",
            price_cents=1000,
            status="approved",
        )
        for i in range(n)
    ]
    Service.objects.bulk_create(services)
    rows = rows_of(world)
    at = column(rows, "prix_euros")
    return plan(world.organization, [rows[0], *[[*row[:at], "20", *row[at + 1 :]] for row in rows[1:]]])


class Killed(BaseException):
    pass


def test_killed_and_resumed_no_row_is_done_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = confirmed(world, many(world, 120))
    assert apply_chunk(edit.pk, MORNING)
    change, calls = bulk.change, 0

    def die(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 20:
            raise Killed
        change(*args)

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "change", die)
        with pytest.raises(Killed):
            apply_chunk(edit.pk, MORNING)
    edit.refresh_from_db()
    assert edit.done == Service.objects.filter(replaces__isnull=False).count() == bulk.CHUNK
    while apply_chunk(edit.pk, MORNING):
        pass
    edit.refresh_from_db()
    assert (edit.status, edit.done) == ("done", 120)
    assert Change.objects.filter(table="service", action="insert", actor=world.manager).count() == 120


def test_cancelled_between_two_chunks(world: World) -> None:
    edit = confirmed(world, many(world, 120))
    apply_chunk(edit.pk, MORNING)
    bulk.cancel(edit=edit, at=MORNING)
    assert not apply_chunk(edit.pk, MORNING)
    assert Service.objects.filter(replaces__isnull=False).count() == bulk.CHUNK


def test_a_manager_who_left_changes_nothing_more(world: World) -> None:
    edit = confirmed(world, many(world, 3))
    world.manager.memberships.all().delete()
    assert not apply_chunk(edit.pk, MORNING)
    edit.refresh_from_db()
    assert (edit.status, edit.done) == ("failed", 0)


def test_chunk_after_chunk_to_the_end(world: World) -> None:
    edit = confirmed(world, many(world, 500))
    chunks = 1
    while apply_chunk(edit.pk, MORNING):
        chunks += 1
    edit.refresh_from_db()
    assert (edit.status, edit.errors, edit.done) == ("done", [], 500)
    assert chunks > 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_it_and_takes_over_what_was_left() -> None:
    world = build()
    edit = confirmed(world, many(world, 60))
    BulkEdit.objects.update(created_at=MORNING - timedelta(days=1))
    resume_bulk_edits(timestamp=0)
    start_bulk_edit(edit.pk)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        worker.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
    edit.refresh_from_db()
    assert (edit.status, edit.done) == ("done", 60)


def test_by_the_pages(as_manager: Client, world: World) -> None:
    service = world.service(name="<script>alert(1)</script>")
    url = reverse("offer:bulk", args=[world.organization.pk])
    rows = rows_of(world)
    rows[1][column(rows, "nom")] = "<img src=x onerror=alert(1)>"
    answer = as_manager.post(url, {"file": SimpleUploadedFile("<b>.csv", write_csv(rows))})
    edit = BulkEdit.objects.get()
    preview = as_manager.get(answer.headers["Location"]).content.decode()
    assert "<img" not in preview.split("<main")[1]
    assert "<script>alert" not in preview
    service.refresh_from_db()
    assert service.name == "<script>alert(1)</script>"
    as_manager.post(reverse("offer:bulk_confirm", args=[world.organization.pk, edit.pk]))
    edit.refresh_from_db()
    assert edit.status == "queued"
    assert "data-running" in as_manager.get(answer.headers["Location"]).content.decode()
    refused = as_manager.post(url, {"file": SimpleUploadedFile("x.xlsx", HOSTILE["laughs"])})
    assert "interdite" in refused.content.decode()
    assert spreadsheets.MOST_BYTES == 5 * 1024 * 1024


def test_too_many_files_wait(as_manager: Client, world: World) -> None:
    use_up(SPREADSHEETS, world.manager)
    address = f"/espace/{world.organization.pk}/modifications/"
    answer = as_manager.post(address, {"file": SimpleUploadedFile("a.csv", b"numero;nom")})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    assert "Attendez une heure" in answer.content.decode()
    assert not BulkEdit.objects.exists()
    assert as_manager.get(address).status_code == 200


def test_a_month_later_they_are_forgotten(world: World) -> None:
    kept = {}
    for status in BulkEdit.Status:
        made = BulkEdit.objects.create(organization=world.organization, status=status, created_at=MORNING)
        kept[made.pk] = status in ("queued", "running")
    assert bulk.forget(MORNING + timedelta(days=30)) == 0
    assert bulk.forget(MORNING + timedelta(days=30, seconds=1)) == 4
    assert {edit.pk for edit in BulkEdit.objects.all()} == {pk for pk, stays in kept.items() if stays}
    assert forget_bulk_edits(0) == 0


def test_what_a_merge_left_behind_is_not_offered(world: World) -> None:
    kept = Venue.objects.create(organization=world.organization, name="Celui qui reste")
    gone = Venue.objects.create(
        organization=world.organization, name="Réuni", merged_into=kept, published=False
    )
    service = world.service("Ancien", venue=gone)
    assert [row for row in exported(world.organization) if "Ancien" in row] == []
    made = plan(world.organization, [["numero", "nom", "prix_euros"], [str(service.pk), "Neuf", "3"]])
    assert (made.rows, [error["column"] for error in made.errors]) == ([], ["numero"])
