"""Logs as one JSON object per line, without what identifies a person."""

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """`{at, level, logger, message}` and, when there is one, `status` and `error` (the traceback).

    Query strings never get in: they hold the place where somebody is looking from.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
