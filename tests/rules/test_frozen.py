"""Facts as JSON and back: the same facts, the same text, and nothing that depends on today's defaults."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.facts import SCHEMA, Answer, Facts, Job, PaidSubsidy, Period, Report, WageCeiling
from rules.frozen import Written, canonical, digest, digest_of_parts, freeze, thaw
from rules.months import Month
from rules.parameters import Parameters
from rules.rates import Rates, published_rates
from rules.registry import Numbers
from rules.steps import Step
from tests.rules.facts_case import NOVEMBER, OCTOBER, facts, report, rows

D = Decimal


class Kind(StrEnum):
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class One:
    """A dataclass with a single field."""

    amount: Decimal


@pytest.mark.parametrize(
    ("value", "frozen"),
    rows(
        ("kroner", D(12_000), "12000"),
        ("øre", D("12000.50"), "12000.5"),
        ("øre that are 0", D("12000.00"), "12000"),
        ("hundreds stay", D(100), "100"),
        ("negative", D("-0.05"), "-0.05"),
        ("nothing", D("0.00"), "0"),
        ("never minus nothing", D("-0.0"), "0"),
        ("an exponent", D("1E+3"), "1000"),
        ("a small number", D("0.0000001"), "0.0000001"),
        ("a small number with an exponent", D("1.50E-9"), "0.0000000015"),
        ("more than 28 digits", D("1234567890123456789012345678901.25"), "1234567890123456789012345678901.25"),
        ("a day", date(2026, 2, 3), "2026-02-03"),
        ("a month", Month(2026, 2), "2026-02"),
        ("a text", "ærø", "ærø"),
        ("a member of a text enumeration", Kind.HOLIDAY, "holiday"),
        ("a number", 7, 7),
        ("a flag", True, True),
        ("none", None, None),
        ("a tuple in a tuple", (("a", D(1)),), [["a", "1"]]),
        ("a list", [D(1)], ["1"]),
        ("a step", Step("t", "l", D("1.0")), ["t", "l", "1"]),
        ("one field", One(D(1)), {"amount": "1"}),
    ),
)
def test_a_value_as_json(value: Any, frozen: Any) -> None:
    assert freeze(value) == frozen
    assert json.loads(json.dumps(freeze(value))) == frozen


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError):
        freeze(object())


class TestDefaults:
    def test_an_empty_field_is_left_out(self) -> None:
        assert freeze(Answer("INC3", "")) == {"code": "INC3", "numbers": ""}
        assert freeze(Numbers(found=D(1), months=(OCTOBER,))) == {"found": "1", "months": ["2026-10"]}
        assert freeze(Period("stop", date(2026, 1, 1))) == {"first_day": "2026-01-01", "kind": "stop"}

    def test_0_is_not_none(self) -> None:
        assert freeze(Numbers(found=D(0))) == {"found": "0"}

    @pytest.mark.parametrize("kind", [Parameters, Rates])
    def test_a_setting_is_written_also_at_its_default(self, kind: Any) -> None:
        """Else a new default in a later version would rewrite what old decisions rest on. No rule set is no setting."""
        value = Parameters() if kind is Parameters else published_rates()[-1]
        assert set(freeze(value)) == {field.name for field in fields(kind)} - {"rule_modes"}

    def test_the_schema_is_always_written(self) -> None:
        assert freeze(facts())["schema"] == SCHEMA

    def test_flags_are_always_written(self) -> None:
        assert freeze(Job("1", True, date(2026, 1, 1)))["same_month"] is False

    def test_facts_frozen_before_a_field_existed_can_be_read(self) -> None:
        kept = freeze(facts(report()))
        assert "expected_wage" not in kept
        assert thaw(Facts, kept).expected_wage is None


@pytest.mark.parametrize(
    ("kind", "value"),
    rows(
        ("a number for a text", str, 7),
        ("a text for a flag", bool, "false"),
        ("a number for a flag", bool, 1),
        ("a flag for a number", int, True),
        ("a number for an amount", Decimal, 7),
        ("no amount", Decimal, "syv"),
        ("no day", date, "2026-02-30"),
        ("a number for a day", date, 20260203),
        ("no month", Month, "2026-13"),
        ("none for a text", str, None),
        ("a field that is missing", Answer, {"code": "INC3"}),
        ("a field that is unknown", Answer, {"code": "INC3", "numbers": "", "more": 1}),
        ("a list for a dataclass", Answer, ["INC3"]),
        ("a text for a list", tuple[str, ...], "abc"),
        ("too few in a pair", tuple[str, Decimal], ["a"]),
        ("too many in a pair", tuple[str, Decimal], ["a", "1", "2"]),
        ("a type without a reader", float, 1.0),
    ),
)
def test_what_does_not_fit_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        thaw(kind, value)


def test_none_fits_where_it_may_stand() -> None:
    assert thaw(Decimal | None, None) is None
    assert thaw(Decimal | None, "1") == 1
    assert thaw(date | None, "2026-02-03") == date(2026, 2, 3)


def test_a_pair_comes_back_as_a_pair() -> None:
    assert thaw(tuple[tuple[str, Decimal], ...], [["a", "1"]]) == (("a", D(1)),)


class TestCanonical:
    def test_keys_are_sorted_and_there_are_no_spaces(self) -> None:
        assert canonical({"b": ["ø", 1], "a": None}) == '{"a":null,"b":["ø",1]}'

    def test_the_digest_is_sha_256_of_it(self) -> None:
        """printf '{"a":1}' | sha256sum"""
        assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"

    def test_what_freeze_makes_is_in_order_already(self) -> None:
        frozen = freeze(facts(report()))
        assert Written(frozen) == frozen
        assert Written(frozen).text == canonical(frozen)
        assert json.dumps(frozen) == json.dumps(frozen, sort_keys=True)


oere = st.integers(-(10**9), 10**9).map(lambda number: D(number) / 100)
positive = st.integers(0, 10**9).map(lambda number: D(number) / 100)
days = st.dates(date(1950, 1, 1), date(2040, 12, 31))
months = st.integers(NOVEMBER.index - 14, NOVEMBER.index).map(Month.from_index)
texts = st.text(st.characters(codec="utf-8"), max_size=12)
pairs = st.lists(st.tuples(texts, oere), max_size=2).map(tuple)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


reports = st.builds(
    Report, months, texts, texts, texts, oere, oere, oere, st.none() | oere, texts, st.none() | days,
    st.none() | days, st.none() | days, oere, st.none() | oere, pairs, pairs, texts, st.none() | months, texts,
)  # fmt: skip
all_facts = st.builds(
    Facts,
    benefit_month=months,
    grant_first_day=days,
    birth_date=days,
    grant_last_day=st.none() | days,
    reports=some(reports),
    jobs=some(st.builds(Job, texts, st.booleans(), days, st.none() | days, st.booleans())),
    wage_ceilings=some(st.builds(WageCeiling, positive, days, texts)),
    periods=some(st.builds(Period, texts, days, st.none() | days, texts, st.none() | oere, st.none() | oere)),
    paid_subsidies=some(st.builds(PaidSubsidy, months, positive)),
    last_confirmed=st.none() | st.builds(PaidSubsidy, months, positive),
    answers=some(st.builds(Answer, texts, texts)),
    tax_percent=st.none() | positive,
    needs_manual=texts,
    expected_wage=st.none() | positive,
    schema=st.integers(0, 9),
)


@settings(max_examples=150, deadline=None)
@given(all_facts)
def test_any_facts_come_back_as_they_were_with_the_same_text(case: Facts) -> None:
    kept = json.loads(json.dumps(freeze(case)))
    assert thaw(Facts, kept) == case
    assert canonical(freeze(thaw(Facts, kept))) == canonical(kept)
    assert digest_of_parts({"a": ["ø"], "b": Written(freeze(case)), "c": '"d'}) == digest(
        {"a": ["ø"], "b": kept, "c": '"d'}
    )


@pytest.mark.parametrize("row", published_rates(), ids=lambda row: str(row.valid_from))
def test_every_row_of_rates_comes_back(row: Rates) -> None:
    assert thaw(Rates, freeze(row)) == row


def test_parameters_and_numbers_come_back() -> None:
    for value in (
        Parameters(D("12.5"), D(20), D(3), True, True),
        Numbers(D(1), D(2), D("-3.5"), D(4), "stk", "%", (OCTOBER, NOVEMBER), ("a", "b")),
        Numbers(),
    ):
        assert thaw(type(value), freeze(value)) == value
