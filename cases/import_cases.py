"""Bring a municipality's cases in from a CSV file (see COLUMNS): faults by row and column, good rows kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.csv_table import csv_table
from cases.link_events import link_events
from cases.models import Citizen, EarlierSubsidy, Grant, Job, Municipality, User, WageCeiling, birth_date_of
from rules.months import Month

REASON = "Indlæst fra fil"
SUBSIDY = re.compile(r"tilskud_(\d{4}-\d{2})\Z")


class Fault(ValueError):  # noqa: N818
    """What is wrong with one cell, in Danish."""


def read_cpr(text: str) -> str:
    cpr = text.replace("-", "").replace(" ", "")
    if len(cpr) == 9 and cpr.isascii() and cpr.isdigit():
        cpr = "0" + cpr
    if not re.fullmatch(r"\d{10}", cpr):
        raise Fault(f"'{text}' er ikke et CPR-nummer med ti cifre")
    try:
        birth_date_of(cpr)
    except ValueError:
        raise Fault(f"'{text}' begynder ikke med en dato, der findes") from None
    return cpr


def _se(text: str) -> str:
    number = text.replace(" ", "")
    if not re.fullmatch(r"\d{8}", number):
        raise Fault(f"'{text}' er ikke et SE-nummer med otte cifre")
    return number


def _day(text: str) -> date:
    for pattern in (r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", r"(?P<d>\d{1,2})[.-](?P<m>\d{1,2})[.-](?P<y>\d{4})"):
        if found := re.fullmatch(pattern, text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    raise Fault(f"'{text}' er ikke en dato. Skriv den som 2026-11-30 eller 30.11.2026")


def read_amount(text: str) -> Decimal:
    """1.234,50 or 1234.50 or 1234,5: with a comma the full stops are thousands."""
    plain = text.replace(" ", "").removesuffix("kr.")
    plain = plain.replace(".", "").replace(",", ".") if "," in plain else plain
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Fault(f"'{text}' er ikke et tal") from None
    if not value.is_finite() or abs(value) >= 10**10 or value != round(value, 2):
        raise Fault(f"'{text}' er ikke et tal med højst to decimaler")
    return value


def _amount(text: str) -> Decimal:
    value = read_amount(text)
    if value < 0:
        raise Fault(f"'{text}' må ikke være negativt")
    return value


def _tax(text: str) -> int:
    value = _amount(text)
    if value != int(value) or value >= 100:
        raise Fault(f"'{text}' er ikke en trækprocent (hele procent under 100)")
    return int(value)


def _yes(text: str) -> bool:
    if text.casefold() in ("ja", "1", "x"):
        return True
    if text.casefold() in ("nej", "0"):
        return False
    raise Fault(f"'{text}' skal være ja eller nej")


@dataclass(frozen=True)
class Column:
    """A column of the file: how its text is read, whether it must be filled, what it is for."""

    read: Callable[[str], Any]
    needed: bool
    about: str


COLUMNS: dict[str, Column] = {
    "cpr": Column(read_cpr, True, "CPR-nummer, med eller uden bindestreg"),
    "navn": Column(str, True, "borgerens navn"),
    "sagsnummer": Column(str, False, "kommunens sagsnummer; ellers dannes et"),
    "adresse": Column(str, False, "adresse til breve"),
    "beskyttet": Column(_yes, False, "ja, hvis navn og adresse er beskyttet"),
    "bevilling_fra": Column(_day, True, "bevillingens første dag"),
    "bevilling_til": Column(_day, False, "bevillingens sidste dag; tom uden slutdato"),
    "arbejdsgiver_se": Column(_se, True, "fleksjobbets SE-nummer"),
    "job_fra": Column(_day, False, "jobbets første dag; ellers bevillingens"),
    "loenloft": Column(_amount, False, "lønloft pr. måned; tom giver en opgave hver måned"),
    "loenloft_fra": Column(_day, False, "lønloftet gælder fra; ellers bevillingens første dag"),
    "forventet_loen": Column(_amount, False, "forventet løn pr. måned"),
    "aftalte_timer": Column(_amount, False, "aftalte timer pr. måned"),
    "pension_procent": Column(_amount, False, "aftalt pension i alt, procent af lønnen"),
    "traekprocent": Column(_tax, False, "trækprocent, til bruttoficering af nettoferiepenge"),
}
"""Besides these any number of columns ``tilskud_ÅÅÅÅ-MM``: the subsidy that was paid for that benefit month."""

NEEDED = tuple(name for name, column in COLUMNS.items() if column.needed)


def _knows(name: str) -> bool:
    return name in COLUMNS or SUBSIDY.match(name) is not None


@dataclass
class CasesRead:
    """What the file holds: good rows, and faults as sentences with row and column."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    created: int = 0
    known: int = 0


def import_cases(
    data: bytes, municipality: Municipality, user: User, *, save: bool, now: datetime | None = None
) -> CasesRead:
    """Read the file; with ``save`` write every good row. A case that is there already is left as it is.

    The jobcentre's events that came before their citizen are linked to those that are written.
    Refused as a whole when it is not a readable CSV file or a needed column is missing.
    """
    result = CasesRead()
    for number, cells in csv_table(data, NEEDED, _knows):
        try:
            result.rows.append({"row": number, **_read_row(cells)})
        except ExceptionGroup as group:
            result.faults += [f"Række {number}, {fault}." for fault in group.exceptions]
    _refuse_doubles(result)
    with transaction.atomic():
        known, open_cases, numbers = _standing(municipality)
        written = []
        for row in result.rows:
            if (row["cpr"], row["bevilling_fra"]) in known:
                result.known += 1
            elif row.get("bevilling_til") is None and row["cpr"] in open_cases:
                result.faults.append(f"Række {row['row']}, kolonne cpr: har allerede en sag uden slutdato.")
            elif row.get("sagsnummer") in numbers:
                result.faults.append(f"Række {row['row']}, kolonne sagsnummer: {row['sagsnummer']} er brugt.")
            else:
                result.created += 1
                if save:
                    written.append(_write(row, municipality, user))
        link_events(written, user, now or timezone.now())
    return result


def _read_row(cells: dict[str, str]) -> dict[str, Any]:
    """The cells as values. Raises an ExceptionGroup with every fault of the row."""
    faults: list[Exception] = []
    values: dict[str, Any] = {"subsidies": {}}
    for name, text in cells.items():
        try:
            if found := SUBSIDY.match(name):
                if text:
                    values["subsidies"][Month.parse(found[1])] = _amount(text)
            elif text:
                values[name] = COLUMNS[name].read(text)
            elif COLUMNS[name].needed:
                raise Fault("skal udfyldes")
        except ValueError as error:
            faults.append(Fault(f"kolonne {name}: {error}"))
    first, last = values.get("bevilling_fra"), values.get("bevilling_til")
    if first and last and last < first:
        faults.append(Fault("kolonne bevilling_til: ligger før bevilling_fra"))
    if faults:
        raise ExceptionGroup("row", faults)
    return values


def _refuse_doubles(result: CasesRead) -> None:
    """The same citizen or case number twice in the file is a fault of the later row."""
    seen: dict[tuple[str, str], int] = {}
    good = []
    for row in result.rows:
        keys = [(name, row[name]) for name in ("cpr", "sagsnummer") if row.get(name)]
        again = next((key for key in keys if key in seen), None)
        if again:
            name, value = again
            result.faults.append(f"Række {row['row']}, kolonne {name}: {value} står også i række {seen[again]}.")
            continue
        seen.update(dict.fromkeys(keys, row["row"]))
        good.append(row)
    result.rows = good


def _standing(municipality: Municipality) -> tuple[set[tuple[str, date]], set[str], set[str]]:
    """The cases there are: (CPR, first day), CPR of those without an end, and case numbers."""
    rows = list(Grant.objects.of(municipality).values_list("citizen__cpr", "first_day", "last_day", "number"))
    return (
        {(cpr, first) for cpr, first, _, _ in rows},
        {cpr for cpr, _, last, _ in rows if last is None},
        {number for *_, number in rows},
    )


def _write(row: dict[str, Any], municipality: Municipality, user: User) -> Citizen:
    citizen = Citizen.objects.of(municipality).filter(cpr=row["cpr"]).first() or Citizen(
        municipality=municipality, cpr=row["cpr"], birth_date=birth_date_of(row["cpr"])
    )
    citizen.name, citizen.address = row["navn"], row.get("adresse", citizen.address)
    citizen.is_protected = row.get("beskyttet", citizen.is_protected)
    citizen.tax_percent = row.get("traekprocent", citizen.tax_percent)
    _save(citizen, user)
    grant = Grant(
        municipality=municipality,
        citizen=citizen,
        number=row.get("sagsnummer") or next_number(municipality),
        first_day=row["bevilling_fra"],
        last_day=row.get("bevilling_til"),
        expected_wage=row.get("forventet_loen"),
    )
    _save(grant, user)
    job = Job(
        grant=grant,
        se_number=row["arbejdsgiver_se"],
        first_day=row.get("job_fra") or grant.first_day,
        agreed_hours=row.get("aftalte_timer"),
        agreed_pension_percent=row.get("pension_procent"),
    )
    _save(job, user)
    if row.get("loenloft") is not None:
        first = row.get("loenloft_fra") or grant.first_day
        _save(WageCeiling(grant=grant, amount=row["loenloft"], first_day=first, source=REASON), user)
    for month, amount in row["subsidies"].items():
        _save(EarlierSubsidy(grant=grant, benefit_month=month, amount=amount), user)
    return citizen


def _save(row: Any, user: User) -> None:
    row._history_user, row._change_reason = user, REASON
    row.save()


def next_number(municipality: Municipality) -> str:
    """The next free case number: 0999-00412."""
    count = Grant.objects.of(municipality).count()
    while True:
        count += 1
        number = f"{municipality.code}-{count:05d}"
        if not Grant.objects.of(municipality).filter(number=number).exists():
            return number
