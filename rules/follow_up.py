"""When a case is to be looked at again: pure dates, asked by the daily jobs.

A follow-up that was missed for some days is still due: each asks whether its day has come, not whether it is today.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rules.months import Month
from rules.pension_age import pension_date
from rules.sickness import FOLLOW_UP_MONTHS

PENSION_MONTHS_AHEAD = 3  # seed, annex 1, Folkepension
LOST_RIGHT_MONTHS = 1  # seed: the follow-up task runs monthly
EXPIRING_MONTHS_AHEAD = 3  # our default
CEILING_MONTHS = 12  # our default: a wage ceiling is confirmed once a year


@dataclass(frozen=True, slots=True)
class OpenRight:
    """A period of lost right: its last day, or None while it is open."""

    first_day: date
    last_day: date | None = None


def months_later(day: date, months: int) -> date:
    """The same day some months later (or earlier); a day the month does not have becomes its last day."""
    month = Month.of(day) + months
    return date(month.year, month.number, min(day.day, calendar.monthrange(month.year, month.number)[1]))


def pension_notice_from(born: date, months_ahead: int = PENSION_MONTHS_AHEAD) -> date:
    """The first day a task about folkepension is made: some months before the age is reached."""
    return months_later(pension_date(born), -months_ahead)


def pension_notice_due(born: date, today: date, months_ahead: int = PENSION_MONTHS_AHEAD) -> bool:
    """Whether the citizen reaches the pension age within the months ahead, or has reached it."""
    return today >= pension_notice_from(born, months_ahead)


def follows_lost_right(periods: Iterable[OpenRight]) -> bool:
    """The follow-up of a lost right runs while any period has no end (LAB § 124, stk. 4)."""
    return any(one.last_day is None for one in periods)


def next_lost_right(last_asked: date, months: int = LOST_RIGHT_MONTHS) -> date:
    """The day of the next follow-up: monthly, and never more than three months after the last one."""
    return months_later(last_asked, min(max(1, months), FOLLOW_UP_MONTHS))


def lost_right_due(last_asked: date | None, today: date, months: int = LOST_RIGHT_MONTHS) -> bool:
    """Whether to ask now: at once when nobody has asked, else from the day of the next follow-up."""
    return last_asked is None or today >= next_lost_right(last_asked, months)


def lost_right_overdue(last_asked: date, today: date) -> bool:
    """Whether the law's three months have passed without an answer (LAB § 124, stk. 4)."""
    return today > months_later(last_asked, FOLLOW_UP_MONTHS)


def expires_soon(last_day: date | None, today: date, months_ahead: int = EXPIRING_MONTHS_AHEAD) -> bool:
    """Whether a grant that still runs ends within the months ahead (LAB § 120: five years at a time)."""
    return last_day is not None and today <= last_day <= months_later(today, months_ahead)


def ceiling_due(confirmed_on: date, today: date, months: int = CEILING_MONTHS) -> bool:
    """Whether a wage ceiling has not been confirmed for so long that the employer is asked (bekg. 227/2024 § 12)."""
    return today >= months_later(confirmed_on, months)
