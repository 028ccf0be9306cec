"""What is written to the log: never a CPR number, not even inside a database's complaint."""

from __future__ import annotations

import logging
import re

_CPR = re.compile(r"(?<!\d)[0-9]{6}[- ]?[0-9]{4}(?!\d)")
MASK = "[CPR]"


class WithoutCpr(logging.Formatter):
    """A line, and its traceback, with everything that looks like a CPR number taken out."""

    def format(self, record: logging.LogRecord) -> str:
        return _CPR.sub(MASK, super().format(record))
