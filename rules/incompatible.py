"""Benefits that may not run at the same time as fleksløntilskud (uforenelige ydelser), dated.

The seed points at a list of KY's that is not public ([DD130.UY]); rules/data/incompatible_benefits.csv is our reading,
row by row with its ground, "law" where LAB says it. What is set off krone for krone (sickness, parental and
resource-course benefit under jobafklaring: LAB § 124, stk. 3) is not in it, nor ledighedsydelse on days of holiday
(bekg. 227/2024 § 10), which is kept as days of a holiday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from rules.code_tables import read_table


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included; no last day: it goes on."""

    first_day: date
    last_day: date | None = None

    def common(self, other: Span) -> Span | None:
        """The days that both have; None when there are none."""
        last = min(self.last_day or date.max, other.last_day or date.max)
        first = max(self.first_day, other.first_day)
        return Span(first, None if last == date.max else last) if first <= last else None

    def __str__(self) -> str:
        return f"{self.first_day} til {self.last_day or 'videre'}"


@dataclass(frozen=True, slots=True)
class Incompatible:
    """A benefit that may not overlap with a grant, while the rule is in force. ``certainty``: "law" or "reading"."""

    benefit: str
    name: str
    law: str
    in_force: Span
    certainty: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """An incompatible benefit with days inside a grant: both periods, and the days they share."""

    benefit: Incompatible
    grant: Span
    period: Span
    shared: Span

    def __str__(self) -> str:
        return f"{self.benefit.name} {self.period} overlapper bevillingen {self.grant}"


def overlaps(grant: Span, benefit: str, period: Span) -> Overlap | None:
    """The overlap of a benefit's period with a grant; None when it may be had beside it, or no day is shared."""
    row = INCOMPATIBLE.get(benefit)
    barred = row and period.common(row.in_force)
    shared = barred and grant.common(barred)
    return Overlap(row, grant, period, shared) if row and shared else None


def _row(row: Mapping[str, str]) -> Incompatible:
    last = date.fromisoformat(row["to"]) if row["to"] else None
    in_force = Span(date.fromisoformat(row["from"]), last)
    return Incompatible(row["benefit"], row["name"], row["law"], in_force, row["certainty"])


INCOMPATIBLE: Mapping[str, Incompatible] = MappingProxyType(
    {row["benefit"]: _row(row) for row in read_table("incompatible_benefits.csv")}
)
