"""The wage ceiling: what the person would earn full time on ordinary terms (LAB § 123, stk. 3; BEK 227/2024 §§ 12-13).

The employer states it; from January 2024 the municipality may compute it from the hourly pay. Kroner with øre.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.judgment import MustBeJudged
from rules.money import ZERO, oere
from rules.months import Month

HOURS_A_MONTH = Decimal("160.333")  # BEK 227/2024 § 13, stk. 2
HOURS_14_DAYS = Decimal(74)  # the same
FIRST_MONTH_COMPUTED = Month(2024, 1)  # BEK 227/2024 § 13


def hourly_pay(wage: Decimal, supplements: Sequence[Decimal] = (), employer_pension_percent: Decimal = ZERO) -> Decimal:
    """One hour's pay with its supplements and the employer's pension contribution. BEK 227/2024 § 12, stk. 2."""
    return sum(supplements, wage) * (1 + employer_pension_percent / 100)


def monthly_ceiling(pay_parts: Sequence[Decimal], month: Month) -> Decimal:
    """All parts of the hourly pay x 160.333. BEK 227/2024 § 13, stk. 2.

    MustBeJudged without parts or before 2024-01: then only the employer can state the ceiling.
    """
    return oere(_computable(pay_parts, month) * HOURS_A_MONTH)


def fourteen_day_ceiling(pay_parts: Sequence[Decimal], pay_dates: int, month: Month) -> Decimal:
    """All parts of the hourly pay x 74 for each pay date in the month. BEK 227/2024 § 13, stk. 2; open question Q5.

    MustBeJudged without parts, without a pay date, or before 2024-01.
    """
    if pay_dates < 1:
        raise MustBeJudged("Lønloftet for 14-dages løn kan ikke beregnes i en måned uden udbetaling.")
    return oere(_computable(pay_parts, month) * HOURS_14_DAYS * pay_dates)


def with_paid_out_savings(ceiling: Decimal, savings: Decimal, paid_currently: bool, paid_this_month: bool) -> Decimal:
    """Fritvalg and SH-money: every month when paid currently, else only in the month they are paid.

    BEK 227/2024 § 12, stk. 4. ``savings`` is the month's share, or the sum paid out.
    """
    return ceiling + savings if paid_currently or paid_this_month else ceiling


def proposed_in_holiday(ceiling: Decimal, gross_holiday_pay: Decimal) -> Decimal:
    """What a caseworker may raise the ceiling to when Feriekonto money is counted; a proposal only.

    BEK 227/2024 § 12, stk. 2, nr. 11; open question Q7.
    """
    return ceiling + max(ZERO, gross_holiday_pay)


def _computable(pay_parts: Sequence[Decimal], month: Month) -> Decimal:
    if month < FIRST_MONTH_COMPUTED:
        raise MustBeJudged(f"Kommunen kan først beregne lønloftet fra {FIRST_MONTH_COMPUTED}: spørg arbejdsgiveren.")
    pay = sum(pay_parts, ZERO)
    if pay <= 0:
        raise MustBeJudged("Lønloftet kan ikke beregnes uden timeløn: spørg arbejdsgiveren.")
    return pay
