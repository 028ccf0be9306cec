"""Which felter of the yearly control information (R75) a caseworker sees, by income year: a dated table.

The seed names the filter ([R75Filter]) without its content; rules/data/control_fields.csv is our reading. A felt
that is in no row is hidden and counted, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rules.code_tables import read_table


@dataclass(frozen=True, slots=True)
class ControlField:
    """One row: the felt, whether it is shown, and as which income it can be added. Years both included."""

    field: str
    name: str
    is_shown: bool
    kind: str
    first_year: int
    last_year: int | None


@cache
def _table() -> Mapping[str, tuple[ControlField, ...]]:
    found: dict[str, list[ControlField]] = {}
    for row in read_table("control_fields.csv"):
        last = int(row["to"]) if row["to"] else None
        one = ControlField(row["field"], row["name"], row["shown"] == "ja", row["kind"], int(row["from"]), last)
        found.setdefault(one.field, []).append(one)
    return {field: tuple(rows) for field, rows in found.items()}


def control_field(field: str, year: int) -> ControlField | None:
    """What a felt means in an income year; None when no row is in force. A felt is read without leading zeros."""
    for row in _table().get(field.strip().lstrip("0"), ()):
        if row.first_year <= year and (row.last_year is None or year <= row.last_year):
            return row
    return None


def is_shown(field: str, year: int) -> bool:
    """Whether a caseworker sees lines of this felt."""
    row = control_field(field, year)
    return row is not None and row.is_shown
