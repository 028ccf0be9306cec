"""FerieKonto's payments as our own CSV (SF0800/SF0802 have no public form): bytes -> dataclasses.

``anmodningsdato;personnummer;foerste_feriedag;antal_feriedage;netto_beloeb;skat_indeholdt;udbetaler_se``, dates as
2026-11-30, a full stop before decimals. Kroner are net: with tax withheld they are grossed up by a person (Q33).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from cases.integrations.reading import FAULTS_TOLD, Fault, UnreadableFile, day, is_cpr, is_se, shown, whole

COLUMNS = (
    "anmodningsdato", "personnummer", "foerste_feriedag", "antal_feriedage", "netto_beloeb", "skat_indeholdt",
    "udbetaler_se",
)  # fmt: skip
FILE_BYTES = 16 * 1024 * 1024
MOST_DAYS = 366
_NUMBER = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?\Z")


@dataclass(frozen=True, slots=True)
class HolidayLine:
    """One payment. ``error``: a Danish sentence when the line cannot be used; then only ``row`` and ``cpr`` count."""

    row: int
    cpr: str
    requested_on: date = date.min
    first_day: date = date.min
    days: Decimal = Decimal(0)
    net_amount: Decimal = Decimal(0)
    tax_withheld: bool = False
    payer_se: str = ""
    error: str | None = None

    @property
    def key(self) -> str:
        """SHA-256 of what the line says: the same payment is the same key however often it is sent."""
        parts = (self.requested_on, self.cpr, self.first_day, f"{self.days:.2f}", f"{self.net_amount:.2f}")
        return hashlib.sha256("\x1f".join(map(str, (*parts, self.tax_withheld, self.payer_se))).encode()).hexdigest()


def read_payments(source: BinaryIO | bytes) -> Iterator[HolidayLine]:
    """The file's payments in its order, the faulty lines with their sentence (the heading is row 1).

    UnreadableFile (a Danish sentence) when the file cannot be read further.
    """
    data = whole(io.BytesIO(source) if isinstance(source, bytes) else source, FILE_BYTES)
    reader = csv.reader(io.StringIO(_text(data), newline=""), delimiter=";", strict=True)
    faults = 0
    try:
        _check_heading(next(reader, []))
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = _line(cells, reader.line_num)
            faults += line.error is not None
            if faults > FAULTS_TOLD:
                raise UnreadableFile(f"Over {FAULTS_TOLD} rækker i filen har fejl. Resten er ikke læst.")
            yield line
    except csv.Error as error:
        raise UnreadableFile(f"Filen kan ikke læses som CSV omkring linje {reader.line_num} ({error}).") from None


def write_payments(lines: Iterable[HolidayLine]) -> bytes:
    """A file of payments: for the demo and for tests."""
    rows = [
        ";".join(
            [
                str(one.requested_on), one.cpr, str(one.first_day), f"{one.days:.2f}", f"{one.net_amount:.2f}",
                "ja" if one.tax_withheld else "nej", one.payer_se,
            ]
        )
        for one in lines
    ]  # fmt: skip
    return "\n".join([";".join(COLUMNS), *rows, ""]).encode()


def _text(data: bytes) -> str:
    """UTF-8, or Latin-1 from a spreadsheet."""
    if b"\0" in data:
        raise UnreadableFile("Filen er ikke en CSV-fil i UTF-8. Gem den som CSV (UTF-8), og prøv igen.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _check_heading(cells: list[str]) -> None:
    names = tuple(cell.strip().casefold() for cell in cells)
    if names != COLUMNS:
        raise UnreadableFile(f"Filens overskrifter passer ikke. De skal være {';'.join(COLUMNS)}.")


def _line(cells: list[str], row: int) -> HolidayLine:
    texts = [cell.strip() for cell in cells]
    cpr = texts[1].replace("-", "") if len(texts) > 1 else ""
    try:
        return _good_line(texts, cpr, row)
    except Fault as fault:
        return HolidayLine(row, shown(cpr), error=f"Række {row} (CPR {shown(cpr) or 'mangler'}): {fault}.")


def _good_line(texts: list[str], cpr: str, row: int) -> HolidayLine:
    if len(texts) != len(COLUMNS):
        raise Fault(f"har {len(texts)} felter, ikke {len(COLUMNS)}")
    requested, _, first, days, amount, tax, payer = texts
    if not is_cpr(cpr):
        raise Fault("personnummer har ikke ti cifre")
    if tax.casefold() not in ("ja", "nej"):
        raise Fault(f"skat_indeholdt er '{shown(tax)}' og skal være ja eller nej")
    if not is_se(payer):
        raise Fault(f"udbetaler_se er '{shown(payer)}', som ikke er otte cifre")
    number = _positive(days, "antal_feriedage")
    if number > MOST_DAYS:
        raise Fault(f"antal_feriedage er '{shown(days)}', som er over {MOST_DAYS}")
    return HolidayLine(
        row=row,
        cpr=cpr,
        requested_on=day(requested, "anmodningsdato"),
        first_day=day(first, "foerste_feriedag"),
        days=number,
        net_amount=_positive(amount, "netto_beloeb"),
        tax_withheld=tax.casefold() == "ja",
        payer_se=payer,
    )


def _positive(text: str, name: str) -> Decimal:
    if not _NUMBER.match(text) or not Decimal(text):
        raise Fault(f"{name} er '{shown(text)}', som ikke er et tal over 0 (skrevet 2310.50)")
    return Decimal(text)
