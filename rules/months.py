"""A calendar month as a value: benefit months, income months."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

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
        return _month(day.year * 12 + day.month - 1)

    @classmethod
    def from_index(cls, index: int) -> Month:
        return _month(index)

    @property
    def index(self) -> int:
        """Months since year 0: consecutive months differ by one, so they sort and store as integers."""
        return self.year * 12 + self.number - 1

    def __add__(self, months: int) -> Month:
        return _month(self.year * 12 + self.number - 1 + months)

    def __sub__(self, months: int) -> Month:
        return _month(self.year * 12 + self.number - 1 - months)

    def until(self, other: Month) -> int:
        """How many months from this one to the other; negative when the other is earlier."""
        return other.index - self.index

    @property
    def first_day(self) -> date:
        return _days(self.year, self.number)[0]

    @property
    def last_day(self) -> date:
        return _days(self.year, self.number)[1]

    def __str__(self) -> str:
        return _text(self.year, self.number)


# A run asks a hundred times for each case, and of the same few months.


@lru_cache(maxsize=2_000)
def _month(index: int) -> Month:
    return Month(index // 12, index % 12 + 1)


@lru_cache(maxsize=2_000)
def _days(year: int, number: int) -> tuple[date, date]:
    """The first and the last day."""
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


@lru_cache(maxsize=2_000)
def _text(year: int, number: int) -> str:
    return f"{year:04d}-{number:02d}"
