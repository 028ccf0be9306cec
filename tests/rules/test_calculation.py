"""The sum at its edges: dates on which a rule changed, limits, what is left out, what is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rules.calculation import CalculationError, calculate
from rules.facts import Basis, Benefit, Income
from rules.months import Month
from tests.rules.case import basis, benefit, calculated, income, rates, sick, wage

D = Decimal
ALLOWANCE = "unemployment_allowance_in_holiday"


class TestIncome:
    def test_both_pensions_of_a_kind_that_counts_are_added(self) -> None:
        for kind in ("wage", "other_wage", "b_income", "sideline", "holiday_pay", "lost_earnings"):
            assert calculated(basis("2024-08", income(kind, 1000, own=10, employer=200))).income == 1210

    @pytest.mark.parametrize("kind", ["employee_benefit", "volunteer_fee", "pension_payment"])
    def test_what_does_not_count_is_left_out_with_its_pension(self, kind: str) -> None:
        result = calculated(basis("2024-08", wage(1000), income(kind, 500, own=10, employer=20)))
        assert result.income == 1000

    def test_lost_earnings_count_from_january_2024(self) -> None:
        incomes = (wage(8000), income("lost_earnings", 4000))
        assert calculated(basis("2023-12", *incomes)).income == 8000
        assert calculated(basis("2024-01", *incomes)).income == 12000

    def test_a_correction_lowers_the_income(self) -> None:
        assert calculated(basis("2024-08", wage(8000), wage("-500.50"))).income == D("7499.50")

    def test_a_deficit_of_one_sideline_counts_as_nothing(self) -> None:
        deficit, surplus = income("sideline", -900, own=100), income("sideline", 300)
        assert calculated(basis("2024-08", wage(8000), deficit, surplus)).income == 8300

    def test_the_income_is_never_negative(self) -> None:
        result = calculated(basis("2024-08", wage(1000), income("holiday_pay", "-1000.01")))
        assert result.income == 0
        assert result.reduction_below == 0
        assert result.subsidy == 19952

    def test_holiday_pay_is_part_of_the_income_with_its_sign(self) -> None:
        assert calculated(basis("2024-08", wage(10000), income("holiday_pay", 1500))).income == 11500
        assert calculated(basis("2024-08", wage(10000), income("holiday_pay", -1500))).income == 8500


class TestReduction:
    def test_up_to_the_threshold(self) -> None:
        result = calculated(basis("2024-08", wage("16322.99")))
        assert (result.reduction_below, result.reduction_above) == (D("0.30") * D("16322.99"), 0)

    def test_over_the_threshold(self) -> None:
        result = calculated(basis("2024-08", wage("16323.01")))
        assert (result.reduction_below, result.reduction_above) == (D("0.30") * 16323, D("0.55") * D("0.01"))

    def test_one_threshold_for_all_jobs(self) -> None:
        result = calculated(basis("2024-08", wage(10000), income("other_wage", 10000)))
        assert result.reduction_above == D("0.55") * (20000 - 16323)

    def test_the_rounding_is_half_up_and_done_once(self) -> None:
        assert calculated(basis("2024-08", wage("0.05"))).subsidy == 19952  # 19.951,985
        assert calculated(basis("2024-08", wage("1.65"))).subsidy == 19952  # 19.951,505
        assert calculated(basis("2024-08", wage(5))).subsidy == 19951  # 19.950,50 goes up
        assert calculated(basis("2024-08", wage("5.05"))).subsidy == 19950  # 19.950,485


class TestBenefits:
    def test_paid_and_lost_are_deducted_in_full(self) -> None:
        result = calculated(basis("2024-08", benefits=(sick(1000), sick(200, "lost"), benefit("parental_benefit", 30))))
        assert result.benefit_deduction == 1230
        assert result.after_deductions == 19952 - 1230

    def test_corrections_cannot_raise_the_subsidy_above_the_base(self) -> None:
        result = calculated(basis("2024-08", benefits=(sick(100), sick(-300)), ceiling=19952))
        assert (result.benefit_deduction, result.ceiling_cut, result.subsidy) == (0, 0, 19952)

    def test_a_correction_lowers_the_deduction(self) -> None:
        assert calculated(basis("2024-08", benefits=(sick(1000), sick(-300)))).benefit_deduction == 700

    def test_allowance_in_kroner_is_deducted_outside_the_ceiling(self) -> None:
        result = calculated(basis("2021-05", wage(10000), benefits=(benefit(ALLOWANCE, 3000),), ceiling=22936))
        assert result.benefit_deduction == 3000
        assert result.ceiling_cut == 0
        assert result.subsidy == 18936 - 3000 - 3000

    @pytest.mark.parametrize("month", ["2020-01", "2022-03"])
    def test_allowance_in_kroner_from_2020_to_march_2022(self, month: str) -> None:
        assert calculated(basis(month, benefits=(benefit(ALLOWANCE, 3000),))).benefit_deduction == 3000

    @pytest.mark.parametrize("month", ["2019-12", "2022-04"])
    def test_allowance_in_kroner_is_refused_before_and_after(self, month: str) -> None:
        with pytest.raises(CalculationError) as refused:
            calculated(basis(month, benefits=(benefit(ALLOWANCE, 3000),)))
        assert str(refused.value) == (
            "unemployment_allowance_in_holiday fradrages kun i månederne 2020-01 til 2022-03 "
            "(bekg. 1604/2019 og 110/2021 § 9, stk. 2)."
        )


class TestCeiling:
    def test_exactly_at_the_ceiling_nothing_is_cut(self) -> None:
        assert calculated(basis("2024-08", wage(12000), ceiling=12000 + 16352)).ceiling_cut == 0

    def test_one_oere_over_is_cut(self) -> None:
        assert calculated(basis("2024-08", wage(12000), ceiling=D(12000 + 16352) - D("0.01"))).ceiling_cut == D("0.01")

    def test_the_cut_takes_the_whole_subsidy_and_no_more(self) -> None:
        result = calculated(basis("2024-08", wage(12000), ceiling=12000))
        assert (result.ceiling_cut, result.subsidy) == (16352, 0)
        assert calculated(basis("2024-08", wage(12000), ceiling=11000)).ceiling_cut == 16352

    def test_a_ceiling_of_zero_leaves_nothing(self) -> None:
        assert calculated(basis("2024-08", ceiling=0)).subsidy == 0

    def test_nothing_to_cut_when_nothing_is_left(self) -> None:
        result = calculated(basis("2024-08", wage(44000), ceiling=20000))
        assert (result.after_deductions, result.ceiling_cut) == (D("-167.25"), 0)

    @pytest.mark.parametrize("kind", ["sickness_benefit", "parental_benefit", "resource_course_benefit"])
    def test_paid_benefits_count_under_it_from_january_2024(self, kind: str) -> None:
        december = basis("2023-12", benefits=(benefit(kind, 9000),), ceiling=15000)
        january = replace(december, benefit_month=Month(2024, 1))
        assert calculated(december).ceiling_cut == 0
        assert calculated(january).ceiling_cut == 9000 + (19952 - 9000) - 15000

    def test_lost_benefits_never_count_under_it(self) -> None:
        assert calculated(basis("2024-08", benefits=(sick(9000, "lost"),), ceiling=10952)).ceiling_cut == 0
        assert calculated(basis("2024-08", benefits=(sick(9000, "lost"),), ceiling=10951)).ceiling_cut == 1

    def test_negative_benefits_do_not_make_room(self) -> None:
        result = calculated(basis("2024-08", benefits=(sick(-500), sick(500, "lost")), ceiling=19000))
        assert result.ceiling_cut == 952

    def test_before_2024_all_income_counts_under_it(self) -> None:
        result = calculated(basis("2023-12", wage(8000), income("other_wage", 2000), ceiling=20000))
        assert result.ceiling_cut == 10000 + (19333 - 3000) - 20000


class TestHolidayDays:
    def test_the_ceiling_comes_before_the_days(self) -> None:
        result = calculated(basis("2024-08", wage(12000), ceiling=28000, days=5))
        assert result.ceiling_cut == 352
        assert result.holiday_cut == D(16000) * 5 / D("21.6667")
        assert result.subsidy == 12308  # 16.000 x 16,6667/21,6667 = 12.307,69

    def test_from_april_2022(self) -> None:
        assert calculated(basis("2022-04", wage(12000), days=1)).holiday_cut > 0
        with pytest.raises(CalculationError) as refused:
            calculated(basis("2022-03", wage(12000), days="0.5"))
        assert str(refused.value) == "Dage med ledighedsydelse nedsætter først tilskuddet fra 2022-04, ikke i 2022-03."

    def test_no_days_are_no_days_in_any_month(self) -> None:
        assert calculated(basis("2014-01", wage(12000), days=0)).holiday_cut == 0

    def test_a_whole_month_leaves_nothing(self) -> None:
        assert calculated(basis("2024-08", wage(12000), days="21.6667")).subsidy == 0

    @pytest.mark.parametrize("days", ["-0.01", "21.6668", "25"])
    def test_impossible_days(self, days: str) -> None:
        with pytest.raises(CalculationError) as refused:
            calculated(basis("2024-08", wage(12000), days=days))
        assert str(refused.value) == f"{days} dage med ledighedsydelse: det skal være fra 0 til 21.6667 dage."


class TestBaseOverTime:
    @pytest.mark.parametrize(
        ("month", "base", "threshold", "valid_from"),
        [
            ("2014-01", 17312, 13446, "2014-01-01"),
            ("2014-12", 17312, 13446, "2014-01-01"),
            ("2017-06", 18027, 14116, "2017-01-01"),
            ("2017-07", 18035, 14116, "2017-07-01"),
            ("2017-12", 18035, 14116, "2017-07-01"),
            ("2018-01", 18260, 14398, "2018-01-01"),
            ("2026-12", 21600, 17672, "2026-01-01"),
        ],
    )
    def test_the_benefit_month_decides(self, month: str, base: int, threshold: int, valid_from: str) -> None:
        result = calculated(basis(month, wage(1000)))
        assert (result.base_amount, result.threshold) == (base, threshold)
        assert result.rates_valid_from.isoformat() == valid_from


class TestRefused:
    def test_before_2014(self) -> None:
        with pytest.raises(CalculationError) as refused:
            calculate(basis("2013-12", wage(1000)), rates("2014-01"))
        assert str(refused.value) == "2013-12 kan ikke beregnes: beregningen kender reglerne fra 2014-01."

    def test_the_rates_of_another_month(self) -> None:
        with pytest.raises(CalculationError) as refused:
            calculate(basis("2025-01", wage(1000)), rates("2024-12"))
        assert str(refused.value) == "Satserne fra 2024-01-01 til 2024-12-31 gælder ikke i 2025-01."

    def test_a_negative_ceiling(self) -> None:
        with pytest.raises(CalculationError) as refused:
            calculated(basis("2024-08", ceiling="-0.01"))
        assert str(refused.value) == "Lønloftet er negativt: -0.01."

    def test_an_unknown_income(self) -> None:
        with pytest.raises(CalculationError, match=r"^'bonus' kendes ikke\. Det skal være en af: wage, other_wage"):
            calculated(basis("2024-08", Income("bonus", D(1))))

    def test_an_unknown_benefit(self) -> None:
        with pytest.raises(CalculationError, match=r"^'su' kendes ikke\. Det skal være en af: sickness_benefit, "):
            calculated(basis("2024-08", benefits=(Benefit("su", D(1)),)))

    def test_an_unknown_status(self) -> None:
        with pytest.raises(CalculationError, match=r"^'refused' kendes ikke\. Det skal være en af: paid, lost\.$"):
            calculated(basis("2024-08", benefits=(sick(1, "refused"),)))

    def test_hours_that_contradict_each_other(self) -> None:
        with pytest.raises(CalculationError) as refused:
            calculated(basis("2024-08", wage(1000, hours=80), hours=81))
        assert str(refused.value) == "Månedens løntimer er oplyst til 81, men indtægternes løntimer er i alt 80."


class TestHoursAndContributions:
    def test_the_months_hours_are_the_sum_of_the_incomes(self) -> None:
        result = calculated(basis("2024-08", wage(1000, hours="40.00"), income("other_wage", 500, hours="46.67")))
        assert result.ordinary_atp == 91  # 1,23 x (160,333 - 86,67)

    def test_no_hours_no_ordinary_atp(self) -> None:
        assert calculated(basis("2024-08", wage(1000))).ordinary_atp is None
        assert calculated(basis("2024-08", wage(44000))).ordinary_atp is None

    def test_no_subsidy_no_ordinary_atp(self) -> None:
        assert calculated(basis("2024-08", wage(44000, hours=80))).ordinary_atp == 0

    def test_mandatory_pension_is_of_the_subsidy_after_extra_atp(self) -> None:
        result = calculated(basis("2024-08", wage(28500), ceiling=45000))
        assert result.extra_atp == 418  # 5 % af 8.358
        assert result.mandatory_pension == 119  # 1,5 % af 7.940


def test_a_month_before_the_weekly_rate_ended_and_after() -> None:
    case = basis("2017-06", wage(14000), ceiling=30000)
    june, july = calculated(case), calculated(replace(case, benefit_month=Month(2017, 7)))
    assert (june.subsidy, july.subsidy) == (18027 - 4200, 18035 - 4200)


def test_the_basis_is_left_as_it_was() -> None:
    incomes = (wage(1000), wage(2000))
    case = Basis(Month(2024, 8), incomes)
    calculated(case)
    assert case == Basis(Month(2024, 8), incomes)
