"""A start on 15 April: the proposals (C35), and what they leave to a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.partial_month import calendar_days, propose, weekdays
from tests.rules.case import basis, calculated, rates, wage

D = Decimal
FIRST, LAST = date(2024, 4, 15), date(2024, 4, 30)
APRIL = rates("2024-04")
CASE = basis("2024-04", wage(6400), ceiling=30000)


def test_by_calendar_days() -> None:
    assert calendar_days(FIRST, LAST) == (16, 30)
    result = propose(CASE, APRIL, *calendar_days(FIRST, LAST))
    assert result.base_amount == D(19952) * 16 / 30
    assert result.threshold == 16323
    assert (result.subsidy, result.extra_atp, result.mandatory_pension) == (8721, 436, 124)
    assert result.steps[0].text == "98 % af højeste dagpenge, 16 af 30 dage (forslag)"
    assert result.steps[0].amount == D("10641.07")
    assert sum(step.amount for step in result.steps) == result.payable_before_tax


def test_by_weekdays() -> None:
    assert weekdays(FIRST, LAST, APRIL) == (12, D("21.6667"))
    assert weekdays(FIRST, LAST, APRIL, {date(2024, 4, 16)}) == (11, D("21.6667"))
    result = propose(CASE, APRIL, D(12), D("21.6667"))
    assert (result.subsidy, result.extra_atp, result.mandatory_pension) == (9130, 457, 130)
    assert result.steps[0].text == "98 % af højeste dagpenge, 12 af 21,6667 dage (forslag)"


def test_the_ceiling_is_in_proportion_too() -> None:
    low = basis("2024-04", wage(6400), ceiling=15000)
    assert propose(low, APRIL, D(16), D(30)).subsidy == 8000 - 6400
    assert propose(basis("2024-04", wage(6400)), APRIL, D(16), D(30)).ceiling_cut == 0


def test_the_whole_month_is_the_month() -> None:
    assert propose(CASE, APRIL, D(30), D(30)).subsidy == calculated(CASE).subsidy


def test_days_that_are_no_part_of_a_month() -> None:
    for days in (-1, 31):
        with pytest.raises(ValueError, match="dage er ikke en del af 30 dage"):
            propose(CASE, APRIL, D(days), D(30))
    for period in ((FIRST, date(2024, 5, 1)), (LAST, FIRST)):
        with pytest.raises(ValueError, match="ligger ikke i én måned"):
            calendar_days(*period)
