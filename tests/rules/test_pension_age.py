"""Folkepensionsalder by birth date, cohort by cohort."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.months import Month
from rules.pension_age import has_right_all_month, last_day_of_right, pension_age, pension_date, right_ends_in


@pytest.mark.parametrize(
    ("born", "age", "reached"),
    [
        (date(1953, 12, 31), "65", date(2018, 12, 31)),
        (date(1954, 1, 1), "65.5", date(2019, 7, 1)),
        (date(1954, 6, 30), "65.5", date(2019, 12, 30)),
        (date(1954, 7, 1), "66", date(2020, 7, 1)),
        (date(1954, 12, 31), "66", date(2020, 12, 31)),
        (date(1955, 1, 1), "66.5", date(2021, 7, 1)),
        (date(1955, 6, 30), "66.5", date(2021, 12, 30)),
        (date(1955, 7, 1), "67", date(2022, 7, 1)),
        (date(1962, 12, 31), "67", date(2029, 12, 31)),
        (date(1963, 1, 1), "68", date(2031, 1, 1)),
        (date(1966, 12, 31), "68", date(2034, 12, 31)),
        (date(1967, 1, 1), "69", date(2036, 1, 1)),
        (date(1970, 12, 31), "69", date(2039, 12, 31)),
        (date(1971, 1, 1), "70", date(2041, 1, 1)),
        (date(2005, 6, 15), "70", date(2075, 6, 15)),
    ],
)
def test_cohorts(born: date, age: str, reached: date) -> None:
    assert pension_age(born) == Decimal(age)
    assert pension_date(born) == reached


def test_a_day_the_month_does_not_have_becomes_its_last() -> None:
    assert pension_date(date(1955, 3, 31)) == date(2021, 9, 30)
    assert pension_date(date(1956, 2, 29)) == date(2023, 2, 28)


def test_the_right_ends_the_day_before() -> None:
    born = date(1960, 5, 1)
    assert pension_date(born) == date(2027, 5, 1)
    assert last_day_of_right(born) == date(2027, 4, 30)


def test_the_month_of_reaching_it_is_for_a_person() -> None:
    born = date(1960, 5, 15)
    assert [right_ends_in(born, Month(2027, number)) for number in (4, 5, 6)] == [False, True, False]
    assert [has_right_all_month(born, Month(2027, number)) for number in (4, 5, 6)] == [True, False, False]


def test_the_right_holds_all_of_the_month_before_a_birthday_on_the_first() -> None:
    assert has_right_all_month(date(1960, 5, 1), Month(2027, 4))
    assert not has_right_all_month(date(1960, 4, 30), Month(2027, 4))
