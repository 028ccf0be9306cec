"""Log lines without personal data: as text for people, as JSON for machines (FLEKSLON_LOG=json).

What looks like a CPR number is taken out of every message and traceback: a database's own words may quote a row.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

IDS = ("municipality", "run", "block", "case", "batch", "cluster", "trial", "seconds", "status")
"""What a call may say with ``extra=``: ids and figures only."""
_CPR = re.compile(r"(?<!\d)(\d{6})-?(\d{4})(?!\d)")


def without_cpr(text: str) -> str:
    return _CPR.sub("[CPR]", text)


class LineFormatter(logging.Formatter):
    """Time, level, logger, ids and message on a line."""

    def format(self, record: logging.LogRecord) -> str:
        ids = "".join(f" {name}={value}" for name, value in ids_of(record).items())
        return without_cpr(super().format(record) + ids)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        found = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_cpr(record.getMessage()),
            **ids_of(record),
        }
        if record.exc_info:
            found["traceback"] = without_cpr(self.formatException(record.exc_info))
        return json.dumps(found, ensure_ascii=False, default=str)


def ids_of(record: logging.LogRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in IDS if hasattr(record, name)}
