"""A table of figures, and its forms: the same rows go to the screen, CSV, the spreadsheet and the PDF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from rules.money import danish

TEXT, COUNT, KRONER, PERCENT = "text", "count", "kroner", "percent"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHEET_FORMATS = {COUNT: "#,##0", KRONER: "#,##0.00", PERCENT: '0.0" %"'}
SHEET_NAME = 31
WIDEST = 70

Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Column:
    """``kind``: text, count, kroner (Decimal), or percent (Decimal, 12.5 means 12,5 %)."""

    name: str
    kind: str = TEXT

    @property
    def is_number(self) -> bool:
        return self.kind != TEXT

    def shown(self, cell: Cell) -> str:
        """As a Danish reader writes it; nothing for None."""
        if cell is None:
            return ""
        if self.kind == KRONER:
            return danish(Decimal(cell))
        if self.kind == PERCENT:
            return f"{danish(Decimal(cell)).removesuffix('0')} %"
        return f"{cell:,}".replace(",", ".") if self.kind == COUNT else str(cell)

    def plain(self, cell: Cell) -> str:
        """For CSV: comma decimals, no thousands points, no unit."""
        if cell is None:
            return ""
        if self.kind in (KRONER, PERCENT):
            text = danish(Decimal(cell)).replace(".", "")
            return text if self.kind == KRONER else text.removesuffix("0")
        return str(cell)


@dataclass(frozen=True)
class Shown:
    """A row ready for a page: its first cell heads it. ``link``: where the first cell leads, or ""."""

    head: str
    cells: tuple[tuple[str, bool], ...]
    is_sum: bool
    link: str


@dataclass(frozen=True)
class Table:
    """``name`` is short (a sheet's name); ``sums``: how many of the last rows are totals; ``links``: one a row."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: int = 0
    note: str = ""
    empty: str = "Der er intet at vise."
    links: tuple[str, ...] = ()

    def shown(self) -> Iterator[Shown]:
        """The rows as texts."""
        for at, row in enumerate(self.rows):
            texts = [column.shown(cell) for column, cell in zip(self.columns, row, strict=True)]
            cells = tuple((text, column.is_number) for column, text in zip(self.columns[1:], texts[1:], strict=True))
            link = self.links[at] if at < len(self.links) else ""
            yield Shown(texts[0], cells, at >= len(self.rows) - self.sums, link)


@dataclass(frozen=True)
class Sheet:
    """A report as a file: its title, the lines that say when and by whom it was drawn, and its tables."""

    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]


def as_csv(sheet: Sheet) -> str:
    """For a Danish spreadsheet: byte order mark, semicolons, comma decimals. An empty line before each table."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([safe_cell(text)] for text in (sheet.title, *sheet.lines))
    for table in sheet.tables:
        writer.writerow([])
        writer.writerow([safe_cell(table.title)])
        writer.writerow([column.name for column in table.columns])
        for row in table.rows:
            writer.writerow(
                [
                    column.plain(cell) if column.is_number else safe_cell(column.plain(cell))
                    for column, cell in zip(table.columns, row, strict=True)
                ]
            )
    return "\ufeff" + out.getvalue()


def safe_cell(text: str) -> str:
    """A text that a spreadsheet would run as a formula, quoted with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook: one sheet a table, numbers as numbers, and a first sheet that says what it is."""
    book = Workbook()
    first = book.active
    first.title = "Rapport"
    for line in (sheet.title, *sheet.lines):
        first.append([""])
        _write(first.cell(first.max_row, 1), Column(""), line)
    first["A1"].font = Font(bold=True, size=14)
    first.column_dimensions["A"].width = WIDEST
    for table in sheet.tables:
        _fill(book.create_sheet(table.name[:SHEET_NAME]), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, table: Table) -> None:
    page["A1"].font = Font(bold=True)
    _write(page["A1"], Column(""), table.title)
    for at, column in enumerate(table.columns, start=1):
        head = page.cell(3, at)
        _write(head, Column(""), column.name)
        head.font, head.alignment = Font(bold=True), Alignment(horizontal="right" if column.is_number else "left")
        page.column_dimensions[get_column_letter(at)].width = _width(table, at - 1)
    for number, row in enumerate(table.rows):
        is_sum = number >= len(table.rows) - table.sums
        for at, (column, value) in enumerate(zip(table.columns, row, strict=True), start=1):
            cell = page.cell(4 + number, at)
            _write(cell, column, value)
            cell.font = Font(bold=is_sum)
    page.freeze_panes = "B4"


def _write(cell: SheetCell, column: Column, value: Cell) -> None:
    """A number as a number; a text always as a text, also when it looks like a formula."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    elif column.kind in SHEET_FORMATS:
        cell.number_format = SHEET_FORMATS[column.kind]


def _width(table: Table, at: int) -> int:
    column = table.columns[at]
    texts = [column.name, *(column.shown(row[at]) for row in table.rows)]
    return min(WIDEST, 3 + max(len(text) for text in texts))


def columns(*named: tuple[str, str] | str) -> tuple[Column, ...]:
    """Columns from names, or (name, kind)."""
    return tuple(Column(one) if isinstance(one, str) else Column(*one) for one in named)


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """In percent, one decimal, half to even; None of nothing."""
    return round(Decimal(100 * part) / Decimal(whole), 1) if whole else None


def summed(rows: Iterable[Sequence[Cell]], at: int) -> Decimal:
    return sum((Decimal(row[at] or 0) for row in rows), Decimal(0))
