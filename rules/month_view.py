"""One case's month as the income rules look at it: built once, asked by every rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rules.basis import counts, covers, holiday_pay, income_of
from rules.calculation import Calculation
from rules.facts import ZERO, Facts, Report
from rules.months import Month


@dataclass(frozen=True)
class MonthView:
    """Facts with the proposed calculation, and the questions the rules ask of them."""

    facts: Facts
    proposal: Calculation | None = None

    @cached_property
    def month(self) -> Month:
        """The income month: "indeværende måned" in the rule texts (Q32)."""
        return self.facts.income_month

    @cached_property
    def two_before(self) -> tuple[Month, Month]:
        return self.month - 2, self.month - 1

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """Every report of the income month that has not been left out by a person."""
        return tuple(one for one in self.facts.reports if one.month == self.month and one.treatment != "leave_out")

    @cached_property
    def wages(self) -> tuple[Report, ...]:
        """The calculation-relevant incomes of the income month (beregningsrelevante indtægter)."""
        return tuple(one for one in self.reports if one.role == "wage")

    @cached_property
    def income(self) -> Decimal:
        return income_of(self.facts, self.month)

    @cached_property
    def average(self) -> Decimal:
        """The sum of the two months before, divided by two (Q20)."""
        return sum((income_of(self.facts, month) for month in self.two_before), ZERO) / 2

    @cached_property
    def has_pay_information(self) -> bool:
        return bool(self.wages) or holiday_pay(self.facts, self.month) != 0

    @cached_property
    def has_benefit(self) -> bool:
        return any(one.role == "benefit" for one in self.reports) or any(
            one.kind == "lost_right" and covers(one, self.month) for one in self.facts.periods
        )

    @cached_property
    def months_without_income(self) -> tuple[Month, ...]:
        """Those of the two months before with no relevant income by pay date or period (seed 1.5)."""
        return tuple(month for month in self.two_before if self.touching(month) <= 0)

    def touching(self, month: Month) -> Decimal:
        """Relevant income with pay date or pay period in a month, kroner, holiday pay included."""
        paid = (one.counted for one in self.facts.reports if counts(one) and _touches(one, month))
        return sum(paid, ZERO) + holiday_pay(self.facts, month)

    @cached_property
    def fleksjob_numbers(self) -> frozenset[str]:
        """SE numbers of the fleksjob: what makes an income "type FLEKSJOB"."""
        return frozenset(job.se_number for job in self.facts.jobs if job.is_fleksjob)


def _touches(report: Report, month: Month) -> bool:
    if report.month == month or (report.pay_date is not None and Month.of(report.pay_date) == month):
        return True
    first = report.period_start or report.period_end
    last = report.period_end or report.period_start
    return first is not None and last is not None and first <= month.last_day and last >= month.first_day
