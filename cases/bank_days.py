"""Danish bank days, and the days of the monthly cycle that hang on them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

from rules.months import Month

DAY = timedelta(days=1)


@cache
def closing_days(year: int) -> frozenset[date]:
    """Days on which banks are closed besides weekends (Nationalbanken's list; exact for 2026 and 2027).

    Public holidays, the Friday after Ascension, 5 June, 24 and 31 December.
    """
    public = holidays.country_holidays("DK", years=year, categories=("public",))
    ascension = [day for day in public if "himmelfart" in public[day].lower() or "ascension" in public[day].lower()]
    return frozenset(public) | {
        *(day + DAY for day in ascension),
        date(year, 6, 5),
        date(year, 12, 24),
        date(year, 12, 31),
    }


def is_bank_day(day: date) -> bool:
    return day.weekday() < 5 and day not in closing_days(day.year)


def last_bank_day(month: Month) -> date:
    """The pay day: the last bank day of the month (Q15)."""
    day = month.last_day
    while not is_bank_day(day):
        day -= DAY
    return day


def coming_pay_day(month: Month, today: date) -> date:
    """When what is decided today for the month is paid: its pay day, or the next one when that is past."""
    day, next_ = last_bank_day(month), last_bank_day(Month.of(today))
    if today <= day:
        return day
    return next_ if today <= next_ else last_bank_day(Month.of(today) + 1)


def run_day(month: Month) -> date:
    """When the monthly run starts: the first bank day after the reporting deadline, the 10th (17 January)."""
    day = date(month.year, month.number, 17 if month.number == 1 else 10) + DAY
    while not is_bank_day(day):
        day += DAY
    return day


def bank_days_until(today: date, day: date) -> int:
    """Bank days after today up to and including the day; 0 when it is today or past."""
    return sum(is_bank_day(today + DAY * n) for n in range(1, (day - today).days + 1))


def bank_days_before(day: date, count: int) -> date:
    """The day that lies ``count`` bank days earlier."""
    while count:
        day -= DAY
        count -= is_bank_day(day)
    return day


def bank_days_after(day: date, count: int) -> date:
    """The day that lies ``count`` bank days later."""
    while count:
        day += DAY
        count -= is_bank_day(day)
    return day


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Public holidays (helligdage): days that are no holiday of one's own (Q25)."""
    return frozenset(holidays.country_holidays("DK", years=year, categories=("public",)))
