"""Folkepensionsalder by birth date, and the last day of the right to fleksløntilskud.

Lov om social pension § 1 a, with the rise to 70 for those born from 1971 (law 703 of 20 June 2025): danskelove.dk,
aes.dk. The right ends at that age: LAB § 116.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from rules.months import Month

# First birth date, age in months. Half years are real: 65½ is 786 months.
AGES = (
    (date(1, 1, 1), 65 * 12),
    (date(1954, 1, 1), 65 * 12 + 6),
    (date(1954, 7, 1), 66 * 12),
    (date(1955, 1, 1), 66 * 12 + 6),
    (date(1955, 7, 1), 67 * 12),
    (date(1963, 1, 1), 68 * 12),
    (date(1967, 1, 1), 69 * 12),
    (date(1971, 1, 1), 70 * 12),
)


def pension_age(born: date) -> Decimal:
    """The pension age in years: 67, or 66.5."""
    return Decimal(_months(born)) / 12


def pension_date(born: date) -> date:
    """The day the pension age is reached. A day the month does not have becomes its last day."""
    month = Month.of(born) + _months(born)
    return date(month.year, month.number, min(born.day, month.last_day.day))


def last_day_of_right(born: date) -> date:
    """The day before the pension age is reached: a proposal, the month itself is judged by a person (Q24)."""
    return pension_date(born) - timedelta(days=1)


def right_ends_in(born: date, month: Month) -> bool:
    """Whether the pension age is reached in the month: that month is for a person to decide (Q24)."""
    return Month.of(pension_date(born)) == month


def has_right_all_month(born: date, month: Month) -> bool:
    """Whether the person is under the pension age on every day of the month."""
    return month.last_day < pension_date(born)


def _months(born: date) -> int:
    return next(months for first, months in reversed(AGES) if first <= born)
