"""The code tables of rules/data: what a felt, an indkomsttype and an indtægtsart mean, from which month."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rules.months import Month

DATA = Path(__file__).parent / "data"
NUMBER = re.compile(r"[+-]?\d{1,13}(\.\d{1,4})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldMeaning:
    """One row of fields.csv. type: amount, number, text, code, cross or month. role: see ``report_block.Block``."""

    form: str
    number: str
    name: str
    type: str
    role: str
    certainty: str

    @property
    def label(self) -> str:
        return f"felt {self.number} ({self.name})"


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One row of income_types.csv or income_arts.csv, in force from a month."""

    code: str
    name: str
    treatment: str
    kind: str
    certainty: str
    first_month: Month


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table in rules/data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@cache
def field_meanings() -> Mapping[tuple[str, str], FieldMeaning]:
    """(blanket, felt) -> meaning."""
    rows = read_table("fields.csv")
    return {
        (row["blanket"], row["felt"]): FieldMeaning(
            row["blanket"], row["felt"], row["name"], row["type"], row["role"], row["certainty"]
        )
        for row in rows
    }


@cache
def code_meanings(table: str) -> Mapping[str, tuple[CodeMeaning, ...]]:
    """Code -> its rows, the newest first. table: "income_types" or "income_arts"."""
    found: dict[str, list[CodeMeaning]] = {}
    for row in read_table(f"{table}.csv"):
        meaning = CodeMeaning(
            row["code"], row["name"], row["treatment"], row["kind"], row["certainty"], Month.parse(row["from"])
        )
        found.setdefault(meaning.code, []).append(meaning)
    return {code: tuple(sorted(rows, key=lambda row: row.first_month, reverse=True)) for code, rows in found.items()}


def code_meaning(table: str, code: str, month: Month | None) -> CodeMeaning | None:
    """What a code means in a month; the newest meaning when no month is known; None when it is in no table."""
    for row in code_meanings(table).get(code, ()):
        if month is None or row.first_month <= month:
            return row
    return None


@cache
def numeric_fields() -> Mapping[tuple[str, str], FieldMeaning]:
    """The felter that hold an amount or a number of hours or days."""
    return {key: meaning for key, meaning in field_meanings().items() if meaning.type in ("amount", "number")}


def number_fault(form: str, number: str, text: str) -> str:
    """Why the text cannot stand in this felt, in Danish; "" when it can, and when the felt is unknown."""
    meaning = numeric_fields().get((form, number))
    if meaning is None or not text or NUMBER.match(text):
        return ""
    return f"{meaning.label} har værdien '{text[:40]}', som ikke er et tal"
