"""Start of a case: the expected wage counts until a whole month's wage is in the register, then it is regulated.

Bekg. 227/2024 § 4, stk. 2. Neither is done by itself: INC43 stops the month, REC20 the regulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from rules.facts import Facts, Report
from rules.months import Month

START_MONTHS = 12
"""An expected wage older than this is no start: it may not stand in for a month without wage."""

DECIDED = ("include", "correct")


@dataclass(frozen=True, slots=True)
class Regulation:
    """The concern of a recalculation that regulates expected wage: always a person's to answer. Our own code."""

    code: str = "REC20"
    law: str = "Bekg. 227/2024 § 4, stk. 2"
    message: str = "En hel måneds løn er indberettet. Den forventede løn skal reguleres."
    help: str = "Se efter, om lønnen er en hel måneds løn, før du godkender reguleringen."


REGULATION = Regulation()


def start_day(facts: Facts) -> date:
    """The first day in fleksjob with a grant."""
    jobs = [job.first_day for job in facts.jobs if job.is_fleksjob]
    return max(facts.grant_first_day, min(jobs, default=facts.grant_first_day))


def ceiling_month(facts: Facts) -> Month:
    """The month whose ceiling is used: the income month's, or the benefit month's when the job had not begun."""
    return facts.benefit_month if facts.income_month.last_day < start_day(facts) else facts.income_month


def expected_wage(facts: Facts) -> Decimal | None:
    """The expected wage while it is what the month is calculated from, kroner with pension; else None.

    A wage of the income month that a person has added, included or corrected goes before it.
    """
    if facts.expected_wage is None:
        return None
    started = Month.of(start_day(facts)).until(facts.benefit_month)
    if started > START_MONTHS or first_whole_month(facts) is not None:
        return None
    decided = any(
        one.role == "wage" and one.treatment in DECIDED for one in facts.reports if one.month == facts.income_month
    )
    return None if decided else facts.expected_wage


def first_whole_month(facts: Facts) -> Month | None:
    """The first month since the start whose every day is paid, by the register; None while there is none."""
    wages = [one for one in facts.reports if _in_register(one)]
    started = start_day(facts)
    months = sorted({one.month for one in wages if one.month.first_day >= started})
    return next((month for month in months if _is_whole(wages, month)), None)


def wages_of(facts: Facts, month: Month) -> tuple[Report, ...]:
    """The wage reports of a month that count."""
    return tuple(one for one in facts.reports if one.month == month and _in_register(one))


def regulated(facts: Facts, wages: Sequence[Report]) -> Facts:
    """The start month's facts with the wage actually paid in place of the expected (bekg. 227/2024 § 4, stk. 2)."""
    month = facts.income_month
    kept = tuple(one for one in facts.reports if one.month != month or one.role != "wage")
    return replace(facts, reports=(*kept, *(replace(one, month=month) for one in wages)), expected_wage=None)


def _in_register(report: Report) -> bool:
    """Wage that the register has reported and no person has left out; what a person added has no pay date."""
    return report.role == "wage" and report.treatment != "leave_out" and report.pay_date is not None


def _is_whole(wages: list[Report], month: Month) -> bool:
    """Whether the pay periods cover every day of the month. A report without a period is a month's pay."""
    if any(one.month == month and one.period_start is None and one.period_end is None for one in wages):
        return True
    paid: set[int] = set()
    for one in wages:
        if one.period_start is not None and one.period_end is not None:
            first, last = max(one.period_start, month.first_day), min(one.period_end, month.last_day)
            paid.update(range(first.toordinal(), last.toordinal() + 1))
    return len(paid) == month.last_day.day
