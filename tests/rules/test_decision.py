"""The door: outcome, answers, flags, no wage, and a fingerprint that changes with all it rests on."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import decision as door
from rules.calculation import CalculationError
from rules.decision import PAID, TASK, Decision, decide
from rules.facts import Answer, Facts, Job, PaidSubsidy, Period, WageCeiling
from rules.frozen import canonical, digest, freeze, thaw
from rules.income_rules import BY_CODE, RULES
from rules.months import Month
from rules.parameters import Parameters, RuleMode
from rules.rates import Rates
from rules.registry import Concern
from tests.rules.facts_case import (
    AUGUST,
    BASE,
    BEFORE,
    NOVEMBER,
    OCTOBER,
    ON,
    OTHER_SE,
    SE,
    SEPTEMBER,
    SUBSIDY,
    benefit,
    codes,
    decided,
    facts,
    rates,
    report,
    reversal,
    rows,
)

D = Decimal
PLAIN = facts(report())
MANY = facts(
    report(amount=20_000, hours_fault="løntimer er 0,00", period_end=date(2026, 10, 14)),
    report(amount=3_000, se=OTHER_SE, net_holiday_pay=D(50), unknown=(("ukendt felt 777", D(10)),)),
    needs_manual="Løn fra Norge",
    tax_percent=None,
    wage_ceilings=(),
)


class TestOutcome:
    def test_no_concern_is_paid(self) -> None:
        result = decided(PLAIN)
        assert (result.outcome, result.concerns, result.answered) == (PAID, (), ())
        assert result.calculation.subsidy == SUBSIDY == BASE - D("0.30") * 10_000

    def test_a_concern_is_a_task_with_the_same_proposal(self) -> None:
        result = decided(replace(PLAIN, needs_manual="Løn fra Norge"))
        assert (result.outcome, result.calculation.subsidy) == (TASK, SUBSIDY)

    def test_the_words_that_rows_are_stored_with(self) -> None:
        assert (PAID, TASK) == ("paid", "task")

    def test_the_concerns_come_by_priority(self) -> None:
        assert codes(MANY) == ["INC4", "INC5", "INC6", "INC7", "INC8", "INC20", "INC24", "INC27", "INC34"]
        order = [rule.code for rule in RULES]
        assert codes(MANY) == sorted(codes(MANY), key=order.index)

    def test_what_cannot_be_calculated_is_refused_in_danish(self) -> None:
        with pytest.raises(CalculationError, match="gælder ikke i 2026-11"):
            decide(PLAIN, rates(Month(2025, 11)), ON)


class TestFlags:
    KYS = ("INC4", "INC5", "INC6", "INC7", "INC8")

    @pytest.mark.parametrize(
        ("include", "automatic", "plain", "odd"),
        [
            (True, True, [], [*KYS, "INC20", "INC24", "INC27", "INC34"]),
            (True, False, ["INC37"], [*KYS, "INC20", "INC24", "INC27", "INC34", "INC37"]),
            (False, True, ["INC36"], ["INC20", "INC24", "INC27", "INC34", "INC36"]),
            (False, False, ["INC36", "INC37"], ["INC20", "INC24", "INC27", "INC34", "INC36", "INC37"]),
        ],
    )
    def test_each_combination(self, include: bool, automatic: bool, plain: list[str], odd: list[str]) -> None:
        """Inclusion off: INC1-INC8 are not shown and pay waits. Automation off: every case is a task."""
        flags = Parameters(include_income_automatically=include, full_automation=automatic)
        assert codes(PLAIN, flags) == plain
        assert codes(MANY, flags) == odd

    def test_the_careful_default_pays_nothing_by_itself(self) -> None:
        assert decided(PLAIN, Parameters()).outcome == TASK

    def test_inclusion_off_and_all_registered_by_hand_passes(self) -> None:
        off = Parameters(include_income_automatically=False, full_automation=True)
        assert codes(facts(report(treatment="include")), off) == []


def answered(case: Facts, *passed: str, parameters: Parameters = ON) -> Facts:
    """The case with answers to these concerns as they now stand."""
    found = decided(case, parameters).concerns
    return replace(case, answers=tuple(Answer(one.code, one.key) for one in found if one.code in passed))


class TestAnswers:
    LOW = facts(report(amount=8_000))

    def test_an_answer_passes_its_concern(self) -> None:
        result = decided(answered(self.LOW, "INC3"))
        assert (result.outcome, [one.code for one in result.answered]) == (PAID, ["INC3"])
        assert result.calculation == decided(self.LOW).calculation

    def test_one_answer_of_two_leaves_the_other_open(self) -> None:
        two = replace(self.LOW, needs_manual="Løn fra Norge")
        result = decided(answered(two, "INC34"))
        assert ([one.code for one in result.concerns], [one.code for one in result.answered]) == (["INC3"], ["INC34"])
        assert decided(answered(two, "INC3", "INC34")).outcome == PAID

    @pytest.mark.parametrize(
        "changed",
        rows(
            ("another wage", {"reports": (*BEFORE, report(amount="8000.01"))}),
            ("another average", {"reports": (report(AUGUST, "10000.02"), report(SEPTEMBER), report(amount=8_000))}),
        ),
    )
    def test_changed_numbers_ask_again(self, changed: dict[str, Any]) -> None:
        result = decided(replace(answered(self.LOW, "INC3"), **changed))
        assert ([one.code for one in result.concerns], result.answered) == (["INC3"], ())

    def test_a_changed_limit_asks_again(self) -> None:
        case = answered(self.LOW, "INC3")
        assert codes(case, replace(ON, percent_below=D(16))) == ["INC3"]
        assert codes(case, replace(ON, percent_above=D(16))) == []

    def test_what_does_not_touch_the_numbers_does_not_ask_again(self) -> None:
        assert codes(replace(answered(self.LOW, "INC3"), tax_percent=D(40))) == []

    def test_amounts_written_otherwise_are_the_same_numbers(self) -> None:
        same = (*BEFORE, report(amount="8000.00", hours_fault=""))
        assert codes(replace(answered(self.LOW, "INC3"), reports=same)) == []

    def test_an_answer_to_another_code_with_the_same_numbers_passes_nothing(self) -> None:
        key = decided(self.LOW).concerns[0].key
        assert codes(replace(self.LOW, answers=(Answer("INC4", key),))) == ["INC3"]

    def test_an_answer_to_nothing_is_left_alone(self) -> None:
        assert decided(replace(PLAIN, answers=(Answer("INC3", "{}"),))).answered == ()

    @pytest.mark.parametrize(
        ("code", "case", "parameters"),
        rows(
            ("INC8", "INC8", facts(report(net_holiday_pay=D(500)), before=tuple(BEFORE), tax_percent=None), ON),
            ("INC24", "INC24", facts(report(), wage_ceilings=()), ON),
            ("INC36", "INC36", PLAIN, Parameters(full_automation=True)),
            ("INC41", "INC41", facts(report(), periods=(Period("lost_right", date(2026, 10, 1)),)), ON),
        ),
    )
    def test_what_must_be_put_right_first_is_passed_by_no_answer(
        self, code: str, case: Facts, parameters: Parameters
    ) -> None:
        with_answer = answered(case, code, parameters=parameters)
        assert with_answer.answers
        assert codes(with_answer, parameters) == [code]

    def test_just_those_four_must_be_put_right_first(self) -> None:
        assert [rule.code for rule in RULES if not rule.acceptable] == ["INC8", "INC24", "INC36", "INC41"]


LOST = Period("lost_right", date(2026, 1, 1), None, "sickness_benefit", D(5_000))


class TestNoWage:
    @pytest.mark.parametrize(
        "case",
        rows(
            ("nothing reported", facts()),
            ("0 kr reported", facts(report(amount=0))),
            ("taken back", facts(report(amount=-900))),
            ("reversed", facts(report(), reversal(report()))),
            ("a benefit of 0 kr", facts(benefit(0))),
            ("a pension only", facts(report(amount=9_000, kind="pension_payment"))),
            (
                "under a low ceiling and with days on ledighedsydelse",
                facts(
                    wage_ceilings=(WageCeiling(D(1_000), date(2020, 1, 1)),),
                    periods=(Period("holiday", date(2026, 10, 5), days=D(5)),),
                ),
            ),
            ("a lost right of 0 kr", facts(periods=(replace(LOST, amount=D(0)),))),
        ),
    )
    def test_no_wage_gives_0_kroner_and_steps_that_add_up(self, case: Facts) -> None:
        """VEJL 9154/2022 pkt. 2.1; Q11: without this the sum would give the whole base."""
        result = decided(case)
        sum_ = result.calculation
        assert result.outcome == TASK
        assert sum(step.amount for step in sum_.steps) == 0
        assert [step.amount for step in sum_.steps] == [BASE, -BASE]
        assert sum_.steps[1].text == "Ingen løn i måneden: fleksløntilskud forudsætter, at der er løn"
        assert sum_.steps[1].law == "LAB § 123; VEJL 9154/2022 pkt. 2.1"
        names = "subsidy extra_atp ordinary_atp mandatory_pension payable_before_tax after_deductions ceiling_cut"
        assert {getattr(sum_, name) for name in (*names.split(), "holiday_cut")} == {0}

    def test_accepted_it_is_paid_with_0_kroner(self) -> None:
        result = decided(answered(facts(), "INC2", "INC27"))
        assert (result.outcome, result.calculation.subsidy) == (PAID, 0)

    def test_a_benefit_in_its_place_gives_the_rest_of_the_98_percent(self) -> None:
        assert decided(facts(benefit(4_000))).calculation.subsidy == BASE - 4_000

    def test_a_lost_right_in_its_place_too(self) -> None:
        assert decided(facts(periods=(LOST,))).calculation.subsidy == BASE - 5_000

    def test_one_oere_of_wage_is_wage(self) -> None:
        assert decided(facts(report(amount="0.01"))).calculation.subsidy == BASE


def other(value: Any) -> Any:
    """A value of the same kind that differs."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, date):
        return date(value.year, value.month, 28 if value.day == 27 else 27)
    if isinstance(value, Month | Decimal | int):
        return value + 1
    return D(7)


RICH = report(
    own_pension=D(1), employer_pension=D(2), hours_fault="x", net_holiday_pay=D(3), gross_holiday_pay=D(4),
    must_judge=(("a", D(5)),), unknown=(("b", D(6)),), reversal_fault="y", corrected_in=OCTOBER, treatment="include",
)  # fmt: skip
WHOLE = facts(
    RICH,
    grant_last_day=date(2027, 5, 5),
    periods=(Period("holiday", date(2026, 10, 5), date(2026, 10, 6), "z", D(8), D(1)),),
    last_confirmed=PaidSubsidy(AUGUST, D(9)),
    answers=(Answer("INC3", "{}"),),
    needs_manual="m",
    expected_wage=D(10),
)
PARTS = ("reports", "jobs", "wage_ceilings", "periods", "paid_subsidies", "answers")


def changed_facts() -> list[Any]:
    """Every field of the facts and of each of their parts, changed alone."""
    found = []
    for field in fields(Facts):
        value = getattr(WHOLE, field.name)
        if field.name in PARTS:
            found.append(pytest.param({field.name: value[:-1]}, id=f"{field.name}-one-less"))
            for inner in fields(value[-1]):
                part = replace(value[-1], **{inner.name: changed_part(inner.name, getattr(value[-1], inner.name))})
                found.append(pytest.param({field.name: (*value[:-1], part)}, id=f"{field.name}-{inner.name}"))
        elif field.name == "last_confirmed":
            found.append(pytest.param({field.name: None}, id=field.name))
        elif field.name != "benefit_month":
            found.append(pytest.param({field.name: other(value)}, id=field.name))
    return found


def changed_part(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return (("q", D(1)),)
    known = {"kind": "other_wage", "last_day": date(2026, 10, 9)}
    return known[name] if name in known else other(value)


def fingerprint(case: Facts = WHOLE, rate_row: Rates | None = None, parameters: Parameters = ON) -> str:
    return decide(case, rate_row or rates(), parameters).fingerprint


class TestFingerprint:
    def test_the_same_again(self) -> None:
        assert fingerprint() == fingerprint(replace(WHOLE))
        assert len(fingerprint()) == 64

    @pytest.mark.parametrize("change", changed_facts())
    def test_it_changes_with_every_fact(self, change: dict[str, Any]) -> None:
        assert fingerprint(replace(WHOLE, **change)) != fingerprint()

    @pytest.mark.parametrize("name", [field.name for field in fields(Rates)])
    def test_it_changes_with_every_rate(self, name: str) -> None:
        row = rates()
        change = date(2025, 12, 31) if name == "valid_from" else other(getattr(row, name))
        if name == "valid_to":
            change = date(2027, 1, 31)
        assert fingerprint(rate_row=replace(row, **{name: change})) != fingerprint()

    @pytest.mark.parametrize("name", [field.name for field in fields(Parameters)])
    def test_it_changes_with_every_parameter(self, name: str) -> None:
        changed = (RuleMode("MUN12", "off"),) if name == "rule_modes" else other(getattr(ON, name))
        assert fingerprint(parameters=replace(ON, **{name: changed})) != fingerprint()

    def test_it_changes_with_the_version_of_the_rules(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = fingerprint()
        monkeypatch.setattr(door, "RULES_VERSION", "next")
        assert fingerprint() != before

    @pytest.mark.parametrize(
        ("change", "same"),
        rows(
            ("the text", {"text": "Andre ord"}, True),
            ("the paragraph", {"law": "LAB § 1"}, False),
            ("the amount", {"amount": D(1)}, False),
        ),
    )
    def test_of_a_step_it_takes_paragraph_and_amount_and_not_the_words(
        self, change: dict[str, Any], same: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, calculate = fingerprint(), door.calculate

        def reworded(*given: Any) -> Any:
            result = calculate(*given)
            return replace(result, steps=(result.steps[0]._replace(**change), *result.steps[1:]))

        monkeypatch.setattr(door, "calculate", reworded)
        assert (fingerprint() == before) is same

    def test_it_follows_from_what_a_decision_keeps(self) -> None:
        """In whatever order a database gives the keys back."""
        result = decided(MANY)
        kept = {name: thawed_json(value) for name, value in result.frozen.items()}
        assert result.fingerprint == digest(
            {
                **kept,
                "version": door.RULES_VERSION,
                "steps": [[step.law, freeze(step.amount)] for step in result.calculation.steps],
                "outcome": "task",
                "concerns": [[one.code, canonical(freeze(one.numbers))] for one in result.concerns],
            }
        )

    def test_a_decision_keeps_facts_rates_and_parameters_by_value(self) -> None:
        kept = decided(WHOLE).frozen
        assert (thaw(Facts, kept["facts"]), thaw(Rates, kept["rates"])) == (WHOLE, rates())
        assert thaw(Parameters, kept["parameters"]) == ON
        assert set(kept["rates"]) == {field.name for field in fields(Rates)}
        assert set(kept["parameters"]) == {field.name for field in fields(Parameters)} - {"rule_modes"}

    def test_what_is_done_to_one_decisions_values_is_not_done_to_the_next(self) -> None:
        decided(PLAIN).frozen["rates"].clear()
        assert thaw(Rates, decided(PLAIN).frozen["rates"]) == rates()


def thawed_json(value: Any) -> Any:
    """The same JSON with its keys the other way round."""
    if isinstance(value, dict):
        return {name: thawed_json(value[name]) for name in reversed(value)}
    return [thawed_json(one) for one in value] if isinstance(value, list) else value


class TestOrder:
    NOW = (
        report(amount=4_000),
        report(amount=7_000, hours_fault="løntimer er 0,00"),
        report(amount=900, se=OTHER_SE, unknown=(("ukendt felt 777", D(10)),)),
        benefit(500),
    )

    def test_the_order_of_the_reports_changes_no_amount_no_code_and_no_step(self) -> None:
        found = {told(decided(facts(*now))) for now in permutations(self.NOW)}
        assert len(found) == 1

    def test_sorted_the_whole_decision_is_the_same(self) -> None:
        found = {decided(in_order(facts(*now))).fingerprint for now in permutations(self.NOW)}
        assert len(found) == 1


def told(result: Decision) -> tuple[Any, ...]:
    sums = tuple((one.code, one.numbers.found, one.numbers.deviation) for one in result.concerns)
    return result.outcome, sums, result.calculation


def in_order(case: Facts) -> Facts:
    return replace(case, reports=tuple(sorted(case.reports, key=lambda one: canonical(freeze(one)))))


amounts = st.integers(-300_000, 3_000_000).map(lambda oere: D(oere) / 100)
few = st.sampled_from
reports = st.builds(
    report,
    few((AUGUST, SEPTEMBER, OCTOBER)),
    amounts,
    few((SE, OTHER_SE)),
    role=few(("wage", "wage", "wage", "benefit", "holiday_paid", "own_subsidy", "judge", "other_benefit")),
    kind=few(("sickness_benefit",)),
    treatment=few(("", "", "include", "leave_out", "correct")),
    paid_hours=st.none() | amounts,
    net_holiday_pay=few((D(0), D("100.55"))),
).map(lambda one: one if one.role == "benefit" else replace(one, kind="wage" if one.role == "wage" else ""))
cases = st.builds(
    lambda found, tax, ceiling, jobs: facts(
        *found, before=(), tax_percent=tax, wage_ceilings=(WageCeiling(ceiling, date(2020, 1, 1)),), jobs=jobs
    ),
    st.lists(reports, max_size=6),
    st.none() | few((D(0), D("38.5"))),
    st.integers(0, 4_000_000).map(lambda oere: D(oere) / 100),
    few(((), (Job(SE, True, date(2020, 1, 1)),))),
)
flags = st.builds(Parameters, include_income_automatically=st.booleans(), full_automation=st.booleans())


@settings(max_examples=150, deadline=None)
@given(cases, flags)
def test_any_case_gives_one_decision_that_replays_from_what_it_kept(case: Facts, parameters: Parameters) -> None:
    first = decide(case, rates(), parameters)
    kept = first.frozen
    again = decide(thaw(Facts, kept["facts"]), thaw(Rates, kept["rates"]), thaw(Parameters, kept["parameters"]))
    assert again == first


@settings(max_examples=150, deadline=None)
@given(cases, flags)
def test_any_case_adds_up_and_is_paid_only_without_a_concern(case: Facts, parameters: Parameters) -> None:
    result = decide(case, rates(), parameters)
    steps = sum(step.amount for step in result.calculation.steps)
    assert steps == result.calculation.payable_before_tax
    assert result.calculation.subsidy >= 0
    assert (result.outcome == PAID) == (not result.concerns)


@settings(max_examples=100, deadline=None)
@given(cases, flags)
def test_accepting_all_that_can_be_accepted_leaves_only_what_must_be_put_right(
    case: Facts, parameters: Parameters
) -> None:
    open_: tuple[Concern, ...] = decide(case, rates(), parameters).concerns
    accepted = replace(case, answers=tuple(Answer(one.code, one.key) for one in open_))
    result = decide(accepted, rates(), parameters)
    assert [one.code for one in result.concerns] == [one.code for one in open_ if not BY_CODE[one.code].acceptable]
    assert {one.code for one in (*result.concerns, *result.answered)} == {one.code for one in open_}


def test_november_is_decided_from_october() -> None:
    assert (PLAIN.benefit_month, PLAIN.income_month) == (NOVEMBER, OCTOBER)
