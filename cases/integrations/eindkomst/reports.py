"""What an answer holds, as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from cases.integrations.eindkomst.names import UnreadableAnswer
from rules.income_codes import RegisterField


class ErrorAnswer(UnreadableAnswer):
    """eIndkomst answered with an error (FejlStruktur, Fejl or a SOAP fault). ``code`` and ``text`` are its own."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"eIndkomst svarede med fejl {code}: {text}" if code else f"eIndkomst svarede: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """One report (one blanket 11000), as the register has it: nothing interpreted, nothing left out.

    ``fields``: (blanket, felt, text) in the order of the answer; ``rules.income_codes.NEW_BLOCK`` stands between two
    16000 blocks. A felt whose id is not of the known form keeps its whole id.
    """

    se_number: str
    own_id: str
    period_start: date | None
    period_end: date | None
    employee_number: str
    pay_date: date | None
    fields: tuple[RegisterField, ...]

    @property
    def content_hash(self) -> str:
        """SHA-256 over everything above; the same for both wrappers."""
        parts = (
            self.se_number,
            self.own_id,
            str(self.period_start or ""),
            str(self.period_end or ""),
            self.employee_number,
            str(self.pay_date or ""),
            *map("\x1f".join, self.fields),
        )
        return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """One person of an answer. ``error``: a Danish sentence when the person cannot be used; then no reports.

    ``raw``: the person's element as UTF-8 XML that ``read_person`` reads again. ``index`` counts from 1 in the file.
    """

    cpr: str
    reference: str = ""
    reports: tuple[RegisterReport, ...] = ()
    raw: bytes = b""
    error: str | None = None
    index: int = 1
