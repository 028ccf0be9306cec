"""From facts to the basis of the sum: which reports count in a month, and as what."""

from __future__ import annotations

from decimal import Decimal

from rules.facts import ZERO, Basis, Benefit, Facts, Income, Period, Report
from rules.months import Month

AM_RATE = Decimal("0.08")


def counts(report: Report) -> bool:
    """Wage that has not been left out by a person (bekg. 227/2024 § 1)."""
    return report.role == "wage" and report.treatment != "leave_out"


def gross_earned_holiday(report: Report, tax_percent: Decimal | None) -> Decimal | None:
    """Holiday pay earned this month, grossed up (bekg. 227/2024 § 6, stk. 2; Q6). None when it cannot be.

    gross = net / ((1 - 8 %) x (1 - tax percent)); a gross figure from a payslip overrides.
    """
    if report.gross_holiday_pay is not None:
        return report.gross_holiday_pay
    if not tax_percent or tax_percent >= 100:
        return None
    return report.net_holiday_pay / ((1 - AM_RATE) * (1 - tax_percent / 100))


def holiday_pay(facts: Facts, month: Month) -> Decimal:
    """Holiday pay in the basis of a month, kroner: held (added) less earned and taken out (§ 6)."""
    held = sum((period.amount or ZERO for period in facts.periods if _holiday_in(period, month)), ZERO)
    earned = sum(
        (
            gross_earned_holiday(report, facts.tax_percent) or ZERO
            for report in facts.reports
            if report.month == month and report.net_holiday_pay and counts(report)
        ),
        ZERO,
    )
    return held - earned


def income_of(facts: Facts, month: Month) -> Decimal:
    """All counted income of a month with pension and holiday pay, kroner (§§ 1, 3 stk. 5 and 6)."""
    return sum((report.counted for report in facts.reports if report.month == month and counts(report)), ZERO) + (
        holiday_pay(facts, month)
    )


def ceiling_of(facts: Facts, month: Month) -> Decimal | None:
    """The wage ceiling in force at the end of the income month (law: from the month the pay changes)."""
    valid = [ceiling for ceiling in facts.wage_ceilings if ceiling.first_day <= month.last_day]
    return max(valid, key=lambda ceiling: ceiling.first_day).amount if valid else None


def basis_of(facts: Facts) -> Basis:
    """What the benefit month is calculated from. Holiday pay that cannot be grossed up is not taken out."""
    month = facts.income_month
    wages = tuple(_income(report) for report in facts.reports if report.month == month and counts(report))
    holiday = holiday_pay(facts, month)
    return Basis(
        benefit_month=facts.benefit_month,
        incomes=wages + ((Income("holiday_pay", holiday),) if holiday else ()),
        benefits=_paid_benefits(facts, month) + _lost_benefits(facts, month),
        wage_ceiling=ceiling_of(facts, month),
        holiday_days_on_unemployment_benefit=sum(
            (period.days or ZERO for period in facts.periods if _holiday_in(period, month)), ZERO
        ),
    )


def _income(report: Report) -> Income:
    return Income(report.kind, report.amount, report.own_pension, report.employer_pension, report.paid_hours)


def _paid_benefits(facts: Facts, month: Month) -> tuple[Benefit, ...]:
    return tuple(
        Benefit(report.kind, report.amount)
        for report in facts.reports
        if report.month == month and report.role == "benefit" and report.treatment != "leave_out"
    )


def _lost_benefits(facts: Facts, month: Month) -> tuple[Benefit, ...]:
    """LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 3-5."""
    return tuple(
        Benefit(period.benefit, period.amount or ZERO, "lost")
        for period in facts.periods
        if period.kind == "lost_right" and covers(period, month)
    )


def covers(period: Period, month: Month) -> bool:
    """Whether any day of the month lies in the period."""
    return period.first_day <= month.last_day and (period.last_day is None or period.last_day >= month.first_day)


def _holiday_in(period: Period, month: Month) -> bool:
    return period.kind == "holiday" and Month.of(period.first_day) == month
