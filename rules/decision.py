"""The door: facts, rates and parameters in, one decision out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from rules import RULES_VERSION
from rules.basis import basis_of
from rules.calculation import Calculation, calculate
from rules.facts import ZERO, Facts
from rules.frozen import digest, freeze
from rules.income_rules import RULES
from rules.month_view import MonthView
from rules.parameters import Parameters
from rules.rates import Rates
from rules.registry import Concern
from rules.steps import Step

PAID = "paid"
TASK = "task"


@dataclass(frozen=True, slots=True)
class Decision:
    """outcome "paid" or "task"; the open concerns by priority; the sum with its steps; the fingerprint."""

    outcome: str
    concerns: tuple[Concern, ...]
    answered: tuple[Concern, ...]
    calculation: Calculation
    fingerprint: str
    frozen: dict[str, Any]


def decide(facts: Facts, rates: Rates, parameters: Parameters) -> Decision:
    """Decide one case for one benefit month. The same facts, rates and parameters give the same decision.

    Every broken rule becomes a concern; a concern that a person has answered with just these numbers is
    passed. No open concern: the subsidy is paid. Raises CalculationError when the basis is impossible.
    """
    calculation = _calculate(facts, rates)
    view = MonthView(facts, calculation)
    broken = tuple(_broken(view, parameters))
    answers = {(answer.code, answer.numbers) for answer in facts.answers}
    answered = tuple(one for one in broken if (one.code, one.key) in answers)
    concerns = tuple(one for one in broken if one not in answered)
    outcome = TASK if concerns else PAID
    frozen = {"facts": freeze(facts), "rates": freeze(rates), "parameters": freeze(parameters)}
    fingerprint = digest(
        {
            **frozen,
            "steps": [[step.law, freeze(step.amount)] for step in calculation.steps],
            "concerns": [[one.code, one.key] for one in concerns],
            "outcome": outcome,
            "version": RULES_VERSION,
        }
    )
    return Decision(outcome, concerns, answered, calculation, fingerprint, frozen)


def _broken(view: MonthView, parameters: Parameters) -> list[Concern]:
    shown = (rule for rule in RULES if parameters.include_income_automatically or not rule.only_automatic)
    return [concern for rule in shown if (concern := rule.broken(view, parameters))]


def _calculate(facts: Facts, rates: Rates) -> Calculation:
    calculation = calculate(basis_of(facts), rates)
    view = MonthView(facts)
    if view.income > 0 or view.has_benefit:
        return calculation
    return _without_wage(calculation)


def _without_wage(calculation: Calculation) -> Calculation:
    """No wage and no benefit in its place: no subsidy (VEJL 9154/2022 pkt. 2.1; Q11). A person confirms it."""
    base = calculation.steps[0]
    nothing = Step("Ingen løn i måneden: fleksløntilskud forudsætter, at der er løn", NO_WAGE_LAW, -base.amount)
    return replace(
        calculation,
        after_deductions=ZERO,
        ceiling_cut=ZERO,
        holiday_cut=ZERO,
        subsidy=Decimal(0),
        extra_atp=Decimal(0),
        ordinary_atp=Decimal(0),
        mandatory_pension=Decimal(0),
        payable_before_tax=Decimal(0),
        steps=(base, nothing),
    )


NO_WAGE_LAW = "LAB § 123; VEJL 9154/2022 pkt. 2.1"
