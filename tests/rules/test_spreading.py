"""Pay over several months, expected wage, and settling what was paid too much or too little."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.facts import Basis, Income
from rules.judgment import MustBeJudged
from rules.months import Month
from rules.rates import published_rates
from rules.spreading import (
    Adjustment,
    adjust,
    recalculate,
    regulate_expected,
    settle,
    spread,
    total,
    with_spread,
    within_reach,
)
from tests.rules.case import basis, calculated, income, wage

D = Decimal
JANUARY, MARCH = Month(2024, 1), Month(2024, 3)


class TestSpread:
    def test_equally(self) -> None:
        assert spread(D(900), JANUARY, MARCH) == tuple((Month(2024, number), D(300)) for number in (1, 2, 3))

    def test_the_rest_lies_on_the_last_months(self) -> None:
        assert [amount for _, amount in spread(D("100.00"), JANUARY, MARCH)] == [D("33.33"), D("33.33"), D("33.34")]
        assert [amount for _, amount in spread(D("100.01"), JANUARY, MARCH)] == [D("33.33"), D("33.34"), D("33.34")]

    def test_a_correction_is_spread_with_its_sign(self) -> None:
        assert [amount for _, amount in spread(D("-100"), JANUARY, MARCH)] == [D("-33.33"), D("-33.33"), D("-33.34")]

    def test_one_month(self) -> None:
        assert spread(D("0.01"), JANUARY, JANUARY) == ((JANUARY, D("0.01")),)

    def test_across_the_year(self) -> None:
        assert [month for month, _ in spread(D(3), Month(2023, 12), Month(2024, 2))] == [
            Month(2023, 12),
            Month(2024, 1),
            Month(2024, 2),
        ]

    @pytest.mark.parametrize(("first", "last"), [(None, MARCH), (JANUARY, None), (MARCH, JANUARY)])
    def test_a_period_that_is_not_known(self, first: Month | None, last: Month | None) -> None:
        with pytest.raises(MustBeJudged, match=r"^Perioden, som lønnen dækker, er ikke oplyst"):
            spread(D(900), first, last)


class TestRecalculate:
    table = published_rates()

    def months(self) -> dict[Month, Basis]:
        return {Month(2024, number): basis(f"2024-{number:02d}", wage(16000), ceiling=33000) for number in (1, 2, 3)}

    def test_each_month_hit_with_old_new_and_difference(self) -> None:
        bonus = Income("wage", D(3000))
        changed = with_spread(self.months(), bonus, spread(bonus.amount, JANUARY, MARCH))
        paid = dict.fromkeys(self.months(), D(15152))
        adjustments = recalculate(paid, reversed(changed), self.table)
        assert adjustments == [Adjustment(Month(2024, n), D(15152), D(14683), D(-469)) for n in (1, 2, 3)]
        assert total(adjustments) == -3 * 469

    def test_each_month_with_its_own_rates(self) -> None:
        cases = [basis("2024-12", wage(17500)), basis("2025-01", wage(17500))]
        adjustments = recalculate({case.benefit_month: D(0) for case in cases}, cases, self.table)
        assert [adjustment.new for adjustment in adjustments] == [calculated(case).subsidy for case in cases]
        assert adjustments[0].new != adjustments[1].new

    def test_the_kind_of_the_income_is_kept(self) -> None:
        (changed,) = with_spread({JANUARY: basis("2024-01", wage(1))}, income("other_wage", 500), ((JANUARY, D(500)),))
        assert changed.incomes == (wage(1), income("other_wage", 500))

    def test_a_month_without_a_basis(self) -> None:
        with pytest.raises(MustBeJudged, match=r"^Lønnen dækker 2023-12, men der er ingen beregning"):
            with_spread(self.months(), wage(100), spread(D(100), Month(2023, 12), JANUARY))

    def test_a_month_without_a_decision(self) -> None:
        with pytest.raises(MustBeJudged, match=r"^Der er ingen afgørelse for 2024-01 at efterregulere"):
            recalculate({}, self.months().values(), self.table)

    def test_adjust_takes_calculations_and_amounts(self) -> None:
        new = calculated(basis("2024-01", wage(11800)))
        assert adjust(JANUARY, D(16952), new) == Adjustment(JANUARY, D(16952), D(16412), D(-540))
        assert adjust(JANUARY, new, D(17000)).difference == 17000 - 16412


def test_expected_wage_is_replaced_by_the_actual() -> None:
    expected = basis("2024-08", wage(10000), ceiling=30000, hours=80)
    actual = regulate_expected(expected, [wage(11800, hours=90)])
    assert actual == basis("2024-08", wage(11800, hours=90), ceiling=30000)
    assert adjust(expected.benefit_month, calculated(expected), calculated(actual)).difference == -540


@pytest.mark.parametrize(
    ("month", "reached"), [((2023, 7), False), ((2023, 8), True), ((2024, 8), True), ((2024, 9), False)]
)
def test_twelve_months_back(month: tuple[int, int], reached: bool) -> None:
    assert within_reach(Month(*month), discovered=Month(2024, 8)) is reached


class TestSettle:
    def test_all_in_the_next_month_when_possible(self) -> None:
        assert settle(D(-5628), [D(14683), D(14683)]) == ([D(9055), D(14683)], 0)

    def test_the_rest_in_the_following(self) -> None:
        assert settle(D(-5000), [D(3000), D(1500), D(1000)]) == ([0, 0, D(500)], 0)

    def test_what_is_left_is_a_matter_of_repayment(self) -> None:
        assert settle(D(-5000), [D(3000)]) == ([0], -2000)
        assert settle(D(-5000), []) == ([], -5000)

    def test_too_little_paid_comes_with_the_next(self) -> None:
        assert settle(D(700), [D(3000), D(3000)]) == ([D(3700), D(3000)], 0)


@given(st.integers(-(10**9), 10**9), st.integers(1, 36))
def test_spread_loses_nothing_and_the_months_differ_by_an_oere(oere: int, count: int) -> None:
    shares = [amount for _, amount in spread(D(oere) / 100, JANUARY, JANUARY + (count - 1))]
    assert len(shares) == count
    assert sum(shares) == D(oere) / 100
    assert max(shares) - min(shares) <= D("0.01")


@given(st.integers(-20000, 20000), st.lists(st.integers(0, 20000), max_size=5))
def test_settling_loses_nothing_and_nobody_pays_for_a_month(difference: int, coming: list[int]) -> None:
    settled, rest = settle(D(difference), [D(subsidy) for subsidy in coming])
    assert sum(settled) + rest == sum(coming) + difference
    assert all(amount >= 0 for amount in settled)
