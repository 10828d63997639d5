"""Untrusted files: a PDF, JPEG or PNG that is what it says it is, or a refusal with its reason.

Nothing is executed or drawn here; the structure is walked once. What a picture carries after its end is cut
off (telephones put a second picture there) unless it is another file in disguise.
"""

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_NAME = 200
DECLARED = {
    "application/pdf": {".pdf"},
    "image/jpeg": {".jpg", ".jpeg"},
    "image/png": {".png"},
}
EXTENSIONS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
MARKUP = re.compile(rb"<(?:(?:script|html|svg|iframe)[\s/>]|!doctype\s|\?php\s)", re.IGNORECASE)
# Names that make a PDF act when it is opened, or carry other files.
ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")

MESSAGES = {
    "empty": gettext_noop("Ce fichier est vide."),
    "size": gettext_noop("Ce fichier est trop lourd : 5 Mo au plus."),
    "type": gettext_noop("Ce type de fichier n'est pas accepté. Envoyez un PDF, un JPEG ou un PNG."),
    "name": gettext_noop("La fin du nom du fichier ne dit pas ce qu'il contient."),
    "declared": gettext_noop("Le type annoncé de ce fichier n'est pas celui de son contenu."),
    "broken": gettext_noop("Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau, puis renvoyez-le."),
    "hidden": gettext_noop("Ce fichier en cache un autre. Enregistrez-le de nouveau, puis renvoyez-le."),
    "active": gettext_noop(
        "Ce PDF contient un programme, un formulaire ou un fichier joint. Imprimez-le en PDF."
    ),
    "locked": gettext_noop("Ce PDF est protégé. Enregistrez-le sans mot de passe, puis renvoyez-le."),
    "pixels": gettext_noop("Cette image est trop grande. Réduisez-la, puis renvoyez-la."),
}


class DocumentRefused(Exception):
    """`code` is one of MESSAGES."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_(MESSAGES[code]))


@dataclass(frozen=True)
class Checked:
    """What may be kept: the bytes, and what they were found to be."""

    content: bytes
    content_type: str
    name: str

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check(content: bytes, name: str, declared: str) -> Checked:
    """Raises DocumentRefused. `declared`, the browser's Content-Type, must agree with name and content."""
    if not content:
        raise DocumentRefused("empty")
    if len(content) > MOST_BYTES:
        raise DocumentRefused("size")
    content_type = found_type(content)
    if PurePosixPath(name.lower()).suffix not in DECLARED[content_type]:
        raise DocumentRefused("name")
    if declared.partition(";")[0].strip().lower() != content_type:
        raise DocumentRefused("declared")
    if MARKUP.search(content) or zipfile.is_zipfile(io.BytesIO(content)):
        raise DocumentRefused("hidden")
    kept = content[: READERS[content_type](content)]
    return Checked(kept, content_type, clean_name(name))


def found_type(content: bytes) -> str:
    """By the first bytes, from the very first on."""
    for magic, content_type in (
        (b"%PDF-", "application/pdf"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
    ):
        if content.startswith(magic):
            return content_type
    raise DocumentRefused("type")


def clean_name(name: str) -> str:
    """The last part of a path, printable, short; its extension kept."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(char if char.isprintable() else "_" for char in last).strip() or "document"
    suffix = PurePosixPath(printable).suffix
    return printable[: LONGEST_NAME - len(suffix)].removesuffix(suffix) + suffix


def end_of_png(data: bytes) -> int:
    """Every chunk in its place with its checksum."""
    at, kinds = 8, []
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if (
            end > len(data)
            or zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]
        ):
            break
        kinds.append(kind)
        if len(kinds) == 1 and kind == b"IHDR" and length == 13:
            refuse_too_many_pixels(*struct.unpack_from(">II", data, at + 8))
        if kind == b"IEND":
            if kinds[0] == b"IHDR" and b"IDAT" in kinds:
                return end
            break
        at = end
    raise DocumentRefused("broken")


# Start of frame: the marker that says how large the picture is.
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def end_of_jpeg(data: bytes) -> int:
    """Every segment up to the end of the image; the coded data in between are not decoded."""
    at, framed, scanned = 2, False, False
    while marker := NEXT_MARKER.match(data, at):
        code = marker[0][1]
        if code == 0xD9 and framed and scanned:
            return at + 2
        if at + 4 > len(data) or code in {0x01, 0xD8, 0xD9}:
            break
        length = struct.unpack_from(">H", data, at + 2)[0]
        if length < 2 or at + 2 + length > len(data):
            break
        if code in FRAMES and length >= 8:
            framed = True
            refuse_too_many_pixels(*struct.unpack_from(">HH", data, at + 5))
        at += 2 + length
        if code == 0xDA:
            scanned = True
            following = NEXT_MARKER.search(data, at)
            if not following:
                break
            at = following.start()
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
    raise DocumentRefused("broken")


def refuse_too_many_pixels(one_side: int, other_side: int) -> None:
    if not one_side or not other_side:
        raise DocumentRefused("broken")
    if one_side * other_side > MOST_PIXELS:
        raise DocumentRefused("pixels")


def end_of_pdf(data: bytes) -> int:
    """Its table is where the end says, it is not locked, nothing acts, and nothing follows."""
    starts = list(re.finditer(rb"startxref\s+(\d+)\s+%%EOF", data[-2048:]))
    if not re.match(rb"%PDF-[12]\.\d", data) or not starts:
        raise DocumentRefused("broken")
    table = int(starts[-1][1])
    if table >= len(data) or not re.match(rb"\s*(?:xref|\d+\s+\d+\s+obj)", data[table : table + 40]):
        raise DocumentRefused("broken")
    if b"/Root" not in data:
        raise DocumentRefused("broken")
    end = len(data[:-2048]) + starts[-1].end()
    if data[end:].strip(b"\x00\x1a \t\r\n"):
        raise DocumentRefused("hidden")
    names = named_in_pdf(data)
    if ACTIVE_PDF.search(names):
        raise DocumentRefused("active")
    if re.search(rb"/Encrypt\b", names):
        raise DocumentRefused("locked")
    return len(data)


STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
MOST_INFLATED = 32 * 1024 * 1024


def named_in_pdf(data: bytes) -> bytes:
    """Its objects without the streams of pictures and text, but with those that hold other objects."""
    plain, at, left = [], 0, MOST_INFLATED
    for stream in STREAM.finditer(data):
        plain.append(data[at : stream.start()])
        at = stream.end()
        if b"/ObjStm" in plain[-1][plain[-1].rfind(b"obj") :]:
            plain.append(inflated(stream[1], left))
            left -= len(plain[-1])
    return unescaped_names(b"\n".join([*plain, data[at:]]))


def inflated(packed: bytes, most: int) -> bytes:
    try:
        reader = zlib.decompressobj()
        found = reader.decompress(packed, max(most, 1))  # 0 would mean no limit
    except zlib.error:
        return packed
    if reader.unconsumed_tail:
        raise DocumentRefused("broken")
    return found


def unescaped_names(data: bytes) -> bytes:
    """A PDF may spell /JS as /J#53."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda hexed: bytes([int(hexed[1], 16)]), data)


READERS: dict[str, Callable[[bytes], int]] = {
    "application/pdf": end_of_pdf,
    "image/jpeg": end_of_jpeg,
    "image/png": end_of_png,
}
