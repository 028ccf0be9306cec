"""A plain case in a few words: benefit month November 2026, 10.000 kr. from one fleksjob in August to October.

The subsidy is 21.600 - 0,30 x 10.000 = 18.600 kr., as in the two months before. Each test changes one thing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rules.decision import Decision, decide, propose
from rules.facts import Facts, Job, PaidSubsidy, Report, WageCeiling
from rules.month_view import MonthView
from rules.months import Month
from rules.parameters import Parameters
from rules.rates import Rates, published_rates, rates_on
from rules.registry import Numbers

D = Decimal
Number = Decimal | int | str
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (Month(2026, number) for number in (8, 9, 10, 11))
SE, OTHER_SE, FERIEKONTO, MUNICIPALITY = "70000010", "70000029", "33088566", "29900001"
ON = Parameters(include_income_automatically=True, full_automation=True)
BASE, SUBSIDY = 21_600, 18_600


def report(month: Month = OCTOBER, amount: Number = 10_000, se: str = SE, **more: Any) -> Report:
    """Wage of a whole month with hours, paid on its last day."""
    values: dict[str, Any] = {
        "role": "wage",
        "kind": "wage",
        "paid_hours": D(80),
        "pay_date": month.last_day,
        "period_start": month.first_day,
        "period_end": month.last_day,
    }
    return Report(month, se, amount=D(amount), **{**values, **more})


def reversal(of: Report, **more: Any) -> Report:
    """The report that undoes another one, as it counts: with the opposite sign."""
    turned = replace(
        of,
        amount=-of.amount,
        own_pension=-of.own_pension,
        employer_pension=-of.employer_pension,
        net_holiday_pay=-of.net_holiday_pay,
        must_judge=tuple((label, -amount) for label, amount in of.must_judge),
        unknown=tuple((label, -amount) for label, amount in of.unknown),
    )
    return replace(turned, **more)


def benefit(amount: Number = 4_000, role: str = "benefit", **more: Any) -> Report:
    """Sickness benefit of the income month, or with another role another payment that is no wage."""
    kind = "sickness_benefit" if role == "benefit" else ""
    values: dict[str, Any] = {"role": role, "kind": kind, "paid_hours": None, "hours_fault": ""}
    return report(amount=amount, se=MUNICIPALITY, **{**values, **more})


BEFORE = (report(AUGUST), report(SEPTEMBER))


def facts(*now: Report, before: tuple[Report, ...] = BEFORE, **changes: Any) -> Facts:
    """The case with these reports in October beside those of the months before."""
    values: dict[str, Any] = {
        "benefit_month": NOVEMBER,
        "grant_first_day": date(2020, 1, 1),
        "birth_date": date(1978, 4, 17),
        "reports": (*before, *now),
        "jobs": (Job(SE, is_fleksjob=True, first_day=date(2020, 1, 1)),),
        "wage_ceilings": (WageCeiling(D(40_000), date(2020, 1, 1)),),
        "paid_subsidies": (PaidSubsidy(SEPTEMBER, D(SUBSIDY)), PaidSubsidy(OCTOBER, D(SUBSIDY))),
        "tax_percent": D(38),
    }
    return Facts(**{**values, **changes})


def rates(month: Month = NOVEMBER) -> Rates:
    return rates_on(month, published_rates())


def decided(case: Facts, parameters: Parameters = ON) -> Decision:
    return decide(case, rates(case.benefit_month), parameters)


def codes(case: Facts, parameters: Parameters = ON) -> list[str]:
    """The open concerns by priority."""
    return [one.code for one in decided(case, parameters).concerns]


def numbers(code: str, case: Facts, parameters: Parameters = ON) -> Numbers:
    """The numbers of the concern with this code."""
    return next(one.numbers for one in decided(case, parameters).concerns if one.code == code)


def view(case: Facts) -> MonthView:
    return MonthView(case, propose(case, rates(case.benefit_month)))


def rows(*cases: tuple[Any, ...]) -> list[Any]:
    """Test cases whose first word is the name of the row; mutmut needs it in plain ASCII."""
    return [pytest.param(*case, id=re.sub(r"\W+", "_", name, flags=re.ASCII)) for name, *case in cases]
