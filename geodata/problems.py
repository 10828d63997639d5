"""Errors of every API, as `application/problem+json` (RFC 9457).

`{type, title, status, detail, errors: [{name, reason}]}`; `errors` names each parameter or field refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.defaults import server_error as html_server_error
from psycopg.errors import QueryCanceled
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


class TooLong(APIException):
    """The database gave up after `statement_timeout`."""

    status_code = 503
    default_detail = gettext_lazy("La recherche prend trop de temps : réduisez la zone ou les filtres.")
    default_code = "too_long"


def problem(status: int, title: str, *, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The body of an answer that says no."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if errors:
        body["detail"] = " ".join(f"{error['name']} : {error['reason']}" for error in errors)
        body["errors"] = errors
    return body


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's EXCEPTION_HANDLER."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled):
        error = TooLong()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        errors = list(refusals(error.detail))
        response.data = problem(response.status_code, _("Demande refusée"), errors=errors)
    else:
        response.data = problem(response.status_code, str(response.data["detail"]))
    response.content_type = MEDIA_TYPE
    return response


def refusals(detail: Any, name: str = "") -> Iterator[dict[str, str]]:
    """Each refused field of a nested validation error, its path joined by dots."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from refusals(value, f"{name}.{key}" if name else str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from refusals(value, name)
    else:
        yield {"name": name, "reason": str(detail)}


def no_such_address(request: HttpRequest) -> HttpResponse:
    """404 below /api/, in the same shape as the other errors."""
    return JsonResponse(problem(404, _("Cette adresse n’existe pas")), status=404, content_type=MEDIA_TYPE)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a problem below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        return JsonResponse(problem(500, _("Erreur du serveur")), status=500, content_type=MEDIA_TYPE)
    return html_server_error(request)
