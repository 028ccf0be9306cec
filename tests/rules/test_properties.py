"""What holds for every case: hunts for counter-examples."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.calculation import calculate
from rules.dated_rules import LAW, RULES, in_force
from rules.facts import Basis, Benefit, Income
from rules.months import Month
from rules.rates import NoRates, published_rates, rates_on
from tests.rules.case import basis, calculated, wage

FIRST, LAST = Month(2014, 1), Month(2026, 12)
WAGES = ("wage", "other_wage", "b_income", "sideline", "holiday_pay")

months = st.integers(FIRST.index, LAST.index).map(Month.from_index)
oere = st.integers(-200_000, 5_000_000).map(lambda number: Decimal(number) / 100)
positive = st.integers(0, 5_000_000).map(lambda number: Decimal(number) / 100)
pension = st.integers(0, 300_000).map(lambda number: Decimal(number) / 100)
hours = st.none() | st.integers(0, 8_000).map(lambda number: Decimal(number) / 100)
incomes = st.builds(
    Income,
    st.sampled_from((*WAGES, "lost_earnings", "employee_benefit", "volunteer_fee", "pension_payment")),
    oere,
    pension,
    pension,
    hours,
)
benefits = st.builds(
    Benefit,
    st.sampled_from(("sickness_benefit", "parental_benefit", "resource_course_benefit")),
    oere,
    st.sampled_from(("paid", "lost")),
)


@st.composite
def bases(draw: st.DrawFn) -> Basis:
    month = draw(months)
    days = st.integers(0, 2166).map(lambda number: Decimal(number) / 100)
    return Basis(
        benefit_month=month,
        incomes=tuple(draw(st.lists(incomes, max_size=4))),
        benefits=tuple(draw(st.lists(benefits, max_size=3))),
        wage_ceiling=draw(st.none() | positive),
        holiday_days_on_unemployment_benefit=draw(days) if month >= Month(2022, 4) else Decimal(0),
    )


@given(bases(), positive, st.data())
def test_more_wage_never_raises_the_subsidy(case: Basis, more: Decimal, data: st.DataObject) -> None:
    with_wage = replace(case, incomes=(*case.incomes, Income("wage", Decimal(1))))
    number = data.draw(st.integers(0, len(with_wage.incomes) - 1))
    rich = list(with_wage.incomes)
    assume(rich[number].kind in WAGES)
    rich[number] = replace(rich[number], amount=rich[number].amount + more)
    assert calculated(replace(with_wage, incomes=tuple(rich))).subsidy <= calculated(with_wage).subsidy


@settings(max_examples=500)  # most have too much income for a subsidy
@given(bases(), positive)
def test_what_counts_under_the_ceiling_and_the_subsidy_stay_below_the_ceiling(case: Basis, ceiling: Decimal) -> None:
    result = calculated(replace(case, wage_ceiling=ceiling))
    if not result.subsidy:
        return
    counted = in_force(RULES, case.benefit_month).benefits_under_ceiling
    paid = sum((b.amount for b in case.benefits if b.status == "paid" and b.kind in counted), Decimal(0))
    assert result.income + max(Decimal(0), paid) + result.subsidy <= ceiling + Decimal("0.50")


@given(bases())
def test_nothing_is_negative_and_nothing_exceeds_the_base(case: Basis) -> None:
    result = calculated(case)
    assert 0 <= result.payable_before_tax <= result.subsidy <= result.base_amount
    assert 0 <= result.extra_atp <= 500
    assert result.ordinary_atp is None or 0 <= result.ordinary_atp <= 297
    sizes = (result.income, result.reduction_below, result.reduction_above, result.benefit_deduction)
    assert all(size >= 0 for size in (*sizes, result.ceiling_cut, result.holiday_cut, result.mandatory_pension))


@given(bases())
def test_the_steps_add_up_exactly(case: Basis) -> None:
    result = calculated(case)
    amounts = [step.amount for step in result.steps]
    assert amounts[0] == result.base_amount
    assert sum(amounts[:-1]) == result.subsidy
    assert sum(amounts) == result.payable_before_tax
    assert all(amount.as_tuple().exponent == -2 for amount in amounts)
    assert not any(amount.is_zero() and amount.is_signed() for amount in amounts)
    assert abs(amounts[-2]) <= Decimal("0.53")  # the rounding, and at most an øre from each step before it
    assert all(step.text and step.law for step in result.steps)


@given(bases(), st.randoms())
def test_the_order_of_incomes_and_benefits_changes_nothing(case: Basis, random: Random) -> None:
    shuffled_incomes, shuffled_benefits = list(case.incomes), list(case.benefits)
    random.shuffle(shuffled_incomes)
    random.shuffle(shuffled_benefits)
    shuffled = replace(case, incomes=tuple(shuffled_incomes), benefits=tuple(shuffled_benefits))
    assert calculated(shuffled) == calculated(case)


@given(bases(), st.integers(1, 9))
def test_one_wage_in_several_parts_gives_the_same(case: Basis, parts: int) -> None:
    whole = replace(case, incomes=(wage(9000 * parts),))
    split = replace(case, incomes=(wage(9000),) * parts)
    assert replace(calculated(split), steps=()) == replace(calculated(whole), steps=())


@given(bases(), positive)
def test_a_lost_benefit_lowers_the_subsidy_and_never_counts_under_the_ceiling(case: Basis, amount: Decimal) -> None:
    lost = replace(case, benefits=(Benefit("sickness_benefit", amount, "lost"),))
    paid = replace(case, benefits=(Benefit("sickness_benefit", amount, "paid"),))
    assert calculated(lost).benefit_deduction == calculated(paid).benefit_deduction == amount
    assert calculated(lost).subsidy >= calculated(paid).subsidy


@pytest.mark.parametrize("index", range(FIRST.index, LAST.index + 1), ids=lambda index: str(Month.from_index(index)))
def test_every_month_calculates(index: int) -> None:
    month = Month.from_index(index)
    result = calculated(basis(str(month), wage(12000), ceiling=30000))
    assert result.rates_valid_from <= month.first_day
    assert result.subsidy > 13000
    assert in_force(LAW, month).from_month <= month


def test_2027_is_refused() -> None:
    with pytest.raises(NoRates, match=r"Der er ingen satser for 2027-01\. Indlæs satserne for måneden"):
        rates_on(Month(2027, 1), published_rates())


def test_the_same_facts_give_the_same_calculation() -> None:
    case = basis("2026-03", wage("17333.33", own="12.34"), ceiling=32067)
    rates = rates_on(case.benefit_month, published_rates())
    assert calculate(case, rates) == calculate(case, rates)
