"""A CSV file that a person has made in a spreadsheet: semicolon or comma, UTF-8 or Latin-1."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator

from cases.refused import Refused


def csv_table(
    data: bytes, needed: Collection[str], knows: Callable[[str], bool]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number (the heading is row 1) and cells by column name, in small letters.

    Refused (Danish) when it is no CSV file, or a needed column is missing, or one is not known.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise Refused("Filen er ikke en CSV-fil. Gem regnearket som CSV, og prøv igen.")
    heading = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in heading else ",", strict=True)
    try:
        names = [(name or "").strip().casefold() for name in reader.fieldnames or []]
        _refuse_headings(names, needed, knows)
        reader.fieldnames = names
        for cells in reader:
            yield reader.line_num, {name: (cells[name] or "").strip() for name in names}
    except csv.Error as error:
        raise Refused(f"Filen kan ikke læses som CSV omkring linje {reader.line_num}: {error}.") from None


def _refuse_headings(names: list[str], needed: Collection[str], knows: Callable[[str], bool]) -> None:
    missing = [name for name in needed if name not in names]
    unknown = [name for name in names if not knows(name)]
    if missing or unknown:
        said = [f"mangler {', '.join(missing)}"] * bool(missing) + [f"kender ikke {', '.join(unknown)}"] * bool(unknown)
        raise Refused(f"Filens overskrifter passer ikke: {' og '.join(said)}. Se kolonnerne i vejledningen.")
