"""A document about a citizen's data: its sections, the same ones on the screen, in the PDF and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from cases.models import Municipality


@dataclass(frozen=True)
class Section:
    """A heading with sentences, or a table, or both. ``empty``: what is said when the table has no rows."""

    title: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    empty: str = "Der er ikke noget."


@dataclass(frozen=True)
class InsightDocument:
    title: str
    lead: str
    municipality: Municipality
    about: str
    made: str
    sections: tuple[Section, ...]


def made_at(now: datetime) -> str:
    """When a document is made, as it says itself."""
    return f"{localtime(now):%d.%m.%Y kl. %H:%M}"


def as_text(document: InsightDocument) -> str:
    """The whole document as plain text; a table is its rows, with the headings before each value."""
    head = [document.title, "=" * len(document.title), document.lead]
    head += filter(None, [document.about, document.municipality.name, f"Lavet {document.made}"])
    parts: list[str] = ["\n".join(head)]
    for section in document.sections:
        parts.append("\n".join([section.title, "-" * len(section.title), *section.lines, *_text_rows(section)]))
    return "\n\n".join(parts) + "\n"


def _text_rows(section: Section) -> Iterable[str]:
    if section.head and not section.rows:
        yield section.empty
    for row in section.rows:
        yield "; ".join(f"{name}: {value}" for name, value in zip(section.head, row, strict=True) if value)


def sections_shown(document: InsightDocument, most: int) -> Sequence[dict[str, Any]]:
    """For the screen: at most so many rows of each table, the newest ones, and how many there are."""
    return [
        {"section": one, "rows": one.rows[-most:], "left_out": max(0, len(one.rows) - most)}
        for one in document.sections
    ]
