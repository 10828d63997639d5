"""A body that is too long is refused before it is read, by the server that serves the site."""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from config.bodies import REFUSED, BoundedBodies, most_bytes

GIGABYTE = 1 << 30
USUAL = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
# What lies in the buffers of both sides when the answer comes.
ON_THE_WAY = 2 << 20
PIECE = b"a" * (1 << 16)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """gunicorn as bin/run starts it, on a socket in a folder; it needs no database to say no."""
    address = str(tmp_path_factory.mktemp("server") / "socket")
    command = ["-m", "gunicorn", "-c", "config/serving.py", "-b", f"unix:{address}", "-w", "1", "config.wsgi"]
    environment = {**os.environ, "PROCESS": "tests", "SECRET_KEY": "x"}
    with (tmp_path_factory.mktemp("log") / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
        )
        for _ in range(300):
            if Path(address).exists():
                break
            time.sleep(0.1)
        yield address
        process.terminate()
        process.wait(10)


def send(address: str, path: str, headers: str, piece: bytes) -> tuple[str, int]:
    """The answer, and how many bytes of an endless body were taken before it came."""
    taken = 0
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(address)
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode())
        while taken < GIGABYTE and not select.select([client], [], [], 0)[0]:
            if select.select([client], [client], [], 20)[1]:
                taken += client.send(piece)
        answer = b""
        while more := client.recv(1 << 16):
            answer += more
    return answer.decode(), taken


CHUNK = f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"
# In chunks it is read up to the limit, since only then it is known to be too long.
BODIES = [
    (f"Content-Length: {GIGABYTE}", PIECE, 0),
    ("Transfer-Encoding: chunked", CHUNK, 1),
    (f"Content-Length: {GIGABYTE}\r\nExpect: 100-continue", PIECE, 0),
]


@pytest.mark.parametrize(("headers", "piece", "limits_read"), BODIES)
def test_a_gigabyte_is_refused_unread(server: str, headers: str, piece: bytes, limits_read: int) -> None:
    answer, taken = send(server, "/lieux/", headers, piece)
    assert "HTTP/1.1 413 " in answer
    assert "Ce que vous envoyez est trop lourd." in answer
    assert taken < limits_read * USUAL + ON_THE_WAY


@pytest.mark.parametrize(("headers", "piece", "limits_read"), BODIES)
def test_software_is_told_as_a_problem(server: str, headers: str, piece: bytes, limits_read: int) -> None:
    answer, taken = send(server, "/api/v1/offer/services/", headers, piece)
    assert "HTTP/1.1 413 " in answer
    assert "application/problem+json" in answer
    assert f"{USUAL} octets au plus" in answer
    assert taken < limits_read * USUAL + ON_THE_WAY


def test_in_english_too(server: str) -> None:
    answer, _taken = send(server, "/en/lieux/", f"Content-Length: {GIGABYTE}", PIECE)
    assert '<html lang="en"' in answer
    assert "HTTP/1.1 413 " in answer


def test_files_may_be_larger_where_they_are_handed_in() -> None:
    for name, arguments in (("offer:bulk", [12]), ("label:documents", [12, 3])):
        address = reverse(name, args=arguments)
        assert most_bytes(address) == most_bytes(f"/en{address}") == 10 << 20
    assert most_bytes(reverse("offer:services", args=[12])) == USUAL


def given(path: str, body: bytes, **environ: str) -> dict[str, Any]:
    """What the application in the middle is given."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.update(environ, read=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        return []

    BoundedBodies(application)({"PATH_INFO": path, "wsgi.input": BytesIO(body), **environ}, lambda *_: None)
    return seen


def test_a_body_in_chunks_arrives_with_its_length() -> None:
    seen = given("/api/v1/offer/services/", b'{"name": "Cours"}', HTTP_TRANSFER_ENCODING="chunked")
    assert (seen["read"], seen["CONTENT_LENGTH"]) == (b'{"name": "Cours"}', "17")
    assert REFUSED not in seen


@pytest.mark.parametrize(("length", "refused"), [(USUAL, False), (USUAL + 1, True)])
@pytest.mark.parametrize("chunked", [False, True])
def test_the_limit_itself_is_allowed(length: int, refused: bool, chunked: bool) -> None:
    told = {"HTTP_TRANSFER_ENCODING": "Chunked"} if chunked else {"CONTENT_LENGTH": str(length)}
    seen = given("/lieux/", b"a" * length, **told)
    assert (REFUSED in seen) is refused
    assert len(seen["read"]) == (0 if refused else length)
