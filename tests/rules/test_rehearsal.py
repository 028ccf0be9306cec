"""A month tried under settings says just what a decision under each of them says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from rules.decision import decide
from rules.facts import Answer, Facts
from rules.parameters import CAREFUL, Parameters, RuleMode
from rules.rehearsal import tried
from tests.rules.facts_case import OCTOBER, OTHER_SE, facts, numbers, rates, report, rows

D = Decimal
SETTINGS = [
    Parameters(D(low), D(high), D(drop), include_income_automatically=on, full_automation=full)
    for low, high, drop, on, full in product((5, 30), (5, 30), (0, 25), (True, False), (True, False))
]
STRICT = tuple(RuleMode(code, "stop") for code in ("MUN1", "MUN7", "MUN12", "MUN14"))
LOOSE = (RuleMode("MUN2", "stop", D(11_000)), RuleMode("MUN11", "off"))
MODES = [replace(CAREFUL, rule_modes=modes) for modes in (STRICT, LOOSE)]


@pytest.mark.parametrize(
    "case",
    rows(
        ("steady", facts(report())),
        ("a rise", facts(report(amount=13_000))),
        ("a fall", facts(report(amount=6_000))),
        ("no wage", facts()),
        ("two employers", facts(report(), report(amount=3_000, se=OTHER_SE))),
        ("a bonus", facts(report(), report(amount=5_000, paid_hours=None))),
        ("start-up", facts(report(), before=())),
    ),
)
def test_each_setting_says_what_its_decision_would(case: Facts) -> None:
    found = tried(case, rates(), [*SETTINGS, *MODES])
    decisions = [decide(case, rates(), one) for one in [*SETTINGS, *MODES]]
    assert list(found.stopped_by) == [tuple(one.code for one in decision.concerns) for decision in decisions]
    assert {decision.calculation.subsidy for decision in decisions} == {found.subsidy}


def test_an_answer_passes_only_the_numbers_it_was_given_to() -> None:
    case = facts(report(amount=13_000))
    key = decide(case, rates(), CAREFUL).concerns[0].key
    answered = replace(case, answers=(Answer("INC4", key),))
    stricter = replace(CAREFUL, percent_above=D(10))
    assert numbers("INC4", case).limit == 15
    assert [["INC4" in one for one in tried(answered, rates(), [CAREFUL, stricter]).stopped_by]] == [[False, True]]


def test_the_careful_set_up_is_the_notes_and_our_defaults() -> None:
    assert (CAREFUL.subsidy_drop_percent, CAREFUL.full_automation, CAREFUL.include_income_automatically) == (
        5,
        True,
        True,
    )
    assert (CAREFUL.percent_below, CAREFUL.percent_above) == (Parameters().percent_below, Parameters().percent_above)
    assert tried(facts(report(OCTOBER)), rates(), [CAREFUL]).stopped_by == ((),)
