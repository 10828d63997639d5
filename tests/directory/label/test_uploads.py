"""Hostile files: each is refused with its reason, or kept without what was hidden in it."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from directory.label.uploads import MESSAGES, MOST_BYTES, DocumentRefused, check
from directory.models import LabelApplication, User
from tests.directory.label.conftest import Applications


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int = 1, height: int = 1) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (width + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segment(code: int, data: bytes) -> bytes:
    return bytes([0xFF, code]) + struct.pack(">H", len(data) + 2) + data


def jpeg_of(width: int = 1, height: int = 1) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x7f\xff\x00\x2a\xff\xd0\x11"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + segment(0xC0, frame) + scan + b"\xff\xd9"


def zip_of(content: bytes = b"x", name: str = "x.txt") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def minimal_pdf(extra: bytes = b"", catalog: bytes = b"") -> bytes:
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog " + catalog + b" >>\nendobj\n" + extra
    return body + b"xref\n0 1\ntrailer << /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def object_stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"2 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream endobj\n"


PNG, JPEG, ZIP = png_of(), jpeg_of(), zip_of()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PDF_TYPE, PNG_TYPE, JPEG_TYPE = "application/pdf", "image/png", "image/jpeg"


def test_each_allowed_kind_is_kept_as_it_is(pdf: bytes) -> None:
    for content, name, declared in [
        (pdf, "Statuts signés.PDF", PDF_TYPE),
        (PNG, "capture.png", PNG_TYPE),
        (JPEG, "photo.jpg", JPEG_TYPE),
        (JPEG, "photo.jpeg", "image/jpeg; charset=binary"),
        (minimal_pdf(), "petit.pdf", PDF_TYPE),
    ]:
        checked = check(content, name, declared)
        assert (checked.content, checked.name) == (content, name)


HOSTILE: list[tuple[str, bytes, str, str, str]] = [
    ("empty", b"", "vide.pdf", PDF_TYPE, "empty"),
    ("too large", b"%PDF-1.4" + b"0" * MOST_BYTES, "gros.pdf", PDF_TYPE, "size"),
    ("svg", SVG, "logo.svg", "image/svg+xml", "type"),
    ("svg called png", SVG, "logo.png", PNG_TYPE, "type"),
    ("html", b"<!doctype html><script>alert(1)</script>", "page.html", "text/html", "type"),
    ("html called pdf", b"<html><body>", "page.pdf", PDF_TYPE, "type"),
    ("zip", ZIP, "archive.zip", "application/zip", "type"),
    ("zip bomb", zip_of(b"\0" * 50_000_000), "bombe.pdf", PDF_TYPE, "type"),
    (
        "office",
        zip_of(b"<w:document/>", "word/document.xml"),
        "lettre.docx",
        "application/vnd.openxml",
        "type",
    ),
    ("old office with macros", OLE, "lettre.doc", "application/msword", "type"),
    ("gif", b"GIF89a" + b"\0" * 20, "image.gif", "image/gif", "type"),
    ("webp", b"RIFF\0\0\0\0WEBPVP8 ", "image.webp", "image/webp", "type"),
    ("executable", b"MZ" + b"\0" * 100, "outil.exe", "application/octet-stream", "type"),
    ("script", b"#!/bin/sh\nrm -rf /\n", "outil.pdf", PDF_TYPE, "type"),
    ("a byte before the pdf", b"\n" + minimal_pdf(), "a.pdf", PDF_TYPE, "type"),
    ("wrong extension", PNG, "photo.pdf", PNG_TYPE, "name"),
    ("no extension", PNG, "photo", PNG_TYPE, "name"),
    ("double extension", PNG, "photo.png.html", PNG_TYPE, "name"),
    ("extension of a script", PNG, "photo.php", PNG_TYPE, "name"),
    ("wrong declared type", PNG, "photo.png", PDF_TYPE, "declared"),
    ("declared as html", JPEG, "photo.jpg", "text/html", "declared"),
    ("png with a zip behind", PNG + ZIP, "photo.png", PNG_TYPE, "hidden"),
    ("jpeg with a zip behind", JPEG + ZIP, "photo.jpg", JPEG_TYPE, "hidden"),
    ("pdf with a zip behind", minimal_pdf() + ZIP, "a.pdf", PDF_TYPE, "hidden"),
    ("pdf with a page behind", minimal_pdf() + b"<html><script>", "a.pdf", PDF_TYPE, "hidden"),
    ("pdf with bytes behind", minimal_pdf() + b"MZ" + b"\1" * 40, "a.pdf", PDF_TYPE, "hidden"),
    (
        "jpeg with a script in its comment",
        JPEG[:2] + segment(0xFE, b"<script>alert(1)</script>") + JPEG[2:],
        "photo.jpg",
        JPEG_TYPE,
        "hidden",
    ),
    (
        "png with php in a text chunk",
        PNG[:33] + chunk(b"tEXt", b"Comment\0<?php system($_GET[0]); ?>") + PNG[33:],
        "photo.png",
        PNG_TYPE,
        "hidden",
    ),
    ("cut png", PNG[:-6], "photo.png", PNG_TYPE, "broken"),
    ("png with a wrong checksum", PNG[:30] + b"\0" + PNG[31:], "photo.png", PNG_TYPE, "broken"),
    ("png magic alone", PNG[:8] + b"\0" * 200, "photo.png", PNG_TYPE, "broken"),
    ("cut jpeg", JPEG[:-2], "photo.jpg", JPEG_TYPE, "broken"),
    ("jpeg magic alone", b"\xff\xd8\xff" + b"\0" * 200, "photo.jpg", JPEG_TYPE, "broken"),
    (
        "jpeg without a picture",
        b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9",
        "p.jpg",
        JPEG_TYPE,
        "broken",
    ),
    ("jpeg of no pixels", jpeg_of(0, 10), "photo.jpg", JPEG_TYPE, "broken"),
    ("pdf magic alone", b"%PDF-1.7\n" + b"0" * 500, "a.pdf", PDF_TYPE, "broken"),
    ("pdf without its table", minimal_pdf().replace(b"xref\n0", b"yref\n0"), "a.pdf", PDF_TYPE, "broken"),
    ("huge png", png_of(60_000, 60_000), "photo.png", PNG_TYPE, "pixels"),
    ("huge jpeg", jpeg_of(65_000, 65_000), "photo.jpg", JPEG_TYPE, "pixels"),
    (
        "pdf with JavaScript",
        minimal_pdf(b"2 0 obj << /S /JavaScript /JS (1) >> endobj\n"),
        "a.pdf",
        PDF_TYPE,
        "active",
    ),
    (
        "pdf with hidden JavaScript",
        minimal_pdf(b"2 0 obj << /S /J#61vaScript >> endobj\n"),
        "a.pdf",
        PDF_TYPE,
        "active",
    ),
    (
        "pdf with packed JavaScript",
        minimal_pdf(object_stream(b"<< /S /JavaScript >>")),
        "a.pdf",
        PDF_TYPE,
        "active",
    ),
    (
        "pdf that starts a program",
        minimal_pdf(b"2 0 obj << /S /Launch >> endobj\n"),
        "a.pdf",
        PDF_TYPE,
        "active",
    ),
    (
        "pdf with a file inside",
        minimal_pdf(catalog=b"/Names << /EmbeddedFiles 2 0 R >>"),
        "a.pdf",
        PDF_TYPE,
        "active",
    ),
    ("pdf with a form", minimal_pdf(catalog=b"/AcroForm << /XFA [] >>"), "a.pdf", PDF_TYPE, "active"),
    ("pdf that unpacks for ever", minimal_pdf(object_stream(b" " * 40_000_000)), "a.pdf", PDF_TYPE, "broken"),
    ("locked pdf", minimal_pdf(catalog=b"/Encrypt 9 0 R"), "a.pdf", PDF_TYPE, "locked"),
]


@pytest.mark.parametrize(
    ("content", "name", "declared", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
def test_refused_with_its_reason(content: bytes, name: str, declared: str, code: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        check(content, name, declared)
    assert refused.value.code == code
    assert str(refused.value) == MESSAGES[code]


def test_every_reason_is_reached() -> None:
    assert {case[4] for case in HOSTILE} == set(MESSAGES)


@pytest.mark.parametrize(
    ("picture", "name", "declared"), [(PNG, "a.png", PNG_TYPE), (JPEG, "a.jpg", JPEG_TYPE)]
)
def test_what_follows_a_picture_is_cut_off(picture: bytes, name: str, declared: str) -> None:
    assert check(picture + b"\xff\xd8 second picture", name, declared).content == picture


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd.png", "passwd.png"),
        ("C:\\bureau\\photo.png", "photo.png"),
        ("a\r\nSet-Cookie: x=1.png", "a__Set-Cookie: x=1.png"),
        ("\u202egnp.exe.png", "_gnp.exe.png"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ],
)
def test_names_are_cleaned(name: str, kept: str) -> None:
    assert check(PNG, name, PNG_TYPE).name == kept


def documents_url(application: LabelApplication) -> str:
    return reverse("label:documents", args=[application.organization_id, application.pk])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case", [HOSTILE[0], HOSTILE[1], HOSTILE[3], HOSTILE[7], HOSTILE[20]], ids=lambda case: case[0]
)
def test_the_page_says_why_and_keeps_nothing(
    client: Client, manager: User, application: Applications, private_files: Path, case: tuple[Any, ...]
) -> None:
    _, content, name, declared, code = case
    draft = application()
    client.force_login(manager)
    page = client.post(
        documents_url(draft), {"label": "Statuts", "file": SimpleUploadedFile(name, content, declared)}
    )
    assert page.status_code == 422
    assert MESSAGES[code].replace("'", "&#x27;") in page.content.decode()
    assert not draft.documents.exists()
    assert not private_files.exists()


@pytest.mark.django_db
def test_given_back_as_an_attachment_without_rights(
    client: Client, manager: User, reviewer: User, application: Applications, pdf: bytes
) -> None:
    draft = application()
    client.force_login(manager)
    client.post(
        documents_url(draft),
        {"label": "Statuts", "file": SimpleUploadedFile("a; é.pdf", pdf, "application/pdf")},
    )
    document = draft.documents.get()
    address = reverse("label:document", args=[draft.organization_id, draft.pk, document.pk])
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == pdf
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_only_its_organisation_and_reviewers_open_a_document(
    client: Client, manager: User, reviewer: User, application: Applications
) -> None:
    submitted = application("submitted")
    document = submitted.documents.get()
    own = reverse("label:document", args=[submitted.organization_id, submitted.pk, document.pk])
    desk = reverse("label:desk_document", args=[submitted.pk, document.pk])
    seen = {}
    for who in (manager, reviewer, User.objects.create_user("autre@example.org"), None):
        client.logout()
        if who:
            client.force_login(who)
        seen[who and who.email] = [client.get(own).status_code, client.get(desk).status_code]
    assert list(seen.values()) == [[200, 403], [404, 200], [404, 403], [302, 302]]
