"""The finance system's answer (Prisme): which payments failed. ``;`` between fields, UTF-16-LE, no heading.

Fields: type; CPR as a number (pad to ten); invoice number (pad to twenty); whole kroner; due date ``YYYY/MM/DD``; error
code; error text; voucher number; empty. The file lists failures only.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cases.integrations.reading import Fault, UnreadableFile, shown, whole

ENCODING = "utf-16-le"
BOM = "\ufeff"
FIELDS = 9
FILE_BYTES = 16 * 1024 * 1024
_DAY = re.compile(r"(\d{4})/(\d{2})/(\d{2})\Z", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,12}(,00|\.00)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class FailedPosting:
    """One payment that was refused. ``amount``: whole kroner. ``row``: its line in the file, from 1."""

    row: int
    kind: str
    cpr: str
    invoice: int
    amount: int
    due: date
    code: str
    text: str
    voucher: str = ""


def read_status(body: bytes) -> list[FailedPosting]:
    """Every line of the file. UnreadableFile (a Danish sentence) when a single one cannot be read.

    One unread failure would count as posted, so a file is taken whole or not at all.
    """
    data = whole(io.BytesIO(body), FILE_BYTES)
    reader = csv.reader(io.StringIO(_text(data), newline=""), delimiter=";", strict=True)
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(_posting([cell.strip() for cell in cells], reader.line_num))
    except Fault as fault:
        raise UnreadableFile(f"Linje {reader.line_num}: {fault}. Intet er læst ind. Hent filen igen.") from None
    except csv.Error as error:
        raise UnreadableFile(f"Filen kan ikke læses som CSV omkring linje {reader.line_num} ({error}).") from None
    return found


def write_status(rows: Iterable[FailedPosting]) -> bytes:
    """A status file: for the demo and for tests. CPR without leading zeros, as Prisme writes a number."""
    lines = [
        f"{one.kind};{int(one.cpr)};{one.invoice:020};{one.amount};{one.due:%Y/%m/%d};{one.code};{one.text};"
        f"{one.voucher};\r\n"
        for one in rows
    ]
    return "".join(lines).encode(ENCODING)


def _text(data: bytes) -> str:
    """UTF-16-LE with or without a mark. Other encodings are refused: they would read as one long wrong line."""
    if len(data) % 2 or b"\0" not in data[:64]:
        raise UnreadableFile("Filen er ikke en statusfil: den skal være i UTF-16 (little endian).")
    try:
        return data.decode(ENCODING).removeprefix(BOM)
    except UnicodeDecodeError:
        raise UnreadableFile("Filen er ikke en statusfil: den skal være i UTF-16 (little endian).") from None


def _posting(cells: list[str], row: int) -> FailedPosting:
    if len(cells) != FIELDS:
        raise Fault(f"har {len(cells)} felter, ikke {FIELDS}")
    kind, cpr, invoice, amount, due, code, text, voucher, _ = cells
    return FailedPosting(
        row=row,
        kind=kind,
        cpr=_digits(cpr, 10, "CPR-nummeret"),
        invoice=int(_digits(invoice, 20, "fakturanummeret")),
        amount=_kroner(amount),
        due=_day(due),
        code=code,
        text=text,
        voucher=voucher,
    )


def _digits(text: str, width: int, name: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= width):
        raise Fault(f"{name} er '{shown(text)}', som ikke er et tal på højst {width} cifre")
    return text.zfill(width)


def _kroner(text: str) -> int:
    if not _WHOLE.match(text):
        raise Fault(f"beløbet er '{shown(text)}', som ikke er hele kroner")
    return int(re.split(r"[.,]", text)[0])


def _day(text: str) -> date:
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    raise Fault(f"forfaldsdagen er '{shown(text)}', som ikke er en dato (skrevet 2026/11/30)")
