"""Holiday pay earned and held, grossing up, and days with ledighedsydelse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.facts import Income
from rules.holiday import (
    gross_share,
    gross_up,
    holiday_days,
    holiday_pay_earned,
    holiday_pay_held,
    unemployment_benefit_days,
)
from rules.judgment import MustBeJudged
from rules.months import Month
from tests.rules.case import basis, calculated, wage

D = Decimal


@pytest.mark.parametrize(
    ("net", "percent", "gross"),
    [("855.60", "38", "1500.00"), ("1000", "38", "1753.16"), ("1000", "37.5", "1739.13"), ("0", "38", "0.00")],
)
def test_grossing_up(net: str, percent: str, gross: str) -> None:
    assert gross_up(D(net), D(percent)) == D(gross)


@pytest.mark.parametrize("percent", [None, D(0), D(-1), D(100), D(138)])
def test_grossing_up_without_a_tax_percent_is_for_a_person(percent: Decimal | None) -> None:
    with pytest.raises(MustBeJudged, match="kan ikke omregnes til et bruttobeløb: trækprocenten"):
        gross_up(D(1000), percent)


def test_the_share_of_2020_to_march_2022() -> None:
    assert gross_share(D(12000), Month(2020, 1)) == gross_share(D(12000), Month(2022, 3)) == D("1333.20")
    for month in (Month(2019, 12), Month(2022, 4)):
        with pytest.raises(ValueError, match="11,11 % gælder fra 2020-01 til 2022-03"):
            gross_share(D(12000), month)


def test_earned_holiday_pay_is_taken_out_and_held_is_put_in() -> None:
    assert holiday_pay_earned(D(1500)) == Income("holiday_pay", D(-1500))
    assert holiday_pay_held(D(20000), D(5), D(25)) == Income("holiday_pay", D(4000))
    assert holiday_pay_held(D(10000), D(1), D(3)).amount == D("3333.33")
    assert holiday_pay_held(D(10000), D(3), D(3)).amount == 10000


def test_the_year_is_neither_counted_twice_nor_forgotten() -> None:
    earned = [holiday_pay_earned(D(1500)).amount] * 12
    held = [holiday_pay_held(D(18000), D(5), D(25)).amount] * 5
    assert sum(earned) + sum(held) == 0


@pytest.mark.parametrize(("held", "covered"), [(26, 25), (-1, 25), (1, 0), (0, 0)])
def test_days_that_the_holiday_pay_does_not_cover(held: int, covered: int) -> None:
    with pytest.raises(ValueError, match=f"^Der kan ikke holdes {held} dage af feriegodtgørelse"):
        holiday_pay_held(D(1000), D(held), D(covered))


@pytest.mark.parametrize(
    ("wanted", "paid", "days"), [(5, 0, 5), (5, 20, 5), (5, 21, 4), (5, 25, 0), (5, 26, 0), (30, 0, 25)]
)
def test_at_most_25_days_together(wanted: int, paid: int, days: int) -> None:
    assert unemployment_benefit_days(D(wanted), D(paid)) == days


@pytest.mark.parametrize(("wanted", "paid"), [(-1, 0), (0, -1)])
def test_days_are_not_negative(wanted: int, paid: int) -> None:
    with pytest.raises(ValueError, match="kan ikke være negative"):
        unemployment_benefit_days(D(wanted), D(paid))


def test_days_are_weekdays_less_public_holidays() -> None:
    ascension = date(2024, 5, 9)
    assert holiday_days(date(2024, 5, 6), date(2024, 5, 12)) == 5
    assert holiday_days(date(2024, 5, 6), date(2024, 5, 12), {ascension}) == 4
    assert holiday_days(date(2024, 5, 11), date(2024, 5, 12)) == 0
    assert holiday_days(date(2024, 5, 6), date(2024, 5, 6)) == 1


def test_holiday_pay_counts_under_the_ceiling() -> None:
    case = basis("2024-08", wage(12000), holiday_pay_held(D(2000), D(5), D(5)), ceiling=29000)
    assert calculated(case).ceiling_cut == 14000 + (19952 - D("0.30") * 14000) - 29000
