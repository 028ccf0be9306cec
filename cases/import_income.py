"""Read an answer of eIndkomst into rows: raw kept, reports classified, the same file twice changes nothing."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction

from cases.collector import collector_paused
from cases.income_rows import COLUMNS, Normalised, normalise
from cases.integrations.eindkomst import PersonAnswer, UnreadableAnswer, read_answer
from cases.models import Citizen, IncomeFile, IncomeReport, Municipality, RawAnswer, User
from cases.recheck import recheck
from cases.refused import Refused
from cases.write_many import ids_of, reserve_ids, write_many, write_values
from rules.months import Month

PERSONS_AT_A_TIME = 1000
FAST = 1
"""zlib's level: half the time of the best one, a tenth more bytes."""


@dataclass
class ReadPerson:
    """One person of a file: what was read, or the sentence that says why not."""

    cpr: str
    reports: list[Normalised] = field(default_factory=list)
    fault: str = ""
    raw: bytes = b""
    has_case: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "cpr": self.cpr,
            "has_case": self.has_case,
            "error": self.fault or None,
            "reports": [one.as_json() for one in self.reports],
        }


@dataclass
class Imported:
    """What a file gave. ``unreadable``: why it could not be read to its end; what came before it is kept."""

    name: str
    persons: list[ReadPerson] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unreadable: str = ""
    read: int = 0
    new_reports: int = 0
    without_case: int = 0
    touched: set[tuple[int, Month]] = field(default_factory=set)

    @property
    def exit_code(self) -> int:
        return 2 if self.unreadable else 1 if self.faults else 0

    @property
    def said(self) -> str:
        return (
            f"{self.read} personer læst, {self.new_reports} nye indberetninger, "
            f"{self.without_case} uden sag (ikke gemt), {len(self.faults)} med fejl."
        )


def import_income(
    source: BinaryIO,
    name: str,
    *,
    user: User,
    now: datetime,
    municipality: Municipality | None = None,
    dry_run: bool = False,
    keep_persons: bool = False,
) -> Imported:
    """Read one file. Good persons are kept also when others fail or the file breaks off.

    municipality: needed only where several hold a CPR number. keep_persons: list them in the result.
    """
    result = Imported(name)
    hashed = _Hashing(source)
    with transaction.atomic():
        writer = _Writer(result, municipality, user, now)
        for persons in _in_parts(_read(hashed, result)):
            with collector_paused():
                writer.take(persons, dry_run=dry_run)
            if keep_persons:
                result.persons += persons
        if not dry_run:
            writer.finish(hashed.sha256)
    if result.touched and not dry_run:
        recheck(result.touched, user, now)
    return result


def _read(source: Any, result: Imported) -> Iterator[ReadPerson]:
    try:
        for person in read_answer(source):
            result.read += 1
            yield _read_person(person)
    except UnreadableAnswer as error:
        result.unreadable = f"{result.name}: {error}"


def _read_person(person: PersonAnswer) -> ReadPerson:
    if person.error:
        return ReadPerson(person.cpr, fault=person.error, raw=person.raw)
    try:
        return ReadPerson(person.cpr, normalise(person.reports), raw=person.raw)
    except ValueError as error:
        return ReadPerson(person.cpr, fault=f"Person {person.index} ({person.cpr}): {error}", raw=person.raw)


def _in_parts(persons: Iterator[ReadPerson]) -> Iterator[list[ReadPerson]]:
    while True:
        with collector_paused():
            part = list(islice(persons, PERSONS_AT_A_TIME))
        if not part:
            return
        yield part


_Owner = tuple[int, int, int]
"""Ids of a citizen, the municipality and the case."""
_Owned = tuple[_Owner, ReadPerson]


class _Writer:
    """Writes persons part by part, one IncomeFile per municipality that has something in the file."""

    def __init__(self, result: Imported, municipality: Municipality | None, user: User, now: datetime) -> None:
        self._result, self._municipality, self._user, self._now = result, municipality, user, now
        self._files: dict[int, IncomeFile] = {}
        self._ids: list[int] = []

    def take(self, persons: list[ReadPerson], *, dry_run: bool) -> None:
        citizens = self._citizens(persons)
        good = []
        for person in persons:
            owners = citizens.get(person.cpr, [])
            person.has_case = bool(owners)
            if len(owners) > 1:
                person.fault = f"{person.cpr} har sag i flere kommuner. Angiv kommunen med --municipality."
            if person.fault:
                self._result.faults.append(f"{self._result.name}: {person.fault}")
            elif not owners:
                self._result.without_case += 1
            else:
                good.append((owners[0], person))
        if good:
            self._write(good, dry_run=dry_run)

    def _citizens(self, persons: list[ReadPerson]) -> dict[str, list[_Owner]]:
        """By CPR the owners of those who have a case."""
        rows = Citizen.objects.filter(cpr__any_text=[one.cpr for one in persons], grants__isnull=False)
        if self._municipality:
            rows = rows.of(self._municipality)
        found: dict[str, dict[int, _Owner]] = {}
        for cpr, id_, owner, grant in rows.values_list("cpr", "id", "municipality_id", "grants__id"):
            found.setdefault(cpr, {})[id_] = (id_, owner, grant)
        return {cpr: list(owners.values()) for cpr, owners in found.items()}

    def _write(self, good: list[_Owned], *, dry_run: bool) -> None:
        raw_ids = self._raw(good, dry_run=dry_run)
        asked = [(citizen, one.key) for (citizen, _, _), person in good for one in person.reports]
        known = set(ids_of(IncomeReport, ("citizen_id", "key"), asked))
        rows: list[tuple[Any, ...]] = []
        for ((citizen, _, grant), person), raw_id in zip(good, raw_ids, strict=True):
            for one in person.reports:
                if (citizen, one.key) in known:
                    continue
                known.add((citizen, one.key))
                rows.append((citizen, raw_id, *one.columns()))
                self._result.touched.add((grant, one.month))
        self._result.new_reports += len(rows)
        if not dry_run:
            write_values(IncomeReport, ("citizen_id", "answer_id", *COLUMNS), rows)

    def _raw(self, good: list[_Owned], *, dry_run: bool) -> list[int | None]:
        """Keep each person's element; the same content is kept once. The raw answers' ids."""
        keys = [(who[0], hashlib.sha256(person.raw).hexdigest()) for who, person in good]
        ids = ids_of(RawAnswer, ("citizen_id", "sha256"), keys)
        if not dry_run:
            owned = zip(keys, good, strict=True)
            new = {key: (owner, person.raw) for key, ((_, owner, _), person) in owned if key not in ids}
            rows = [(*key, self._file(owner).pk, zlib.compress(raw, FAST)) for key, (owner, raw) in new.items()]
            written = write_values(RawAnswer, ("citizen_id", "sha256", "file_id", "body"), rows)
            ids.update(zip(new, written, strict=True))
        return [ids.get(key) for key in keys]

    def _file(self, owner: int) -> IncomeFile:
        if owner not in self._files:
            if not self._files:
                self._ids = reserve_ids(IncomeFile, Municipality.objects.count())
            self._files[owner] = IncomeFile(id=self._ids.pop(0), municipality_id=owner, name=self._result.name[:200])
        return self._files[owner]

    def finish(self, sha256: str) -> None:
        """Write the file's own row, when it brought anything new or has faults to tell its municipality."""
        faults = [*self._result.faults, *filter(None, [self._result.unreadable])]
        if faults and self._municipality:
            self._file(self._municipality.pk)
        for file in self._files.values():
            file.sha256, file.persons, file.reports = sha256, self._result.read, self._result.new_reports
            file.without_case, file.faults = self._result.without_case, faults
            file.read_at, file.read_by = self._now, self._user
        write_many(list(self._files.values()))


class _Hashing:
    """A stream whose bytes are hashed as they pass."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def municipality_of(code: str) -> Municipality:
    """The municipality with a code. Refused with a sentence when there is none."""
    found = Municipality.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Municipality.objects.values_list("code", flat=True)) or "ingen endnu"
        raise Refused(f"Der er ingen kommune med koden {code}. Kendte koder: {known}.")
    return found
