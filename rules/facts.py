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


@dataclass(frozen=True, slots=True)
class Report:
    """One income report of the register, classified, in the income month it belongs to (Q5).

    Amounts are signed as they count: a reversal has already been turned. ``treatment`` is what a person
    decided: "" (nobody has), "include", "leave_out" or "correct"; corrected figures stand in the amounts.
    ``reversal_fault`` is "" or why a reversal cannot be trusted. ``corrected_in`` is the month of the pay date
    when the report corrects an earlier month (felt 151) that has not been calculated with it yet, else None.
    """

    month: Month
    se_number: str
    role: str
    kind: str
    amount: Decimal = ZERO
    own_pension: Decimal = ZERO
    employer_pension: Decimal = ZERO
    paid_hours: Decimal | None = None
    hours_fault: str = ""
    pay_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    net_holiday_pay: Decimal = ZERO
    gross_holiday_pay: Decimal | None = None
    must_judge: tuple[tuple[str, Decimal], ...] = ()
    unknown: tuple[tuple[str, Decimal], ...] = ()
    reversal_fault: str = ""
    corrected_in: Month | None = None
    treatment: str = ""

    @property
    def counted(self) -> Decimal:
        """Amount with both pension contributions (bekg. 227/2024 § 1, stk. 1, nr. 1-2), kroner."""
        return self.amount + self.own_pension + self.employer_pension


@dataclass(frozen=True, slots=True)
class Job:
    """An employment of the grant holder. ``same_month``: its pay counts in the month it is paid (Q32).

    ``agreed_hours`` a month and ``agreed_pension_percent`` (own and employer's share together) where they are known.
    """

    se_number: str
    is_fleksjob: bool
    first_day: date
    last_day: date | None = None
    same_month: bool = False
    agreed_hours: Decimal | None = None
    agreed_pension_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class WageCeiling:
    """Full-time pay in the same job (lønloft, LAB § 123, stk. 3), kroner a month, from a day."""

    amount: Decimal
    first_day: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A dated fact on the case: kind "holiday", "lost_right", "stop" or "benefit".

    ``amount``: kroner a month (lost right, gross holiday pay); ``days``: days on ledighedsydelse;
    ``benefit``: one of BENEFIT_KINDS for a lost right, or for "benefit" also one of ``rules.incompatible``.
    """

    kind: str
    first_day: date
    last_day: date | None = None
    benefit: str = ""
    amount: Decimal | None = None
    days: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PaidSubsidy:
    """A month's subsidy that was paid before, kroner."""

    month: Month
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """A caseworker's answer: the concern with this code and these numbers is passed."""

    code: str
    numbers: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One case in one benefit month: the income month and the twelve before it, and the case's own data."""

    benefit_month: Month
    grant_first_day: date
    birth_date: date
    grant_last_day: date | None = None
    reports: tuple[Report, ...] = ()
    jobs: tuple[Job, ...] = ()
    wage_ceilings: tuple[WageCeiling, ...] = ()
    periods: tuple[Period, ...] = ()
    paid_subsidies: tuple[PaidSubsidy, ...] = ()
    last_confirmed: PaidSubsidy | None = None
    answers: tuple[Answer, ...] = ()
    tax_percent: Decimal | None = None
    needs_manual: str = ""
    expected_wage: Decimal | None = None
    schema: int = SCHEMA

    @property
    def income_month(self) -> Month:
        """The month whose pay decides the benefit month (bekg. 227/2024 § 4, stk. 1; Q32)."""
        return self.benefit_month - 1
