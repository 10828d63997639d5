"""A log does not hold the links of letters."""

import json
import logging

import pytest

from config import serving
from config.logs import AccessLog, JsonLines, without_secrets


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/espace/invitation/Zx9_-a/", "/espace/invitation/…/"),
        ("/en/espace/invitation/Zx9_-a/", "/en/espace/invitation/…/"),
        ("/compte/confirm-email/MQ:1w-x/", "/compte/confirm-email/…/"),
        ("/compte/password/reset/key/1-set-abc/", "/compte/password/reset/key/…/"),
        ("/espace/invitation/", "/espace/invitation/"),
        ("/lieux/12/atelier/", "/lieux/12/atelier/"),
    ],
)
def test_secrets_in_paths(path: str, logged: str) -> None:
    assert without_secrets(path) == logged
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
    assert json.loads(JsonLines().format(record))["message"] == f"Not Found: {logged}"


def test_gunicorn_uses_it() -> None:
    assert serving.logger_class == f"{AccessLog.__module__}.{AccessLog.__qualname__}"
