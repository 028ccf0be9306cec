"""The door: facts, rates and parameters in, one decision out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from rules import RULES_VERSION
from rules.basis import basis_of
from rules.calculation import Calculation, calculate
from rules.facts import ZERO, Facts
from rules.frozen import Written, digest_of_parts, freeze
from rules.income_rules import BY_CODE, RULES
from rules.month_view import MonthView, days_with_right, has_base
from rules.municipal_rules import municipal_concerns
from rules.parameters import Parameters
from rules.partial_month import propose as propose_part
from rules.rates import Rates
from rules.registry import Concern, Known, Rule, known_as
from rules.steps import Step

PAID = "paid"
TASK = "task"
NO_WAGE_LAW = "LAB § 123; VEJL 9154/2022 pkt. 2.1"


@dataclass(frozen=True, slots=True)
class Decision:
    """outcome "paid" or "task"; the open concerns by priority; the sum with its steps; the fingerprint.

    ``notes``: broken municipal rules that are only shown. They are no part of the outcome or the fingerprint.
    """

    outcome: str
    concerns: tuple[Concern, ...]
    answered: tuple[Concern, ...]
    calculation: Calculation
    fingerprint: str
    frozen: dict[str, Any]
    notes: tuple[Concern, ...] = ()


def decide(facts: Facts, rates: Rates, parameters: Parameters) -> Decision:
    """Decide one case for one benefit month. The same facts, rates and parameters give the same decision.

    Every broken rule becomes a concern; a concern that a person has answered with just these numbers is
    passed, when its rule may be passed. No open concern: the subsidy is paid. Raises CalculationError when
    the basis is impossible.
    """
    calculation = propose(facts, rates)
    judged = judge(MonthView(facts, calculation), parameters)
    concerns, outcome = judged.concerns, judged.outcome
    kept = {"facts": Written(freeze(facts)), "rates": _settings(rates), "parameters": _settings(parameters)}
    fingerprint = _fingerprint(kept, calculation, concerns, outcome)
    frozen = {"facts": kept["facts"], "rates": dict(kept["rates"]), "parameters": dict(kept["parameters"])}
    return Decision(outcome, concerns, judged.answered, calculation, fingerprint, frozen, judged.notes)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of a month: open concerns by priority, those a person has answered, and those only shown."""

    concerns: tuple[Concern, ...]
    answered: tuple[Concern, ...] = ()
    notes: tuple[Concern, ...] = ()

    @property
    def outcome(self) -> str:
        return TASK if self.concerns else PAID


def judge(view: MonthView, parameters: Parameters, known: Known | None = None) -> Judged:
    """The rules of the act and of the municipality, asked of one month. ``known`` saves asking a rule twice.

    The one place that says what stops a case, for a decision and for a setting that is only tried.
    """
    known = {} if known is None else known
    stopping, shown = municipal_concerns(view, parameters.rule_modes, known)
    broken = _broken(view, parameters, known) + stopping
    answers = {(answer.code, answer.numbers) for answer in view.facts.answers}
    if not answers:
        return Judged(tuple(broken), (), tuple(shown))
    answered = tuple(one for one in broken if BY_CODE[one.code].acceptable and (one.code, one.key) in answers)
    return Judged(tuple(one for one in broken if one not in answered), answered, tuple(shown))


def propose(facts: Facts, rates: Rates) -> Calculation:
    """The month's sum. Part of a month is a proposal by calendar days, which INC31 puts before a person (Q2).

    No wage and no benefit in its place: no subsidy (VEJL 9154/2022 pkt. 2.1; Q11).
    """
    basis, days, month = basis_of(facts), days_with_right(facts), facts.benefit_month.last_day.day
    whole = days == month
    calculation = calculate(basis, rates) if whole else propose_part(basis, rates, Decimal(days), Decimal(month))
    return calculation if has_base(calculation) else _without_wage(calculation)


def _broken(view: MonthView, parameters: Parameters, known: Known) -> list[Concern]:
    """The broken rules by priority; KY's own only while automatic inclusion is on."""
    concerns = []
    for rule, key, limits in _asked(parameters):
        if key not in known:
            known[key] = rule.concern_with(view, limits)
        if (concern := known[key]) is not None:
            concerns.append(concern)
    return concerns


@lru_cache(maxsize=256)
def _asked(parameters: Parameters) -> tuple[tuple[Rule, str, dict[str, Any]], ...]:
    """The rules that are asked under these settings, each with what names it there and its limits."""
    all_ = parameters.include_income_automatically
    rules = ((rule, rule.limits_in(parameters)) for rule in RULES if all_ or not rule.only_automatic)
    return tuple((rule, known_as(rule.code, *limits.values()), limits) for rule, limits in rules)


def _without_wage(calculation: Calculation) -> Calculation:
    """0 kr., which a person confirms: INC2 or INC25 stops the case."""
    base = calculation.steps[0]
    nothing = Step("Ingen løn i måneden: fleksløntilskud forudsætter, at der er løn", NO_WAGE_LAW, -base.amount)
    return replace(
        calculation,
        after_deductions=ZERO,
        ceiling_cut=ZERO,
        holiday_cut=ZERO,
        subsidy=ZERO,
        extra_atp=ZERO,
        ordinary_atp=ZERO,
        mandatory_pension=ZERO,
        payable_before_tax=ZERO,
        steps=(base, nothing),
    )


@lru_cache(maxsize=256)
def _settings(values: Rates | Parameters) -> Written:
    """Rates or parameters by value: thousands of cases share them, each decision has its own copy."""
    return Written(freeze(values))


def _fingerprint(
    kept: dict[str, Written], calculation: Calculation, concerns: tuple[Concern, ...], outcome: str
) -> str:
    """Of all that the decision rests on and says, but the words of the steps. The keys are in order."""
    return digest_of_parts(
        {
            "concerns": [[one.code, one.key] for one in concerns],
            "facts": kept["facts"],
            "outcome": outcome,
            "parameters": kept["parameters"],
            "rates": kept["rates"],
            "steps": [[step.law, freeze(step.amount)] for step in calculation.steps],
            "version": RULES_VERSION,
        }
    )
