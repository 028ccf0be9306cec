"""One case's month as the income rules look at it: built once, asked by every rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from rules.basis import MonthIncome, ceiling_in_force, counts, covers, income_from, reports_in
from rules.calculation import Calculation
from rules.classified_report import FERIEKONTO_SE
from rules.facts import ZERO, Facts, Job, PaidSubsidy, Period, Report, WageCeiling
from rules.months import Month
from rules.start_up import ceiling_month

NO_EMPLOYERS = frozenset({"", FERIEKONTO_SE})
NO_PAY_OF_AN_EMPLOYER = frozenset({"lost_earnings", "holiday_pay"})


@dataclass(frozen=True)
class MonthView:
    """Facts with the proposed calculation, and the questions the rules ask of them."""

    facts: Facts
    proposal: Calculation

    @cached_property
    def month(self) -> Month:
        """The income month: "indeværende måned" in the rule texts (Q32)."""
        return self.facts.income_month

    @cached_property
    def two_before(self) -> tuple[Month, Month]:
        return self.month - 2, self.month - 1

    @cached_property
    def all_reports(self) -> list[Report]:
        """Every report of the income month that has not been left out by a person."""
        return reports_in(self.facts, self.month)

    @cached_property
    def now(self) -> MonthIncome:
        return income_from(self.all_reports, self.facts, self.month)

    @cached_property
    def before(self) -> tuple[MonthIncome, ...]:
        return tuple(income_from(reports_in(self.facts, one), self.facts, one) for one in self.two_before)

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """Those in force: a report and the reversal that undoes it are both gone."""
        return without_undone(self.all_reports)

    @cached_property
    def untreated(self) -> tuple[Report, ...]:
        """Reports in force that no person has decided on."""
        return tuple(one for one in self.reports if not one.treatment)

    @cached_property
    def wages(self) -> tuple[Report, ...]:
        """The calculation-relevant incomes in force (beregningsrelevante indtægter)."""
        return without_undone(self.now.relevant)

    @cached_property
    def income(self) -> Decimal:
        return self.now.total

    @cached_property
    def average(self) -> Decimal:
        """The sum of the two months before, divided by two (Q20)."""
        return sum((one.total for one in self.before), ZERO) / 2

    @cached_property
    def has_pay_information(self) -> bool:
        return bool(self.wages) or self.now.holiday_pay != 0

    @cached_property
    def months_without_income(self) -> tuple[Month, ...]:
        """Those of the two months before with no relevant income by pay date or period (seed 1.5)."""
        totals = ((month, one.total) for month, one in zip(self.two_before, self.before, strict=True))
        return tuple(month for month, total in totals if total <= 0 and total + self._beside(month) <= 0)

    def _beside(self, month: Month) -> Decimal:
        """Relevant income of other months with pay date or pay period in this one, kroner."""
        first, last = month.first_day, month.last_day
        touching = (one for one in self.facts.reports if _touches(one, first, last) and counts(one))
        return MonthIncome(tuple(one for one in touching if one.month != month), ZERO).total

    @cached_property
    def paid_by_employer(self) -> dict[str, Decimal]:
        """What each employer has paid, by SE number; corrections taken off the employer they correct.

        FerieKonto and payers of lost earnings are no employers, and neither is one whose pay adds up to 0 kr.
        """
        paid: dict[str, Decimal] = {}
        for one in self.wages:
            if one.se_number not in NO_EMPLOYERS and one.kind not in NO_PAY_OF_AN_EMPLOYER:
                paid[one.se_number] = paid.get(one.se_number, ZERO) + one.counted
        return {number: paid[number] for number in sorted(paid) if paid[number]}

    @cached_property
    def wages_by_employer(self) -> dict[str, list[Report]]:
        """The calculation-relevant incomes of each employer, counted as in ``paid_by_employer``."""
        found: dict[str, list[Report]] = {}
        for one in self.wages:
            if one.se_number not in NO_EMPLOYERS and one.kind not in NO_PAY_OF_AN_EMPLOYER:
                found.setdefault(one.se_number, []).append(one)
        return found

    @cached_property
    def ceiling(self) -> WageCeiling | None:
        """The wage ceiling in force in the income month."""
        return ceiling_in_force(self.facts, ceiling_month(self.facts))

    @cached_property
    def paid_before(self) -> tuple[PaidSubsidy, ...]:
        """The subsidies of the two months before the benefit month."""
        months = self.facts.benefit_month - 2, self.month
        return tuple(one for one in self.facts.paid_subsidies if one.month in months)

    @cached_property
    def fleksjobs(self) -> tuple[Job, ...]:
        """Every fleksjob known on the case: wage from its SE number is "type FLEKSJOB"."""
        return tuple(job for job in self.facts.jobs if job.is_fleksjob)

    def periods(self, kind: str) -> list[Period]:
        """The case's periods of a kind with a day in the income month."""
        return [one for one in self.facts.periods if one.kind == kind and covers(one, self.month)]

    @cached_property
    def days_with_grant(self) -> range:
        """The days of the benefit month inside the grant, as ordinals (``date.toordinal``)."""
        return days_with_grant(self.facts)


def days_with_grant(facts: Facts) -> range:
    """The days of the benefit month inside the grant, as ordinals (``date.toordinal``)."""
    month, end = facts.benefit_month, facts.grant_last_day
    last = month.last_day if end is None else min(end, month.last_day)
    return range(max(facts.grant_first_day, month.first_day).toordinal(), last.toordinal() + 1)


def days_with_right(facts: Facts) -> int:
    """How many days of the benefit month lie inside the grant and outside every temporary stop."""
    days = days_with_grant(facts)
    return len(days) - days_inside(days, [one for one in facts.periods if one.kind == "stop"])


def has_base(proposal: Calculation) -> bool:
    """Wage, or a benefit in its place: what a subsidy presupposes (VEJL 9154/2022 pkt. 2.1; Q11)."""
    return proposal.income > 0 or proposal.benefit_deduction > 0


def days_inside(days: range, spans: Iterable[Job | Period]) -> int:
    """How many of the days (ordinals) lie in at least one of the jobs or periods."""
    inside: set[int] = set()
    for one in spans:
        end = days.stop if one.last_day is None else one.last_day.toordinal() + 1
        inside.update(range(max(days.start, one.first_day.toordinal()), min(days.stop, end)))
    return len(inside)


def without_undone(reports: Iterable[Report]) -> tuple[Report, ...]:
    """The reports without each pair of an original and the reversal that undoes it: nothing was paid by them."""
    standing: list[Report] = []
    for report in reports:
        original = next((one for one in standing if _undoes(report, one)), None)
        if original is None:
            standing.append(report)
        else:
            standing.remove(original)
    return tuple(standing)


def _undoes(one: Report, other: Report) -> bool:
    """Two reports of one employer and period with opposite figures."""
    figures = _figures(one)
    return _who(one) == _who(other) and any(figures) and figures == tuple(-figure for figure in _figures(other))


def _who(report: Report) -> tuple[object, ...]:
    labels = tuple(label for label, _ in (*report.must_judge, *report.unknown))
    period = report.period_start, report.period_end
    return report.se_number, report.role, report.kind, report.treatment, *period, *labels


def _figures(report: Report) -> tuple[Decimal, ...]:
    listed = (amount for _, amount in (*report.must_judge, *report.unknown))
    return report.amount, report.own_pension, report.employer_pension, report.net_holiday_pay, *listed


def _touches(report: Report, first: date, last: date) -> bool:
    """Whether the pay date or a day of the pay period lies between two days."""
    if report.pay_date is not None and first <= report.pay_date <= last:
        return True
    starts, ends = report.period_start or report.period_end, report.period_end or report.period_start
    return starts is not None and ends is not None and starts <= last and ends >= first
