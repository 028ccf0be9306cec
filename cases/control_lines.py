"""R75, the yearly control information: read from our own CSV, shown through a filter, added as income by a person.

The file: UTF-8, semicolons, a header with COLUMNS in any order; amounts as 1234.50 or 1.234,50. A line is known by
its content: the same file twice adds nothing, and two equal lines in one file are two.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.changed import changed
from cases.import_cases import Fault, read_amount, read_cpr
from cases.models import AddedIncome, Citizen, ControlLine, Grant, Municipality, User
from cases.models.income import IncomeKind
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import month_name
from rules.control_fields import control_field, is_shown
from rules.frozen import digest
from rules.money import ZERO, oere
from rules.months import Month

COLUMNS = ("personnummer", "indkomstaar", "felt", "tekst", "beloeb")
MONTHS_A_YEAR = 12


@dataclass
class Imported:
    """What came of a file: lines read, new ones, persons without a case here, and faults by line."""

    name: str
    read: int = 0
    new: int = 0
    known: int = 0
    without_case: int = 0
    faults: list[str] = field(default_factory=list)
    unreadable: str = ""

    @property
    def exit_code(self) -> int:
        """0: read; 1: at least one line failed; 2: the file could not be read."""
        return 2 if self.unreadable else int(bool(self.faults))

    @property
    def said(self) -> str:
        return (
            f"{self.read} linjer læst, {self.new} nye, {self.known} kendt i forvejen, "
            f"{self.without_case} uden borger (ikke gemt), {len(self.faults)} med fejl."
        )


@dataclass(frozen=True)
class Shown:
    """A citizen's lines as the filter lets them through, and how many it hides."""

    lines: list[ControlLine]
    hidden: int


@dataclass(frozen=True)
class _Line:
    cpr: str
    year: int
    code: str
    text: str
    amount: Decimal

    @property
    def content(self) -> list[Any]:
        return [self.cpr, self.year, self.code, self.text, str(oere(self.amount))]


def import_control_lines(
    data: bytes, name: str, user: User, now: datetime, municipality: Municipality | None = None
) -> Imported:
    """Read a file. Good lines are kept, each fault names its line; nothing of an unreadable file is kept."""
    result = Imported(name)
    try:
        rows = list(_rows(data))
    except ValueError as error:
        result.unreadable = f"{name}: {error}"
        return result
    good = [line for number, row in rows if (line := _read(number, row, result)) is not None]
    with transaction.atomic():
        _keep(good, municipality, result, now)
    return result


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("filen er ikke UTF-8. Gem den som CSV UTF-8, og prøv igen.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(f"filen mangler kolonnen {' og '.join(missing)}.")
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ValueError(f"filen kan ikke læses efter linje {reader.line_num} ({error}).") from None


def _read(number: int, row: dict[str, str], result: Imported) -> _Line | None:
    result.read += 1
    texts = {name: (row[name] or "").strip() for name in COLUMNS}
    try:
        year = texts["indkomstaar"]
        if not (year.isascii() and year.isdigit() and 2000 <= int(year) <= 2100):
            raise Fault(f"'{year}' er ikke et indkomstår")
        if not texts["felt"] or len(texts["felt"]) > 20:
            raise Fault(f"'{texts['felt']}' er ikke et felt")
        cpr, amount = read_cpr(texts["personnummer"]), read_amount(texts["beloeb"])
        return _Line(cpr, int(year), texts["felt"], texts["tekst"][:160], amount)
    except Fault as fault:
        result.faults.append(f"{result.name}, linje {number}: {fault}.")
        return None


def _keep(lines: list[_Line], municipality: Municipality | None, result: Imported, now: datetime) -> None:
    citizens = Citizen.objects.filter(cpr__in={line.cpr for line in lines})
    if municipality is not None:
        citizens = citizens.of(municipality)
    by_cpr: defaultdict[str, list[Citizen]] = defaultdict(list)
    for citizen in citizens:
        by_cpr[citizen.cpr].append(citizen)
    known = set(ControlLine.objects.filter(citizen__in=citizens).values_list("citizen_id", "key"))
    counts: defaultdict[str, int] = defaultdict(int)
    new = []
    for line in lines:
        ordinal = digest(line.content)
        counts[ordinal] += 1
        key = digest([*line.content, counts[ordinal]])
        found = by_cpr.get(line.cpr, [])
        result.without_case += not found
        fresh = [citizen for citizen in found if (citizen.pk, key) not in known]
        result.new += bool(fresh)
        result.known += bool(found) and not fresh
        new += [
            ControlLine(
                citizen=citizen, key=key, year=line.year, code=line.code, text=line.text, amount=line.amount,
                imported_at=now,
            )
            for citizen in fresh
        ]  # fmt: skip
    ControlLine.objects.bulk_create(new)


def control_lines(citizen: Citizen, year: int | None = None) -> Shown:
    """What a caseworker sees of the citizen's R75, the newest year first; the rest is counted."""
    rows = ControlLine.objects.filter(citizen=citizen).order_by("-year", "code", "id")
    found = list(rows.filter(year=year) if year else rows)
    lines = [line for line in found if is_shown(line.code, line.year)]
    return Shown(lines, len(found) - len(lines))


def proposed_monthly(line: ControlLine) -> Decimal:
    """One twelfth of the year's amount, a deficit as 0 kr. (Q10). Kroner with øre."""
    return oere(max(ZERO, line.amount) / MONTHS_A_YEAR)


def add_as_income(
    line: ControlLine,
    grant: Grant,
    first_month: Month,
    last_month: Month,
    monthly: Decimal,
    source: str,
    user: User,
    now: datetime,
) -> list[AddedIncome]:
    """Add a line as income of months of its year (bekg. 227/2024 § 1, stk. 1, nr. 3; Q10): "Tilføj som indtægt".

    A person says how much a month, and why. Each month can have it once.
    """
    source = said(source, "Skriv, hvad du bygger beløbet på, fx borgerens oplysning eller en tolvtedel af året.")
    meaning = control_field(line.code, line.year)
    if meaning is None or not meaning.kind or line.citizen_id != grant.citizen_id:
        raise Refused("Linjen kan ikke tilføjes som indtægt på sagen.")
    if monthly <= 0:
        raise Refused("Beløbet pr. måned skal være over 0 kr. Et underskud tæller ikke.")
    if not first_month <= last_month or {first_month.year, last_month.year} != {line.year}:
        raise Refused(f"Vælg måneder i {line.year}, fra den første til den sidste.")
    mark = f"R75 {line.year} felt {line.code} ({line.pk}): "
    with transaction.atomic():
        row = held(grant)
        months = [first_month + number for number in range(first_month.until(last_month) + 1)]
        there = AddedIncome.objects.filter(grant=row, month__in=months, source__startswith=mark).first()
        if there:
            raise Refused(f"Linjen er allerede tilføjet som indtægt i {month_name(there.month)}.")
        common = {"grant": row, "kind": IncomeKind(meaning.kind), "amount": monthly, "source": f"{mark}{source}"[:200]}
        added = [saved(AddedIncome(month=month, **common), user, source) for month in months]
        changed(row, first_month + 1, last_month + 1, f"Indtægt tilføjet fra R75: {source}", user, now)
        return added
