"""From facts to the basis of the sum: what counts, as what, and what has no part in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.basis import basis_of, ceiling_of, gross_earned_holiday, holiday_pay, income_of
from rules.decision import propose
from rules.facts import Benefit, Income, Period, Report, WageCeiling
from rules.months import Month
from tests.rules.facts_case import (
    AUGUST,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    benefit,
    facts,
    rates,
    report,
    reversal,
    rows,
)

D = Decimal


def held(first: date, amount: int | None = None, days: int | str | None = None, last: date | None = None) -> Period:
    number = None if amount is None else D(amount)
    return Period("holiday", first, last, amount=number, days=None if days is None else D(days))


class TestIncomes:
    def test_a_report_goes_in_with_pensions_and_hours(self) -> None:
        one = report(amount=9_000, own_pension=D(300), employer_pension=D(700))
        assert basis_of(facts(one)).incomes == (Income("wage", D(9_000), D(300), D(700), D(80)),)

    def test_the_income_month_is_the_month_before_the_benefit_month(self) -> None:
        assert basis_of(facts(report())).benefit_month == NOVEMBER
        assert (
            basis_of(facts(report(amount=1), benefit_month=OCTOBER)).incomes
            == basis_of(facts(benefit_month=NOVEMBER, before=(report(OCTOBER),))).incomes
        )

    @pytest.mark.parametrize("role", ["benefit", "other_benefit", "holiday_paid", "own_subsidy", "judge", "left_out"])
    def test_only_wage_is_income(self, role: str) -> None:
        assert basis_of(facts(benefit(role=role))).incomes == ()

    @pytest.mark.parametrize(("treatment", "number"), [("", 1), ("include", 1), ("correct", 1), ("leave_out", 0)])
    def test_a_person_may_leave_it_out(self, treatment: str, number: int) -> None:
        assert len(basis_of(facts(report(treatment=treatment))).incomes) == number

    def test_a_reversal_and_its_original_are_both_in_the_sum(self) -> None:
        assert income_of(facts(report(), reversal(report()), report(amount=500)), OCTOBER) == 500

    def test_kinds_that_never_count_are_shown_in_the_sum_and_not_counted(self) -> None:
        case = facts(report(), report(amount=700, kind="employee_benefit"))
        assert [one.kind for one in basis_of(case).incomes] == ["wage", "employee_benefit"]
        assert income_of(case, OCTOBER) == 10_000

    @pytest.mark.parametrize(("correction", "hours"), [("-80.00", [80, -80]), ("-80.01", [None, None])])
    def test_fewer_hours_than_none_are_unknown_hours(self, correction: str, hours: list[int | None]) -> None:
        case = facts(report(), report(amount=-500, paid_hours=D(correction)))
        assert [one.paid_hours for one in basis_of(case).incomes] == hours

    def test_without_reports_there_is_nothing(self) -> None:
        assert basis_of(facts()).incomes == ()
        assert income_of(facts(), OCTOBER) == 0


class TestHolidayPay:
    @pytest.mark.parametrize(
        ("net", "tax", "gross"),
        rows(
            ("38 percent", D("570.40"), D(38), D("570.40") / (D("0.92") * D("0.62"))),
            ("50 percent", D(460), D(50), D(460) / (D("0.92") * D("0.5"))),
            ("rounded to øre, halves up", D(1), D(38), D("1.75")),  # 1 / 0,5704 = 1,7531...
            ("taken back", D(-460), D(50), D(-1_000)),
        ),
    )
    def test_what_is_earned_is_grossed_up_and_taken_out(self, net: Decimal, tax: Decimal, gross: Decimal) -> None:
        """Net / ((1 - 8 %) x (1 - tax percent)): bekg. 227/2024 § 6, stk. 2; Q6."""
        case = facts(report(net_holiday_pay=net), tax_percent=tax)
        assert gross_earned_holiday(case.reports[-1], tax) == gross
        assert holiday_pay(case, OCTOBER) == -gross
        assert basis_of(case).incomes[-1] == Income("holiday_pay", -gross)

    @pytest.mark.parametrize("tax", [None, D(0), D(100), D(-1), D(101)])
    def test_without_a_tax_percent_nothing_is_taken_out(self, tax: Decimal | None) -> None:
        case = facts(report(net_holiday_pay=D(500)), tax_percent=tax)
        assert gross_earned_holiday(case.reports[-1], tax) is None
        assert holiday_pay(case, OCTOBER) == 0
        assert len(basis_of(case).incomes) == 1

    @pytest.mark.parametrize("tax", [None, D(38)])
    @pytest.mark.parametrize("net", [D(0), D(500)])
    def test_the_gross_figure_of_a_payslip_overrides(self, net: Decimal, tax: Decimal | None) -> None:
        case = facts(report(net_holiday_pay=net, gross_holiday_pay=D(901)), tax_percent=tax)
        assert holiday_pay(case, OCTOBER) == -901

    def test_a_gross_figure_of_0_overrides_too(self) -> None:
        assert holiday_pay(facts(report(net_holiday_pay=D(500), gross_holiday_pay=D(0))), OCTOBER) == 0

    def test_of_a_report_left_out_or_of_another_role_nothing_is_earned(self) -> None:
        gone = report(net_holiday_pay=D(500), treatment="leave_out")
        assert holiday_pay(facts(gone, benefit(net_holiday_pay=D(500))), OCTOBER) == 0

    def test_what_is_held_is_added_in_the_month_of_its_first_day(self) -> None:
        case = facts(report(), periods=(held(date(2026, 10, 31), 700), held(date(2026, 10, 1), 20)))
        assert (holiday_pay(case, OCTOBER), holiday_pay(case, NOVEMBER), holiday_pay(case, SEPTEMBER)) == (720, 0, 0)
        assert basis_of(case).incomes[-1] == Income("holiday_pay", D(720))

    def test_held_and_earned_in_one_month_are_one_figure(self) -> None:
        case = facts(report(gross_holiday_pay=D(900)), periods=(held(date(2026, 10, 5), 700),))
        assert holiday_pay(case, OCTOBER) == -200
        assert income_of(case, OCTOBER) == 10_000 - 200

    def test_held_as_much_as_earned_is_no_line(self) -> None:
        case = facts(report(gross_holiday_pay=D(900)), periods=(held(date(2026, 10, 5), 900),))
        assert len(basis_of(case).incomes) == 1

    def test_another_kind_of_period_holds_no_pay(self) -> None:
        case = facts(report(), periods=(Period("benefit", date(2026, 10, 5), amount=D(700), days=D(3)),))
        assert holiday_pay(case, OCTOBER) == 0
        assert basis_of(case).holiday_days_on_unemployment_benefit == 0


@pytest.mark.parametrize(
    ("periods", "days"),
    rows(
        ("none", (), 0),
        ("two holidays", (held(date(2026, 10, 5), days=2), held(date(2026, 10, 20), days="1.5")), D("3.5")),
        ("in the benefit month", (held(date(2026, 11, 2), days=2),), 0),
        ("in the month before", (held(date(2026, 9, 30), days=2),), 0),
        ("without days", (held(date(2026, 10, 5), 900),), 0),
        ("the whole month", (held(date(2026, 10, 1), days="21.6667"),), D("21.6667")),
        ("23 weekdays are the whole month", (held(date(2026, 10, 1), days=23),), D("21.6667")),
        ("less than none", (held(date(2026, 10, 1), days=-1),), 0),
    ),
)
def test_days_on_unemployment_benefit(periods: tuple[Period, ...], days: Decimal) -> None:
    assert basis_of(facts(report(), periods=periods)).holiday_days_on_unemployment_benefit == days


@pytest.mark.parametrize(
    ("ceilings", "amount"),
    rows(
        ("none", (), None),
        ("the newest", ((30_000, date(2026, 1, 1)), (32_000, date(2026, 7, 1))), 32_000),
        ("the newest in any order", ((32_000, date(2026, 7, 1)), (30_000, date(2026, 1, 1))), 32_000),
        ("changed inside the month", ((30_000, date(2026, 1, 1)), (32_000, date(2026, 10, 31))), 32_000),
        ("changed after the month", ((30_000, date(2026, 1, 1)), (32_000, date(2026, 11, 1))), 30_000),
        ("only after the month", ((32_000, date(2026, 11, 1)),), None),
        ("of 0 kr", ((0, date(2026, 1, 1)),), None),
        ("of 0 kr after another", ((30_000, date(2026, 1, 1)), (0, date(2026, 7, 1))), None),
        ("negative", ((-1, date(2026, 1, 1)),), None),
        ("of one krone", ((1, date(2026, 1, 1)),), 1),
    ),
)
def test_the_ceiling_in_force(ceilings: tuple[tuple[int, date], ...], amount: int | None) -> None:
    case = facts(report(), wage_ceilings=tuple(WageCeiling(D(number), first) for number, first in ceilings))
    assert ceiling_of(case, OCTOBER) == amount
    assert basis_of(case).wage_ceiling == amount


class TestBenefits:
    def test_paid_in_the_income_month(self) -> None:
        case = facts(report(), benefit("4000.50"), benefit(1, kind="parental_benefit"), benefit(9, month=SEPTEMBER))
        assert basis_of(case).benefits == (
            Benefit("sickness_benefit", D("4000.50")),
            Benefit("parental_benefit", D(1)),
        )

    def test_left_out_by_a_person(self) -> None:
        assert basis_of(facts(benefit(treatment="leave_out"))).benefits == ()
        assert len(basis_of(facts(benefit(treatment="include"))).benefits) == 1

    @pytest.mark.parametrize(
        ("first", "last", "counts"),
        rows(
            ("open", date(2026, 1, 1), None, True),
            ("from the last day", date(2026, 10, 31), None, True),
            ("from the day after", date(2026, 11, 1), None, False),
            ("to the first day", date(2026, 1, 1), date(2026, 10, 1), True),
            ("to the day before", date(2026, 1, 1), date(2026, 9, 30), False),
        ),
    )
    def test_a_lost_right_is_deducted_while_it_lasts(self, first: date, last: date | None, counts: bool) -> None:
        period = Period("lost_right", first, last, "sickness_benefit", D(4_000))
        found = basis_of(facts(report(), periods=(period,))).benefits
        assert found == ((Benefit("sickness_benefit", D(4_000), "lost"),) if counts else ())

    @pytest.mark.parametrize("changes", [{"benefit": ""}, {"amount": None}, {"kind": "benefit"}])
    def test_what_is_no_whole_lost_right_is_not_in_the_sum(self, changes: dict) -> None:
        period = Period("lost_right", date(2026, 1, 1), None, "sickness_benefit", D(4_000))
        assert basis_of(facts(report(), periods=(replace(period, **changes),))).benefits == ()


kinds = st.sampled_from(("wage", "other_wage", "b_income", "sideline", "lost_earnings", "pension_payment"))
amounts = st.integers(-500_000, 3_000_000).map(lambda oere: D(oere) / 100)


@given(st.lists(st.tuples(kinds, amounts), max_size=5), st.none() | amounts)
def test_the_rules_and_the_sum_count_the_same_income(
    incomes: list[tuple[str, Decimal]], holiday: Decimal | None
) -> None:
    now = tuple(report(amount=amount, kind=kind) for kind, amount in incomes)
    periods = () if holiday is None else (Period("holiday", date(2026, 10, 5), amount=holiday),)
    case = facts(*now, periods=periods)
    assert max(D(0), income_of(case, OCTOBER)) == propose(case, rates()).income


def test_income_of_another_month_is_that_months() -> None:
    case = facts(report(amount=3), before=(report(AUGUST, 1), report(SEPTEMBER, 2), report(Month(2025, 10), 9)))
    assert [income_of(case, month) for month in (AUGUST, SEPTEMBER, OCTOBER, NOVEMBER)] == [1, 2, 3, 0]


def test_the_whole_of_a_report_is_its_amount_with_both_pensions() -> None:
    one = Report(OCTOBER, "1", "wage", "wage", D(9_000), D(300), D("700.25"))
    assert one.counted == D("10000.25")
