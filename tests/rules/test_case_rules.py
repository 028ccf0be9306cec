"""When each concern of a start-up and of a recalculation is there: for every row an example and its counter-example."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.case_rules import (
    RULES,
    CaseEvent,
    CaseFacts,
    HolidayWithAllowance,
    MonthBenefits,
    MonthEmployers,
    ReceivedHolidayPay,
    ShiftEvent,
    stage_concerns,
    stops,
)
from rules.concerns import CONCERNS
from rules.months import Month
from rules.registry import Numbers
from rules.target_groups import shift

START_UP, RECALCULATION = "FLEX_OPSTART", "FLEX_BEREGN"
HANDLED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BEFORE, AFTER = HANDLED - timedelta(seconds=1), HANDLED + timedelta(seconds=1)
FEBRUARY, MARCH = Month(2026, 2), Month(2026, 3)
D = Decimal

EMPTY = CaseFacts(has_tax_card_choice=True, last_handled_at=HANDLED)


def activity(name: str, received: datetime = AFTER) -> CaseFacts:
    return replace(EMPTY, activities=(CaseEvent(name, date(2026, 4, 1), received),))


def absence(name: str, received: datetime = AFTER) -> CaseFacts:
    return replace(EMPTY, absences=(CaseEvent(name, date(2026, 4, 1), received),))


def holiday(received: datetime = AFTER) -> CaseFacts:
    return replace(EMPTY, holidays=(HolidayWithAllowance(date(2026, 7, 1), date(2026, 7, 14), received),))


def shifted(before: int, after: int, received: datetime = AFTER) -> CaseFacts:
    return replace(EMPTY, shifts=(ShiftEvent(before, after, received),))


def employers(*numbers: str) -> CaseFacts:
    return replace(EMPTY, wage_se_numbers=(MonthEmployers(FEBRUARY, ("1",)), MonthEmployers(MARCH, numbers)))


def holiday_pay(received: datetime = AFTER) -> CaseFacts:
    return replace(EMPTY, holiday_payments=(ReceivedHolidayPay(date(2026, 7, 1), D("4100.50"), received),))


def benefits(amount: str) -> CaseFacts:
    return replace(EMPTY, benefits_paid=(MonthBenefits(FEBRUARY, D(amount)),))


def codes(kind: str, facts: CaseFacts) -> list[str]:
    return [one.code for stage in ("4", "6", "7") for one in stage_concerns(kind, stage, facts)]


NEW = replace(EMPTY, is_new_case=True)
OLD = "Fleksjob (Gl. ordning)"
OLD_SELF = "Fleksjob for selvstændige (Gl. ordning)"
ORDINARY = "Ordinært job"
SELF = "Fleksjob midlertidigt for selvstændige"
MILITARY = "Værnepligt"

# Code, process, a case that has it, the nearest case that has not.
ROWS = [
    ("ELI1", START_UP, replace(EMPTY, contact_course_has_start=False), replace(EMPTY, contact_course_has_start=True)),
    ("ELI1", START_UP, replace(EMPTY, contact_course_has_start=False), EMPTY),  # opened by hand: no contact course
    ("ELI2", START_UP, activity(OLD), activity(OLD, HANDLED)),
    ("ELI2", START_UP, activity("fleksjob  (gl. Ordning) "), activity(OLD_SELF)),
    ("ELI3", START_UP, activity(OLD_SELF), activity(OLD_SELF, BEFORE)),
    ("ELI3", START_UP, activity(OLD_SELF), activity(OLD)),
    ("ELI4", START_UP, activity(ORDINARY), activity(ORDINARY, HANDLED)),
    ("ELI4", START_UP, activity(ORDINARY), activity("Ordinært job med mentor")),
    ("ELI4", START_UP, activity(ORDINARY), absence(ORDINARY)),
    ("ELI5", START_UP, activity(SELF), activity(SELF, BEFORE)),
    ("ELI5", START_UP, activity(SELF), activity("Fleksjob for selvstændige")),
    ("INF1", START_UP, holiday(), holiday(HANDLED)),
    ("INF1", RECALCULATION, holiday(), holiday(BEFORE)),
    ("INF1", START_UP, replace(holiday(BEFORE), is_new_case=True), holiday(BEFORE)),
    ("INF2", RECALCULATION, shifted(7, 17), shifted(17, 7)),
    ("INF2", RECALCULATION, shifted(7, 12), shifted(7, 12, HANDLED)),
    ("INF2", RECALCULATION, shifted(7, 17), shifted(7, 10)),
    ("INF3", RECALCULATION, shifted(17, 10), shifted(17, 9)),
    ("INF3", RECALCULATION, shifted(12, 10), shifted(12, 10, BEFORE)),
    ("INF3", RECALCULATION, shifted(17, 10), shifted(17, 8)),
    ("INF4", RECALCULATION, shifted(7, 10), shifted(10, 7)),
    ("INF4", RECALCULATION, shifted(7, 10), shifted(7, 10, HANDLED)),
    ("INF4", RECALCULATION, shifted(7, 10), shifted(7, 8)),
    ("SAT7", START_UP, replace(EMPTY, has_tax_card_choice=False), EMPTY),
    ("SAT7", RECALCULATION, replace(EMPTY, has_tax_card_choice=False), EMPTY),
    ("SAT9", START_UP, activity(ORDINARY), activity(ORDINARY, HANDLED)),
    ("SAT9", START_UP, replace(activity(ORDINARY, BEFORE), is_new_case=True), activity(ORDINARY, BEFORE)),
    ("SAT9", RECALCULATION, activity(ORDINARY), activity(OLD)),
    ("SAT10", START_UP, absence(MILITARY), absence("Sygdom")),
    ("SAT10", START_UP, replace(absence(MILITARY, BEFORE), is_new_case=True), absence(MILITARY, BEFORE)),
    ("SAT10", RECALCULATION, absence(MILITARY), activity(MILITARY)),
    ("REC1", RECALCULATION, employers("1", "2"), employers("2")),  # another employer in another month is no second one
    ("REC1", RECALCULATION, employers("1", "2"), employers("1", "1")),
    ("REC2", RECALCULATION, holiday_pay(), holiday_pay(HANDLED)),
    ("REC3", RECALCULATION, benefits("0.01"), benefits("0")),
]


@pytest.mark.parametrize(("code", "kind", "facts", "other"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)])
def test_just_there_and_just_not(code: str, kind: str, facts: CaseFacts, other: CaseFacts) -> None:
    assert code in codes(kind, facts)
    assert code not in codes(kind, other)


ALWAYS = {
    START_UP: {"SAT1": True, "SAT3": True, "SAT5": True, "SAT8": False},
    RECALCULATION: {"SAT2": False, "SAT4": False, "SAT6": False, "SAT8": False},
}


@pytest.mark.parametrize("kind", [START_UP, RECALCULATION])
def test_what_a_plain_case_always_has_and_whether_it_stops(kind: str) -> None:
    concerns = stage_concerns(kind, "7", EMPTY)
    assert {one.code: stops(one) for one in concerns} == ALWAYS[kind]
    assert not stage_concerns(kind, "4", EMPTY)
    assert not stage_concerns(kind, "6", EMPTY)


def test_a_recalculation_with_all_its_reminders_passes_by_itself() -> None:
    concerns = stage_concerns(RECALCULATION, "7", replace(EMPTY, has_tax_card_choice=False))
    assert [one.code for one in concerns] == ["SAT2", "SAT4", "SAT6", "SAT7", "SAT8"]
    assert not any(stops(one) for one in concerns)


EVERYTHING = CaseFacts(
    contact_course_has_start=False,
    activities=tuple(CaseEvent(name, None, AFTER) for name in (OLD, OLD_SELF, ORDINARY, SELF)),
    absences=(CaseEvent(MILITARY, None, AFTER),),
    shifts=(ShiftEvent(7, 17, AFTER), ShiftEvent(17, 10, AFTER), ShiftEvent(7, 10, AFTER)),
    holidays=holiday().holidays,
    wage_se_numbers=employers("1", "2").wage_se_numbers,
    holiday_payments=holiday_pay().holiday_payments,
    benefits_paid=benefits("1").benefits_paid,
)
SHOWN = {
    (START_UP, "4"): {"ELI1": True, "ELI2": True, "ELI3": True, "ELI4": True, "ELI5": True},
    (START_UP, "6"): {"INF1": True},
    (START_UP, "7"): {
        "SAT1": True, "SAT3": True, "SAT5": True, "SAT7": False, "SAT8": False, "SAT9": False, "SAT10": False,
    },
    (RECALCULATION, "4"): {},
    (RECALCULATION, "6"): {
        "INF1": True, "INF2": True, "INF3": True, "INF4": True, "REC1": True, "REC2": True, "REC3": True,
    },
    (RECALCULATION, "7"): {
        "SAT2": False, "SAT4": False, "SAT6": False, "SAT7": False, "SAT8": False, "SAT9": False, "SAT10": False,
    },
}  # fmt: skip


@pytest.mark.parametrize(("kind", "stage"), SHOWN, ids=[f"{kind}-{stage}" for kind, stage in SHOWN])
def test_each_runs_in_its_process_and_stage_only(kind: str, stage: str) -> None:
    found = stage_concerns(kind, stage, EVERYTHING)
    assert {one.code: stops(one) for one in found} == SHOWN[kind, stage]
    assert all(one.stage == stage and one.kind == CONCERNS[one.code].kind for one in found)
    assert [one.code for one in found] == list(SHOWN[kind, stage])
    assert [one.message for one in found] == [CONCERNS[one.code].message for one in found]


def test_every_concern_of_a_process_has_its_rule() -> None:
    expected = [code for code, text in CONCERNS.items() if text.runs_in != ("month",)]
    assert [rule.code for rule in RULES] == expected
    assert {code for shown in SHOWN.values() for code in shown} == set(expected)


def test_a_process_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        stage_concerns("FLEX_SLUT", "4", EMPTY)


def test_a_case_that_was_never_handled_finds_everything_new() -> None:
    old = replace(EVERYTHING, last_handled_at=HANDLED)
    assert codes(START_UP, EVERYTHING) == codes(START_UP, old)
    received_before = replace(activity(ORDINARY, BEFORE), last_handled_at=None)
    assert {"ELI4", "SAT9"} <= set(codes(START_UP, received_before))


def test_the_effective_date_decides_nothing() -> None:
    long_ago = replace(EMPTY, activities=(CaseEvent(ORDINARY, date(2001, 1, 1), AFTER),))
    coming = replace(EMPTY, activities=(CaseEvent(ORDINARY, date(2031, 1, 1), BEFORE),))
    assert "SAT9" in codes(RECALCULATION, long_ago)
    assert "SAT9" not in codes(RECALCULATION, coming)


def test_a_new_case_looks_at_what_is_there_for_three_concerns_only() -> None:
    old = replace(EVERYTHING, is_new_case=True, last_handled_at=AFTER)
    assert [one.code for one in stage_concerns(START_UP, "4", old)] == ["ELI1"]
    assert [one.code for one in stage_concerns(START_UP, "6", old)] == ["INF1"]
    assert {"SAT9", "SAT10"} <= {one.code for one in stage_concerns(START_UP, "7", old)}


NUMBERS = [
    ("ELI4", START_UP, activity(ORDINARY), Numbers(D(1), unit="stk", details=("Ordinært job fra 2026-04-01",))),
    (
        "SAT10",
        START_UP,
        replace(EMPTY, absences=(CaseEvent(MILITARY, None, AFTER),)),
        Numbers(D(1), unit="stk", details=("Værnepligt fra ukendt dato",)),
    ),
    ("INF1", START_UP, holiday(), Numbers(D(1), unit="stk", details=("Ferie 2026-07-01 til 2026-07-14",))),
    (
        "INF1",
        RECALCULATION,
        replace(EMPTY, holidays=(HolidayWithAllowance(date(2026, 7, 1), None, AFTER),)),
        Numbers(D(1), unit="stk", details=("Ferie 2026-07-01 til videre",)),
    ),
    ("INF4", RECALCULATION, shifted(7, 10), Numbers(D(1), unit="stk", details=("Fra målgruppe 7 til 10",))),
    ("SAT1", START_UP, EMPTY, Numbers()),
    ("ELI1", START_UP, replace(EMPTY, contact_course_has_start=False), Numbers()),
    (
        "REC1",
        RECALCULATION,
        employers("2", "1"),
        Numbers(D(2), unit="stk", months=(MARCH,), details=("SE 1", "SE 2")),
    ),
    (
        "REC2",
        RECALCULATION,
        holiday_pay(),
        Numbers(D("4100.50"), months=(Month(2026, 7),), details=("Ferie fra 2026-07-01: 4100.50 kr.",)),
    ),
    (
        "REC3",
        RECALCULATION,
        replace(EMPTY, benefits_paid=(MonthBenefits(MARCH, D(500)), MonthBenefits(FEBRUARY, D(250)))),
        Numbers(D(750), months=(FEBRUARY, MARCH), details=("2026-03: 500 kr.", "2026-02: 250 kr.")),
    ),
]


@pytest.mark.parametrize(("code", "kind", "facts", "numbers"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_the_numbers(code: str, kind: str, facts: CaseFacts, numbers: Numbers) -> None:
    found = [one for stage in "467" for one in stage_concerns(kind, stage, facts) if one.code == code]
    assert [one.numbers for one in found] == [numbers]


def test_from_a_shift_as_the_jobcentre_names_it_to_the_concern() -> None:
    """2.5 -> 2.7: sick in fleksjob, back in fleksjob."""
    found = shift(8, "LAB 6.9 – I fleksjob", 4, "I fleksjob")
    assert found.from_group is not None
    assert found.to_group is not None
    facts = replace(EMPTY, shifts=(ShiftEvent(found.from_group, found.to_group, AFTER),))
    assert [one.code for one in stage_concerns(RECALCULATION, "6", facts)] == ["INF4"]


@given(st.integers(1, 19), st.integers(1, 19))
def test_every_other_shift_is_no_concern(before: int, after: int) -> None:
    asked = {(7, 17): "INF2", (7, 12): "INF2", (17, 10): "INF3", (12, 10): "INF3", (7, 10): "INF4"}
    found = [one.code for one in stage_concerns(RECALCULATION, "6", shifted(before, after))]
    assert found == ([asked[before, after]] if (before, after) in asked else [])


@given(st.integers(-(10**6), 10**6))
def test_received_after_and_not_before(seconds: int) -> None:
    received = HANDLED + timedelta(seconds=seconds)
    assert ("SAT9" in codes(RECALCULATION, activity(ORDINARY, received))) is (seconds > 0)
