"""What Revision found as files: every change and every look that fits, as CSV or as a workbook.

Read a page at a time and written as it is read. Every citizen in a file is a look (kind "Udtræk") in the access log.
A protected address is not in the changes (cases.change_fields), and the looks have none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from cases.access import log_many
from cases.change_log import Change, Query, all_pages
from cases.models import AccessLog, Citizen, User
from cases.refused import Refused
from cases.tables import safe_cell

PURPOSE = "Revision og tilsyn"
PAGE = 500
MOST_IN_WORKBOOK = 200_000
CHANGES_HEAD = ("Hvornår", "Hvem", "Hvad", "Slags", "Sag eller navn", "Borger", "Felt", "Før", "Efter", "Hvorfor")
LOOKS_HEAD = ("Hvornår", "Hvem", "Borger", "Hvad", "Formål", "Slags", "På sig selv", "Beskyttet borger")

Row = Sequence[str]


@dataclass
class Logged:
    """Writes the look at each citizen in a file once, before their first row is given."""

    user: User
    action: str

    def __post_init__(self) -> None:
        self._seen: set[int] = set()
        self.names: dict[int, str] = {}

    def see(self, citizens: Iterable[int | None]) -> None:
        new = {one for one in citizens if one is not None} - self._seen
        if new:
            log_many(self.user, new, self.action, PURPOSE)
            self.names |= dict(Citizen.objects.filter(pk__in=new).values_list("pk", "name"))
            self._seen |= new


def change_rows(query: Query, user: User) -> Iterator[Row]:
    """A row for each field of each change, newest first."""
    logged = Logged(user, "Revision: udtræk af ændringer")
    yield CHANGES_HEAD
    for changes in all_pages(query, PAGE):
        logged.see(change.citizen for change in changes)
        for change in changes:
            yield from _fields(change, logged.names.get(change.citizen or 0, ""))


def _fields(change: Change, name: str) -> Iterator[Row]:
    start = (_time(change.when), change.who, change.what, change.kind, change.subject, name)
    for field in change.fields:
        yield (*start, field.name, field.before, field.after, change.why)
    if not change.fields:
        yield (*start, "", "", "", change.why)


def look_rows(looks: QuerySet[AccessLog], user: User) -> Iterator[Row]:
    """A row for each look, newest first."""
    logged = Logged(user, "Revision: udtræk af opslag")
    yield LOOKS_HEAD
    for rows in _pages(looks):
        logged.see(one.citizen_id for one in rows)
        for one in rows:
            yield (
                _time(one.happened_at), str(one.user), one.citizen.name, one.action, one.purpose,
                one.get_kind_display(), "ja" if one.is_own else "", "ja" if one.is_protected else "",
            )  # fmt: skip


def _pages(looks: QuerySet[AccessLog]) -> Iterator[list[AccessLog]]:
    """By falling id, so that a deep page costs what the first one does."""
    at: int | None = None
    while True:
        rows = list((looks if at is None else looks.filter(pk__lt=at)).order_by("-pk")[:PAGE])
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        at = rows[-1].pk


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """For a Danish spreadsheet: byte order mark, semicolons; text that would run as a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(one) for one in row])
        if number % PAGE == 1:  # the headings at once: the browser knows that it is coming
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def as_workbook(sheets: dict[str, Iterable[Row]]) -> Any:
    """An open file with one sheet for each; it is gone when it is closed. Refused when it would be too large."""
    book = Workbook(write_only=True)
    try:
        for title, rows in sheets.items():
            _fill(book.create_sheet(title), rows)
    except Refused:
        for sheet in book.worksheets:  # what is written so far lies in files that only openpyxl knows of
            sheet.close()
            sheet._writer.cleanup()
        raise
    file = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _fill(sheet: Any, rows: Iterable[Row]) -> None:
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        if number > MOST_IN_WORKBOOK:
            raise Refused(
                f"Der er flere end {MOST_IN_WORKBOOK:,} rækker. ".replace(",", ".")
                + "Vælg en kortere periode, eller hent filen som CSV."
            )
        sheet.append([_cell(sheet, one, is_head=number == 0) for one in row])


def _cell(sheet: Any, text: str, *, is_head: bool) -> WriteOnlyCell:
    """Text, never a formula."""
    cell = WriteOnlyCell(sheet, value=_without_control(text))
    cell.data_type = "s"
    if is_head:
        cell.font = Font(bold=True)
    return cell


def _without_control(text: str) -> str:
    """A workbook cannot hold control characters."""
    return "".join(one for one in text if one >= " " or one in "\t\n")


def _time(moment: Any) -> str:
    return f"{localtime(moment):%d.%m.%Y %H:%M:%S}"
