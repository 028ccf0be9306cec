"""Holiday: grossing up what Feriekonto holds, earning and holding it, and days with ledighedsydelse.

Amounts in kroner. What the law wants judged by a person raises MustBeJudged; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from rules.facts import Income
from rules.judgment import MustBeJudged
from rules.money import ZERO, oere
from rules.months import Month

LABOUR_MARKET_CONTRIBUTION = Decimal("0.08")  # AM-bidragsloven § 1
SHARE_UNTIL_MARCH_2022 = Decimal("0.1111")  # BEK 1604/2019 and 110/2021 § 5
FIRST_SHARE_MONTH, LAST_SHARE_MONTH = Month(2020, 1), Month(2022, 3)
MAX_HOLIDAY_DAYS = Decimal(25)  # a holiday year, with pay and with ledighedsydelse together


def gross_up(net: Decimal, tax_percent: Decimal | None) -> Decimal:
    """Add tax and AM-bidrag to net holiday pay (bruttoficering). Kroner with øre, halves up.

    gross = net / ((1 - 0.08) x (1 - tax percent)); the tax percent of the month of the report, no allowance
    (open question Q6). MustBeJudged when the tax percent is missing, 0, or 100 and over: then a payslip or
    a person decides. BEK 227/2024 § 6, stk. 2-3.
    """
    if tax_percent is None or not 0 < tax_percent < 100:
        raise MustBeJudged(
            "Feriegodtgørelsen kan ikke omregnes til et bruttobeløb: trækprocenten mangler eller er "
            f"{'ikke oplyst' if tax_percent is None else tax_percent}. Brug lønsedlens bruttobeløb."
        )
    return oere(net / ((1 - LABOUR_MARKET_CONTRIBUTION) * (1 - tax_percent / 100)))


def gross_share(income: Decimal, month: Month) -> Decimal:
    """Gross holiday pay as 11.11 % of income with holiday pay; benefit months 2020-01 to 2022-03 only.

    BEK 1604/2019 and 110/2021 § 5. ValueError (Danish) in other months: gross up the net amount instead.
    """
    if not FIRST_SHARE_MONTH <= month <= LAST_SHARE_MONTH:
        raise ValueError(f"11,11 % gælder fra {FIRST_SHARE_MONTH} til {LAST_SHARE_MONTH}, ikke i {month}.")
    return oere(SHARE_UNTIL_MARCH_2022 * income)


def holiday_pay_earned(gross: Decimal) -> Income:
    """Taken out of the income when it is earned. BEK 227/2024 § 6, stk. 2."""
    return Income("holiday_pay", -gross)


def holiday_pay_held(gross: Decimal, days_held: Decimal, days_covered: Decimal) -> Income:
    """Put into the income of the holiday's month: the share of the days held. BEK 227/2024 § 6, stk. 3-4.

    ValueError (Danish) when more days are held than the holiday pay covers.
    """
    if days_covered <= 0 or not 0 <= days_held <= days_covered:
        raise ValueError(f"Der kan ikke holdes {days_held} dage af feriegodtgørelse, som dækker {days_covered} dage.")
    return Income("holiday_pay", oere(gross * days_held / days_covered))


def unemployment_benefit_days(wanted: Decimal, paid_holiday_days: Decimal) -> Decimal:
    """How many holiday days ledighedsydelse may cover: with the paid days at most 25. BEK 227/2024 § 10, stk. 1."""
    if wanted < 0 or paid_holiday_days < 0:
        raise ValueError("Feriedage kan ikke være negative.")
    return min(wanted, max(ZERO, MAX_HOLIDAY_DAYS - paid_holiday_days))


def holiday_days(first: date, last: date, public_holidays: Collection[date] = ()) -> int:
    """Days of holiday in a period, both included: weekdays that are no public holiday (open question Q25)."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(1 for day in days if day.weekday() < 5 and day not in public_holidays)
