"""Which device a payment is made on: a random identifier in a signed cookie that no script can read.

It says "the same phone as a quarter of an hour ago" and nothing about the phone. Programs have no cookie: theirs is
the name they give, or their token.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "aptic_counter"
KEPT = timedelta(days=400)  # no browser keeps a cookie longer
# Devices of programs; no identifier of a cookie begins so.
PROGRAM = "api:"


def device_of(request: HttpRequest) -> str:
    """Empty on a device that has not opened the counter yet."""
    found = request.get_signed_cookie(COOKIE, default="", salt=COOKIE)
    return found if isinstance(found, str) else ""


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    if device_of(request):
        return
    response.set_signed_cookie(
        COOKIE,
        secrets.token_hex(12),
        salt=COOKIE,
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of_program(named: str, token_id: int | None) -> str:
    return PROGRAM + (named or (f"jeton {token_id}" if token_id else "session"))
