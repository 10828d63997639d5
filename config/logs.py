"""Logs as one JSON object per line, without what identifies a person."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

# Links of letters carry their secret in the path: whoever reads the log must not be able to follow them.
FROM_LETTERS = "espace/invitation|compte/confirm-email|compte/password/reset/key"
SECRET_IN_PATH = re.compile(rf"(/(?:{FROM_LETTERS})/)[^/\s]+")


def without_secrets(text: str) -> str:
    return SECRET_IN_PATH.sub(r"\1…", text)


class JsonLines(logging.Formatter):
    """`{at, level, logger, message}` and, when there is one, `status` and `error` (the traceback).

    Query strings never get in: they hold the place where somebody is looking from.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class AccessLog(Logger):
    """gunicorn's, without the secrets of paths."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(*args)
        atoms["U"] = without_secrets(atoms["U"])
        return atoms
