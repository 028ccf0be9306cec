"""A month that begins or ends inside the month: what a person is shown, never what is paid by itself.

The act and the orders have no rule (open question Q2). The proposal takes the base and the wage ceiling in
proportion to the days and leaves the threshold whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rules.calculation import Calculation, calculate
from rules.facts import Basis
from rules.holiday import holiday_days
from rules.money import danish_number
from rules.months import Month
from rules.rates import Rates


def calendar_days(first: date, last: date) -> tuple[Decimal, Decimal]:
    """Calendar days of the period, of how many in the month: our default (as in BEK 1450/2023 § 1, stk. 3)."""
    days, month = (last - first).days + 1, Month.of(first)
    if month != Month.of(last) or days < 1:
        raise ValueError(f"Perioden {first} til {last} ligger ikke i én måned.")
    return Decimal(days), Decimal(month.last_day.day)


def weekdays(first: date, last: date, rates: Rates, public_holidays: Collection[date] = ()) -> tuple[Decimal, Decimal]:
    """Weekdays of the period, of 21.6667: the other way to see it (as in BEK 227/2024 § 2, stk. 2)."""
    return Decimal(holiday_days(first, last, public_holidays)), rates.days_in_month


def propose(basis: Basis, rates: Rates, days: Decimal, of_days: Decimal) -> Calculation:
    """The month's sum with base and ceiling x days / of_days; the first step says so. Unrounded like any sum.

    ValueError (Danish) when the days are not a part of the month; else as ``rules.calculation.calculate``.
    """
    if not 0 <= days <= of_days:
        raise ValueError(f"{days} dage er ikke en del af {of_days} dage.")
    ceiling = None if basis.wage_ceiling is None else basis.wage_ceiling * days / of_days
    part = replace(rates, base_amount=rates.base_amount * days / of_days)
    result = calculate(replace(basis, wage_ceiling=ceiling), part)
    first = result.steps[0]
    text = f"{first.text}, {danish_number(days)} af {danish_number(of_days)} dage (forslag)"
    return replace(result, steps=(first._replace(text=text), *result.steps[1:]))
