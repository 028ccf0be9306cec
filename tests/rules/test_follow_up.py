"""When a case is looked at again: the day before, and the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.follow_up import (
    OpenRight,
    ceiling_due,
    expires_soon,
    follows_lost_right,
    lost_right_due,
    lost_right_overdue,
    months_later,
    next_lost_right,
    pension_notice_due,
    pension_notice_from,
)
from rules.pension_age import pension_date

BORN = date(1959, 6, 15)  # 67 years on 15 June 2026


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_three_months_before_the_pension_age() -> None:
    assert pension_date(BORN) == date(2026, 6, 15)
    assert pension_notice_from(BORN) == date(2026, 3, 15)
    assert not pension_notice_due(BORN, date(2026, 3, 14))
    assert pension_notice_due(BORN, date(2026, 3, 15))
    assert pension_notice_due(BORN, date(2026, 7, 1)), "a job that did not run makes it later, never not"
    assert pension_notice_from(BORN, 1) == date(2026, 5, 15)
    assert not pension_notice_due(BORN, date(2026, 5, 14), 1)


@pytest.mark.parametrize(
    ("last_days", "runs"), [([], False), ([date(2026, 1, 1)], False), ([None], True), ([date(2026, 1, 1), None], True)]
)
def test_lost_right_is_followed_while_a_period_has_no_end(last_days: list[date | None], runs: bool) -> None:
    assert follows_lost_right(OpenRight(date(2025, 1, 1), last) for last in last_days) is runs


@pytest.mark.parametrize(
    ("months", "due"), [(0, date(2026, 2, 28)), (1, date(2026, 2, 28)), (3, date(2026, 4, 30)), (9, date(2026, 4, 30))]
)
def test_monthly_and_never_more_than_three_months_apart(months: int, due: date) -> None:
    last = date(2026, 1, 31)
    assert next_lost_right(last, months) == due
    assert lost_right_due(last, due, months)
    assert not lost_right_due(last, due - timedelta(days=1), months)


def test_monthly_is_the_default() -> None:
    assert next_lost_right(date(2026, 1, 15)) == date(2026, 2, 15)
    assert lost_right_due(date(2026, 1, 15), date(2026, 2, 15))
    assert not lost_right_due(date(2026, 1, 15), date(2026, 2, 14))


def test_a_right_that_was_never_followed_is_asked_at_once() -> None:
    assert lost_right_due(None, date(2026, 1, 1))


def test_the_three_months_of_the_law() -> None:
    assert not lost_right_overdue(date(2026, 1, 15), date(2026, 4, 15))
    assert lost_right_overdue(date(2026, 1, 15), date(2026, 4, 16))


@pytest.mark.parametrize(
    ("last_day", "soon"),
    [
        (None, False),
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 6, 1), True),
        (date(2026, 6, 2), False),
    ],
)
def test_a_grant_that_expires_within_three_months(last_day: date | None, soon: bool) -> None:
    assert expires_soon(last_day, date(2026, 3, 1)) is soon


def test_a_grant_that_expires_within_a_month() -> None:
    assert expires_soon(date(2026, 4, 1), date(2026, 3, 1), 1)
    assert not expires_soon(date(2026, 4, 2), date(2026, 3, 1), 1)


def test_a_ceiling_is_confirmed_once_a_year() -> None:
    assert not ceiling_due(date(2025, 3, 10), date(2026, 3, 9))
    assert ceiling_due(date(2025, 3, 10), date(2026, 3, 10))
    assert ceiling_due(date(2025, 3, 10), date(2025, 9, 10), 6)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-5, 20))
def test_never_more_than_three_months_between_two_follow_ups(last: date, months: int) -> None:
    coming = next_lost_right(last, months)
    assert last < coming <= months_later(last, 3)
    assert not lost_right_overdue(last, coming)
