"""A municipality's choices, each with its careful default."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

OFF, NOTE, STOP = MODES = ("off", "note", "stop")
"""A municipal rule is not asked, is shown on the case, or makes a task. In order: the later the stricter."""


@dataclass(frozen=True, slots=True)
class RuleMode:
    """What a municipality has set for one of ``rules.municipal_rules``. A limit of None is the rule's own."""

    code: str
    mode: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a municipality has set for a month. Percentages as percent (15 means 15 %).

    percent_below, percent_above: how far the month's income may lie from the average of the two months before
    (seed, annex 1, 1.5.4; open question Q21: our default, no source).
    subsidy_drop_percent: how far the subsidy may fall below what was paid (seed: 5 %; Q34).
    include_income_automatically: the flag ``flt_automatisk_medtagning_af_indtaegter``.
    full_automation: off means that every case gets a task every month.
    rule_modes: the municipal rules that are set otherwise than by default.
    """

    percent_below: Decimal = Decimal(15)
    percent_above: Decimal = Decimal(15)
    subsidy_drop_percent: Decimal = Decimal(5)
    include_income_automatically: bool = False
    full_automation: bool = False
    rule_modes: tuple[RuleMode, ...] = ()


CAREFUL = Parameters(include_income_automatically=True, full_automation=True)
"""The careful set-up that KOMBIT's note (v. 1.1, 16.07.2025) judges: full automation, and a person when the subsidy
falls more than 5 % below what was paid in the two months before. The note gives no percentage for the income's own
limits and knows no municipal criteria: those stand at our defaults (Q21), and are never said to come from the note.
"""
