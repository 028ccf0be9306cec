"""The rules as a table: codes are permanent, each rule has its words and its paragraph."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from rules.income_rules import BY_CODE, RULES
from rules.months import Month
from rules.parameters import Parameters
from rules.registry import Concern, DuplicateCodeError, Numbers, Rule, table

CODES = [*range(1, 9), *range(20, 45)]
MUNICIPAL_CODES = [f"MUN{number}" for number in range(1, 15)]
ONLY_AUTOMATIC = [f"INC{number}" for number in range(1, 9)]


def rule(code: str = "INC99", **changes: object) -> Rule:
    return replace(Rule(code, "Titel", "LAB § 1", "Besked", "Hjælp", lambda view: None), **changes)


class TestTheTable:
    def test_every_code_that_was_ever_used_is_there(self) -> None:
        """A code is never taken away and never used for something else: answers and reports name it."""
        assert sorted(BY_CODE) == sorted([*(f"INC{number}" for number in CODES), *MUNICIPAL_CODES])

    def test_the_order_of_the_table_is_the_priority(self) -> None:
        assert list(BY_CODE) == [*(one.code for one in RULES), *MUNICIPAL_CODES]
        assert list(BY_CODE)[:8] == ONLY_AUTOMATIC

    def test_kys_own_are_shown_only_while_automatic_inclusion_is_on(self) -> None:
        assert [one.code for one in RULES if one.only_automatic] == ONLY_AUTOMATIC

    @pytest.mark.parametrize("code", BY_CODE)
    def test_every_rule_has_its_words(self, code: str) -> None:
        one = BY_CODE[code]
        assert all((one.title, one.law, one.message, one.help))
        assert one.help.endswith(".")
        assert not one.title.endswith(".")

    @pytest.mark.parametrize("code", BY_CODE)
    def test_every_rule_names_its_code_in_its_function(self, code: str) -> None:
        doc = BY_CODE[code].test.__doc__ or ""
        assert doc.startswith(f"{code}. Broken ")

    @pytest.mark.parametrize("code", [one.code for one in RULES])
    def test_the_limits_of_a_rule_are_parameters_and_its_arguments(self, code: str) -> None:
        one = BY_CODE[code]
        assert set(one.limits) <= {field.name for field in fields(Parameters)}
        assert tuple(inspect.signature(one.test).parameters) == ("view", *one.limits)

    @pytest.mark.parametrize("code", [one.code for one in RULES if not one.only_automatic and one.code != "INC37"])
    def test_our_own_rest_on_the_law_or_on_the_seed(self, code: str) -> None:
        assert re.search(r"LAB §|[Bb]ekg\. |KOMBIT", BY_CODE[code].law)


class TestRule:
    def test_numbers_make_a_concern_with_the_rules_code(self) -> None:
        numbers = Numbers(found=Decimal(1))
        assert rule(test=lambda view: numbers).broken(None, Parameters()) == Concern("INC99", numbers)

    def test_numbers_with_nothing_in_them_are_a_concern_too(self) -> None:
        assert rule(test=lambda view: Numbers()).broken(None, Parameters()) == Concern("INC99", Numbers())

    def test_no_numbers_no_concern(self) -> None:
        assert rule().broken(None, Parameters()) is None

    def test_the_test_is_given_the_view_and_its_limits_by_name(self) -> None:
        def limited(view: object, *, full_automation: bool, percent_below: Decimal) -> Numbers:
            return Numbers(found=percent_below, details=(str(view), str(full_automation)))

        one = rule(test=limited, limits=("percent_below", "full_automation"))
        concern = one.broken("the view", Parameters(percent_below=Decimal(3), full_automation=True))
        assert concern == Concern("INC99", Numbers(found=Decimal(3), details=("the view", "True")))

    def test_a_rule_is_shown_always_and_may_be_accepted_unless_it_says_otherwise(self) -> None:
        assert (rule().only_automatic, rule().acceptable, rule().limits) == (False, True, ())


class TestKey:
    def test_it_is_the_numbers_as_one_text(self) -> None:
        numbers = Numbers(found=Decimal("9.50"), limit=Decimal(-5), months=(Month(2026, 10),), details=("æ",))
        assert Concern("INC3", numbers).key == '{"details":["æ"],"found":"9.5","limit":"-5","months":["2026-10"]}'

    @pytest.mark.parametrize("name", [field.name for field in fields(Numbers)])
    def test_it_changes_with_each_number(self, name: str) -> None:
        other = {"months": (Month(2026, 10),), "details": ("a",), "unit": "stk", "limit_unit": "%"}
        changed = replace(Numbers(), **{name: other.get(name, Decimal(0))})
        assert Concern("INC3", changed).key != Concern("INC3", Numbers()).key

    def test_amounts_written_otherwise_are_the_same(self) -> None:
        assert Concern("A", Numbers(found=Decimal("1.0"))).key == Concern("A", Numbers(found=Decimal(1))).key


def test_a_code_is_used_once() -> None:
    with pytest.raises(DuplicateCodeError, match="Koden INC99 bruges af to regler"):
        table([rule(), rule("INC98"), rule()])


def test_a_table_keeps_the_order() -> None:
    assert list(table([rule("INC98"), rule("INC97")])) == ["INC98", "INC97"]
