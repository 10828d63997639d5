"""Bodies of requests are bounded before they are read: a stranger's gigabyte costs a line of headers.

`BoundedBodies` stands between the server and Django; `RefuseLongBodies` says no in words. A body sent in chunks
announces no length, and Django would take it for empty: it is received up to the limit, then has a length.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from geodata.problems import MEDIA_TYPE, problem

REFUSED = "aptic.body_refused"
KEPT_IN_MEMORY = 1 << 20
PIECE = 1 << 16
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def most_bytes(path: str) -> int:
    """What may be sent to an address: more where files are handed in."""
    larger = [most for pattern, most in settings.LARGER_BODIES.items() if re.search(pattern, path)]
    return max([settings.DATA_UPLOAD_MAX_MEMORY_SIZE, *larger])


class BoundedBodies:
    """A WSGI application in front of another, which reads no more than it should."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        most = most_bytes(environ.get("PATH_INFO", ""))
        body: IO[bytes] | None = environ["wsgi.input"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body, length = received(environ["wsgi.input"], most)
        if length > most:
            environ[REFUSED], body, length = most, BytesIO(), 0
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
        return self.application(environ, start_response)


def received(stream: IO[bytes], most: int) -> tuple[IO[bytes], int]:
    """The body and its length, which is above `most` as soon as it is known to be."""
    body: IO[bytes] = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115  lives as long as the request
    length = 0
    while length <= most and (piece := stream.read(PIECE)):
        length += body.write(piece)
    body.seek(0)
    return body, length


class RefuseLongBodies:
    """413, as a page or as a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = request.META.get(REFUSED)
        if most is None:
            return self.get_response(request)
        if not request.path_info.startswith("/api/"):
            return render(request, "413.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        sentence = _("Ce que vous envoyez est trop lourd : %(most)d octets au plus.") % {"most": most}
        body = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)
