"""From facts to the basis of the sum: which reports count in a month, and as what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rules.facts import ZERO, Basis, Benefit, Facts, Income, Period, Report, WageCeiling
from rules.holiday import gross_up
from rules.judgment import MustBeJudged
from rules.months import Month
from rules.start_up import ceiling_month, expected_wage

DAYS_IN_MONTH = Decimal("21.6667")  # bekg. 227/2024 § 2, stk. 2: more days than these are the whole month
LEFT_OUT = "leave_out"
NEVER_COUNTED = frozenset({"employee_benefit", "volunteer_fee", "pension_payment"})


@dataclass(frozen=True, slots=True)
class MonthIncome:
    """One month of the case: its wage reports, and holiday pay held (added) less earned (taken out)."""

    reports: tuple[Report, ...]
    holiday_pay: Decimal

    @property
    def total(self) -> Decimal:
        """All counted income with pension and holiday pay, kroner (bekg. 227/2024 § 1, § 3, stk. 5, and § 6)."""
        return sum((_counted(report) for report in self.relevant), self.holiday_pay)

    @property
    def relevant(self) -> tuple[Report, ...]:
        """The calculation-relevant incomes (beregningsrelevante indtægter): without the kinds that never count."""
        return tuple(report for report in self.reports if report.kind not in NEVER_COUNTED)


def reports_in(facts: Facts, month: Month) -> list[Report]:
    """Every report of a month that has not been left out by a person."""
    number, year = month.number, month.year  # three times as fast as to compare months, and asked for every report
    of_month = (one for one in facts.reports if one.month.number == number and one.month.year == year)
    return [one for one in of_month if one.treatment != LEFT_OUT]


def income_from(reports: Iterable[Report], facts: Facts, month: Month) -> MonthIncome:
    """The income of a month from that month's reports."""
    wages = tuple(one for one in reports if one.role == "wage")
    held = sum((one.amount or ZERO for one in facts.periods if _holiday_in(one, month)), ZERO)
    earned = sum((_earned(one, facts.tax_percent) for one in wages), ZERO)
    return MonthIncome(wages, held - earned)


def counts(report: Report) -> bool:
    """Wage that has not been left out by a person (bekg. 227/2024 § 1)."""
    return report.role == "wage" and report.treatment != LEFT_OUT


def gross_earned_holiday(report: Report, tax_percent: Decimal | None) -> Decimal | None:
    """Holiday pay earned this month, grossed up (bekg. 227/2024 § 6, stk. 2; Q6). None when it cannot be.

    A gross figure from a payslip overrides.
    """
    if report.gross_holiday_pay is not None:
        return report.gross_holiday_pay
    try:
        return gross_up(report.net_holiday_pay, tax_percent)
    except MustBeJudged:
        return None


def holiday_pay(facts: Facts, month: Month) -> Decimal:
    """Holiday pay in the basis of a month, kroner: held (added) less earned and taken out (§ 6)."""
    return income_from(reports_in(facts, month), facts, month).holiday_pay


def income_of(facts: Facts, month: Month) -> Decimal:
    """All counted income of a month with pension and holiday pay, kroner. Corrections may make it negative."""
    return income_from(reports_in(facts, month), facts, month).total


def ceiling_in_force(facts: Facts, month: Month) -> WageCeiling | None:
    """The wage ceiling in force at the end of the income month (law: from the month the pay changes).

    A ceiling of 0 kr. is none: nobody has a full-time pay of nothing.
    """
    valid = [ceiling for ceiling in facts.wage_ceilings if ceiling.first_day <= month.last_day]
    newest = max(valid, key=lambda ceiling: ceiling.first_day, default=None)
    return newest if newest and newest.amount > 0 else None


def ceiling_of(facts: Facts, month: Month) -> Decimal | None:
    """The amount of that ceiling."""
    ceiling = ceiling_in_force(facts, month)
    return ceiling.amount if ceiling else None


def basis_of(facts: Facts) -> Basis:
    """What the benefit month is calculated from. Holiday pay that cannot be grossed up is not taken out.

    At the start of a case the expected wage stands in for the wage (bekg. 227/2024 § 4, stk. 2).
    """
    month, expected = facts.income_month, expected_wage(facts)
    reports = reports_in(facts, month)
    if expected is not None:
        reports = [*(one for one in reports if one.role != "wage"), Report(month, "", "wage", "wage", expected)]
    income = income_from(reports, facts, month)
    holiday = (Income("holiday_pay", income.holiday_pay),) if income.holiday_pay else ()
    days = sum((period.days or ZERO for period in facts.periods if _holiday_in(period, month)), ZERO)
    return Basis(
        benefit_month=facts.benefit_month,
        incomes=(*_incomes(income.reports), *holiday),
        benefits=(*_paid_benefits(reports), *_lost_benefits(facts, month)),
        wage_ceiling=ceiling_of(facts, ceiling_month(facts)),
        holiday_days_on_unemployment_benefit=min(max(ZERO, days), DAYS_IN_MONTH),
    )


def covers(period: Period, month: Month) -> bool:
    """Whether any day of the month lies in the period."""
    return period.first_day <= month.last_day and (period.last_day is None or period.last_day >= month.first_day)


def period_fault(period: Period) -> str:
    """What a period lacks to be calculated with, in Danish; "" for one that is whole."""
    if period.kind == "lost_right" and (not period.benefit or period.amount is None):
        return "mistet ret uden ydelse eller beløb"
    if period.kind != "holiday" or not (period.amount or period.days):
        return ""
    if period.last_day is not None and Month.of(period.last_day) != Month.of(period.first_day):
        return "ferie med dage eller beløb går over et månedsskift"
    return "ferie med negative tal" if min(period.amount or ZERO, period.days or ZERO) < 0 else ""


def _counted(report: Report) -> Decimal:
    """A deficit of a sideline counts as 0 (Q10)."""
    return max(ZERO, report.counted) if report.kind == "sideline" else report.counted


def _earned(report: Report, tax_percent: Decimal | None) -> Decimal:
    if report.net_holiday_pay or report.gross_holiday_pay is not None:
        return gross_earned_holiday(report, tax_percent) or ZERO
    return ZERO


def _incomes(reports: tuple[Report, ...]) -> tuple[Income, ...]:
    """One income a report. Hours that add up to less than none are unknown hours: INC35 asks for them."""
    impossible = sum((one.paid_hours or ZERO for one in reports), ZERO) < 0
    return tuple(
        Income(
            one.kind,
            one.amount,
            one.own_pension,
            one.employer_pension,
            None if impossible else one.paid_hours,
        )
        for one in reports
    )


def _paid_benefits(reports: list[Report]) -> tuple[Benefit, ...]:
    """LAB § 124, stk. 3; bekg. 227/2024 § 7, stk. 1-2, §§ 8 and 9."""
    return tuple(Benefit(report.kind, report.amount) for report in reports if report.role == "benefit")


def _lost_benefits(facts: Facts, month: Month) -> tuple[Benefit, ...]:
    """LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 3-5. What is not whole is stopped by INC41."""
    return tuple(
        Benefit(period.benefit, period.amount or ZERO, "lost")
        for period in facts.periods
        if period.kind == "lost_right" and covers(period, month) and not period_fault(period)
    )


def _holiday_in(period: Period, month: Month) -> bool:
    return period.kind == "holiday" and Month.of(period.first_day) == month
