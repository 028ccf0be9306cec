"""The expected wage: what it stands in for, until when, and the regulation on the wage actually paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rules.basis import basis_of
from rules.facts import Facts, Income, Job, Report, WageCeiling
from rules.income_checks import on_expected_wage
from rules.months import Month
from rules.registry import Numbers
from rules.spreading import regulate_expected
from rules.start_up import ceiling_month, expected_wage, first_whole_month, regulated, start_day, wages_of
from tests.rules.facts_case import view

D = Decimal
AUGUST = Month(2024, 8)
JOB = Job("70000010", True, date(2024, 8, 1))


def wage(month: Month, amount: int = 11800, **more: object) -> Report:
    more = {
        "pay_date": month.last_day,
        "period_start": month.first_day,
        "period_end": month.last_day,
        "paid_hours": D(60),
        **more,
    }
    return Report(month, "70000010", "wage", "wage", D(amount), **more)


def starting(**more: object) -> Facts:
    """Fleksjob and grant from 1 August 2024, expected wage 10.000 kr., nothing in the register."""
    facts = Facts(
        benefit_month=AUGUST,
        grant_first_day=date(2024, 8, 1),
        birth_date=date(1980, 2, 3),
        jobs=(JOB,),
        wage_ceilings=(WageCeiling(D(30000), date(2024, 8, 1)),),
        expected_wage=D(10000),
    )
    return replace(facts, **more)


class TestExpectedWage:
    def test_it_is_the_income_while_the_register_has_no_whole_month(self) -> None:
        assert basis_of(starting()).incomes == (Income("wage", D(10000)),)

    def test_it_takes_the_place_of_a_part_of_a_months_wage(self) -> None:
        part = wage(AUGUST, 4000, period_start=date(2024, 8, 16))
        facts = starting(benefit_month=AUGUST + 1, reports=(part,))
        assert [one.amount for one in basis_of(facts).incomes] == [D(10000)]

    def test_other_income_of_the_month_still_counts(self) -> None:
        benefit = Report(AUGUST - 1, "1", "benefit", "sickness_benefit", D(900), pay_date=date(2024, 7, 31))
        assert [one.amount for one in basis_of(starting(reports=(benefit,))).benefits] == [D(900)]

    def test_a_whole_month_ends_it(self) -> None:
        facts = starting(benefit_month=AUGUST + 1, reports=(wage(AUGUST),))
        assert expected_wage(facts) is None
        assert [one.amount for one in basis_of(facts).incomes] == [D(11800)]

    @pytest.mark.parametrize(("treatment", "expected"), [("include", None), ("correct", None), ("leave_out", D(10000))])
    def test_a_wage_that_a_person_has_decided_on_goes_before_it(self, treatment: str, expected: Decimal | None) -> None:
        part = wage(AUGUST, 4000, period_start=date(2024, 8, 16), treatment=treatment)
        assert expected_wage(starting(benefit_month=AUGUST + 1, reports=(part,))) == expected

    @pytest.mark.parametrize(("months", "expected"), [(12, D(10000)), (13, None)])
    def test_it_is_no_stand_in_for_a_month_without_wage_long_after_the_start(
        self, months: int, expected: Decimal | None
    ) -> None:
        assert expected_wage(starting(benefit_month=AUGUST + months)) == expected

    def test_a_case_without_one_has_none(self) -> None:
        assert expected_wage(starting(expected_wage=None)) is None

    def test_the_start_is_the_later_of_grant_and_first_fleksjob(self) -> None:
        ordinary = Job("70000029", False, date(2024, 7, 1))
        assert start_day(starting(jobs=(ordinary, replace(JOB, first_day=date(2024, 8, 12))))) == date(2024, 8, 12)
        assert start_day(starting(jobs=())) == date(2024, 8, 1)


class TestCeiling:
    def test_before_the_job_began_the_ceiling_is_that_of_the_benefit_month(self) -> None:
        assert ceiling_month(starting()) == AUGUST
        assert basis_of(starting()).wage_ceiling == 30000

    def test_after_it_the_ceiling_is_that_of_the_income_month(self) -> None:
        assert ceiling_month(starting(benefit_month=AUGUST + 1)) == AUGUST


class TestWholeMonth:
    def test_the_first_month_whose_every_day_is_paid(self) -> None:
        reports = (wage(AUGUST, period_start=date(2024, 8, 2)), wage(AUGUST + 1))
        assert first_whole_month(starting(reports=reports)) == AUGUST + 1

    def test_periods_are_put_together(self) -> None:
        halves = (wage(AUGUST, period_end=date(2024, 8, 14)), wage(AUGUST, period_start=date(2024, 8, 15)))
        assert first_whole_month(starting(reports=halves)) == AUGUST

    def test_a_report_without_a_period_is_a_months_pay_and_one_date_is_not(self) -> None:
        assert first_whole_month(starting(reports=(wage(AUGUST, period_start=None, period_end=None),))) == AUGUST
        assert first_whole_month(starting(reports=(wage(AUGUST, period_end=None),))) is None

    def test_a_month_that_began_before_the_job_is_not_whole(self) -> None:
        late = starting(jobs=(replace(JOB, first_day=date(2024, 8, 2)),), reports=(wage(AUGUST),))
        assert first_whole_month(late) is None

    @pytest.mark.parametrize("change", [{"pay_date": None}, {"treatment": "leave_out"}])
    def test_what_a_person_added_or_left_out_is_not_in_the_register(self, change: dict[str, object]) -> None:
        assert first_whole_month(starting(reports=(wage(AUGUST, **change),))) is None


class TestRegulation:
    def test_the_wage_actually_paid_stands_in_place_of_the_expected(self) -> None:
        facts = starting(reports=(wage(AUGUST - 1, 3000), wage(AUGUST)))
        actual = wages_of(facts, AUGUST)
        paid = regulated(replace(facts, reports=(wage(AUGUST - 1, 3000),)), actual)
        assert [one.amount for one in basis_of(paid).incomes] == [D(11800)]
        assert paid.expected_wage is None

    def test_it_is_the_same_as_the_basis_regulated(self) -> None:
        """BEK 227/2024 § 4, stk. 2, in both forms: on the facts, and on the basis (example C27)."""
        income = Income("wage", D(11800), paid_hours=D(60))
        assert basis_of(regulated(starting(), (wage(AUGUST),))) == regulate_expected(basis_of(starting()), [income])


def test_inc43_names_the_expected_wage_and_the_income_month_while_the_month_stands_on_it() -> None:
    assert on_expected_wage(view(starting())) == Numbers(found=D(10000), months=(AUGUST - 1,))
    assert on_expected_wage(view(starting(expected_wage=None))) is None
