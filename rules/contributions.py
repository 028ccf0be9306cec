"""ATP and compulsory pension of a month's subsidy. Whole kroner in and out."""

from __future__ import annotations

from decimal import Decimal

from rules.facts import Basis
from rules.money import ZERO, kroner
from rules.rates import Rates


def extra_atp(subsidy: Decimal, rates: Rates) -> Decimal:
    """5 % of the subsidy as paid (open question Q4), at most 500 kr.; withheld from the citizen.

    LAB § 137; BEK 1450/2023 §§ 1-2.
    """
    return kroner(min(rates.extra_atp_percent * subsidy, rates.extra_atp_max))


def ordinary_atp(paid_hours: Decimal | None, subsidy: Decimal, rates: Rates) -> Decimal | None:
    """The contribution for the hours with subsidy: full time less the paid hours (open question Q13).

    None when the paid hours are not known; 0 without subsidy and from full time on; the full contribution
    below 39 paid hours. The municipality pays it. LAB § 138; BEK 1450/2023 §§ 1 and 3.
    """
    if paid_hours is None:
        return None
    if subsidy == 0 or paid_hours >= rates.full_time_hours:
        return ZERO
    if paid_hours < rates.ordinary_atp_full_below_hours:
        return kroner(rates.ordinary_atp_full)
    return kroner(rates.ordinary_atp_per_hour * (rates.full_time_hours - paid_hours))


def mandatory_pension(subsidy: Decimal, extra_atp: Decimal, rates: Rates) -> Decimal:
    """The share of the subsidy after extra ATP that the state pays on top. LAB § 138 a-b; BEK 1446/2023 § 2."""
    return kroner(rates.mandatory_pension_percent * (subsidy - extra_atp))


def ordinary_atp_for_days(contribution: Decimal, days: int, days_in_month: int) -> Decimal:
    """A contribution for part of a month, by calendar days. BEK 1450/2023 § 1, stk. 3, last sentence.

    Days and days in the month as whole numbers; ValueError (Danish) when the days do not fit in the month.
    """
    if not 0 <= days <= days_in_month:
        raise ValueError(f"{days} dage er ikke en del af en måned på {days_in_month} dage.")
    return kroner(contribution * days / days_in_month)


def hours_for_ordinary_atp(
    reported: Decimal | None, last_full_period: Decimal | None, with_sickness_benefit: bool
) -> Decimal | None:
    """Which paid hours count: under sygedagpenge those of the last full reporting period.

    LAB § 138, stk. 4; BEK 1450/2023 § 3, stk. 3.
    """
    return last_full_period if with_sickness_benefit else reported


def month_hours(basis: Basis) -> Decimal | None:
    """The month's paid hours: the total where it is stated, else the sum of the incomes' hours, else None.

    ValueError (Danish) when both are stated and differ, and when the month's hours are negative.
    """
    stated = [income.paid_hours for income in basis.incomes if income.paid_hours is not None]
    summed = sum(stated, ZERO) if stated else None
    total = basis.paid_hours if basis.paid_hours is not None else summed
    if summed is not None and total != summed:
        raise ValueError(f"Månedens løntimer er oplyst til {total}, men indtægternes løntimer er i alt {summed}.")
    if total is not None and total < 0:
        raise ValueError(f"Månedens løntimer er negative: {total}.")
    return total
