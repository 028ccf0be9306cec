"""What the small readers share: files of a bounded size, careful text, dates, and sentences instead of tracebacks."""

from __future__ import annotations

import re
from datetime import date
from typing import BinaryIO

FAULTS_TOLD = 1000
"""So many faults of one file are told; then it is given up."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)


class UnreadableFile(Exception):  # noqa: N818 - the module's word
    """The file cannot be read (further). The text is a Danish sentence for the user."""


class Fault(ValueError):  # noqa: N818
    """What is wrong with one event or line, in Danish."""


def whole(source: BinaryIO, limit: int) -> bytes:
    """The file's bytes. UnreadableFile when there are more than ``limit``; no more than that is ever held."""
    parts, left = [], limit + 1
    while left > 0 and (part := source.read(min(left, 1024 * 1024))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise UnreadableFile(f"Filen er over {limit // 1024 // 1024} MB og er afvist. Del den i flere filer.")
    data = b"".join(parts)
    if not data.strip():
        raise UnreadableFile("Filen er tom. Hent den igen.")
    return data


def has_unstorable(text: str) -> bool:
    """Whether the text has a character no database keeps: NUL and its kin, half a surrogate pair."""
    return _UNSTORABLE.search(text) is not None


def is_cpr(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit()


def is_se(text: str) -> bool:
    return len(text) == 8 and text.isascii() and text.isdigit()


def day(text: object, name: str) -> date:
    """A date written as 2026-11-30, in a year a case can have. Fault with the field's name otherwise."""
    found = _DAY.match(text) if isinstance(text, str) else None
    if found and 1950 <= int(found[1]) <= 2150:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
    raise Fault(f"{name} er '{shown(text)}', som ikke er en dato (skrevet 2026-11-30)")


def shown(value: object) -> str:
    """A value as a sentence can quote it: short, and without characters that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", str(value))[:40]
