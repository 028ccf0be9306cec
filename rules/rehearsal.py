"""One month under several settings: what would be paid by itself, and what would stop, without deciding anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.decision import judge, propose
from rules.facts import Facts
from rules.month_view import MonthView
from rules.parameters import Parameters
from rules.rates import Rates
from rules.registry import Known


@dataclass(frozen=True, slots=True)
class Tried:
    """One month tried. ``subsidy`` in kroner, the same under every setting: a setting never changes the sum.

    ``stopped_by``: for each setting the codes of the open concerns by priority; () is paid by itself.
    """

    subsidy: Decimal
    stopped_by: tuple[tuple[str, ...], ...]


def tried(facts: Facts, rates: Rates, settings: Sequence[Parameters]) -> Tried:
    """What ``rules.decision.decide`` would say under each setting, by the same rules, in a third of the time.

    Nothing is frozen and no fingerprint is made. CalculationError when the basis is impossible.
    """
    calculation = propose(facts, rates)
    view, known = MonthView(facts, calculation), Known()
    judged = [judge(view, one, known).concerns for one in settings]
    return Tried(calculation.subsidy, tuple(tuple(concern.code for concern in one) for one in judged))
