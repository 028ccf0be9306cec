"""Every rule has an example that really breaks it, and the plain case breaks none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rules.case_rules import RULES as STAGE_RULES
from rules.decision import decide
from rules.income_rules import BY_CODE
from rules.parameters import Parameters
from rules.rates import published_rates, rates_on
from rules.rule_examples import EXAMPLES, NOVEMBER, PLAIN, missing, worked
from rules.stage_examples import STAGE_EXAMPLES, stage_numbers

pytestmark = pytest.mark.rules

ON = Parameters(include_income_automatically=True, full_automation=True)


def test_no_rule_lacks_an_example() -> None:
    assert missing() == set()
    assert list(EXAMPLES) == list(BY_CODE)
    assert list(STAGE_EXAMPLES) == [one.code for one in STAGE_RULES]


def test_the_case_the_examples_start_from_is_paid_by_itself() -> None:
    decided = decide(PLAIN, rates_on(NOVEMBER, published_rates()), ON)
    assert (decided.outcome, decided.calculation.subsidy) == ("paid", 18_600)


@pytest.mark.parametrize("code", list(EXAMPLES))
def test_each_example_breaks_its_rule_whatever_the_municipality_has_chosen(code: str) -> None:
    for chosen in (Parameters(), ON, replace(ON, percent_below=Decimal(100), percent_above=Decimal(100))):
        found = worked(code, chosen)
        assert code in [one.code for one in found.decision.concerns]
        assert found.story.endswith((".", "kr."))


def test_a_limit_too_wide_for_the_example_shows_the_standard_and_says_so() -> None:
    assert worked("INC3", ON).own_limits
    assert worked("INC3", ON).numbers.limit == -15
    assert worked("INC3", replace(ON, percent_below=Decimal(30))).numbers.limit == -30
    assert not worked("INC3", replace(ON, percent_below=Decimal(50))).own_limits


@pytest.mark.parametrize("code", list(STAGE_EXAMPLES))
def test_each_example_of_a_process_has_its_concern(code: str) -> None:
    stage_numbers(code)
