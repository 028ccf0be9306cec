"""Short ways to write a case, so that a test reads as one."""

from __future__ import annotations

from decimal import Decimal

from rules.calculation import Calculation, calculate
from rules.facts import Basis, Benefit, Income
from rules.months import Month
from rules.rates import Rates, published_rates, rates_on

Number = Decimal | int | str


def income(kind: str, amount: Number, own: Number = 0, employer: Number = 0, hours: Number | None = None) -> Income:
    return Income(kind, Decimal(amount), Decimal(own), Decimal(employer), None if hours is None else Decimal(hours))


def wage(amount: Number, own: Number = 0, employer: Number = 0, hours: Number | None = None) -> Income:
    return income("wage", amount, own, employer, hours)


def benefit(kind: str, amount: Number, status: str = "paid") -> Benefit:
    return Benefit(kind, Decimal(amount), status)


def sick(amount: Number, status: str = "paid") -> Benefit:
    return benefit("sickness_benefit", amount, status)


def basis(
    month: str,
    *incomes: Income,
    benefits: tuple[Benefit, ...] = (),
    ceiling: Number | None = None,
    days: Number = 0,
    hours: Number | None = None,
) -> Basis:
    return Basis(
        benefit_month=Month.parse(month),
        incomes=incomes,
        benefits=benefits,
        wage_ceiling=None if ceiling is None else Decimal(ceiling),
        holiday_days_on_unemployment_benefit=Decimal(days),
        paid_hours=None if hours is None else Decimal(hours),
    )


def rates(month: str) -> Rates:
    return rates_on(Month.parse(month), published_rates())


def calculated(case: Basis) -> Calculation:
    return calculate(case, rates_on(case.benefit_month, published_rates()))


def lines(calculation: Calculation) -> list[str]:
    """The steps as a reader sees them: amount, text, paragraph."""
    return [f"{step.amount} | {step.text} | {step.law}" for step in calculation.steps]
