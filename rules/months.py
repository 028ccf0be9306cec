"""A calendar month as a value: benefit months, income months."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_TEXT = re.compile(r"(\d{4})-(\d{2})\Z")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month. ``Month(2026, 11) - 1 == Month(2026, 10)``."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"Månedens nummer skal være 1 til 12, ikke {self.number}.")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "2026-11"; ValueError with a Danish sentence on anything else."""
        found = _TEXT.match(text)
        if not found or not 1 <= int(found[2]) <= 12:
            raise ValueError(f"'{text}' er ikke en måned. Skriv år og måned som 2026-11.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def from_index(cls, index: int) -> Month:
        return cls(index // 12, index % 12 + 1)

    @property
    def index(self) -> int:
        """Months since year 0: consecutive months differ by one, so they sort and store as integers."""
        return self.year * 12 + self.number - 1

    def __add__(self, months: int) -> Month:
        return Month.from_index(self.index + months)

    def __sub__(self, months: int) -> Month:
        return Month.from_index(self.index - months)

    def until(self, other: Month) -> int:
        """How many months from this one to the other; negative when the other is earlier."""
        return other.index - self.index

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
