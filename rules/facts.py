"""Everything a rule may know. Frozen values, filled by cases/gather.py, kept with every decision.

Amounts are Decimal kroner with øre. Periods have a first and a last day, both included.
A new field gets a default, so that facts frozen earlier can still be read (SCHEMA).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.months import Month

SCHEMA = 1
ZERO = Decimal(0)

INCOME_KINDS = (
    "wage",
    "other_wage",
    "b_income",
    "sideline",
    "lost_earnings",
    "holiday_pay",
    "employee_benefit",
    "volunteer_fee",
    "pension_payment",
)
BENEFIT_KINDS = (
    "sickness_benefit",
    "parental_benefit",
    "resource_course_benefit",
    "unemployment_allowance_in_holiday",
)


@dataclass(frozen=True, slots=True)
class Income:
    """One income of the income month as it goes into the sum."""

    kind: str
    amount: Decimal
    own_pension: Decimal = ZERO
    employer_pension: Decimal = ZERO
    paid_hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """Another benefit of the income month. status: "paid", or "lost" when the right to it was lost."""

    kind: str
    amount: Decimal
    status: str = "paid"


@dataclass(frozen=True, slots=True)
class Basis:
    """What one month's subsidy is calculated from (beregningsgrundlag)."""

    benefit_month: Month
    incomes: tuple[Income, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    wage_ceiling: Decimal | None = None
    holiday_days_on_unemployment_benefit: Decimal = ZERO
    paid_hours: Decimal | None = None
