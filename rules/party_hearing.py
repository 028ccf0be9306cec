"""Whether the citizen must be heard before a decision, and what is paid while the answer is awaited.

Forvaltningsloven § 19 and the seed's section on the party's rights: three questions, all yes. An ordinary month does
not ask; the first regulation from expected wage always does (bekg. 227/2024 § 4, stk. 2). Whole kroner.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rules.money import ZERO, change_percent, oere


@dataclass(frozen=True, slots=True)
class Change:
    """From one subsidy to another: signed kroner, and signed percent of the old one (None when it was 0 kr.)."""

    kroner: Decimal
    percent: Decimal | None

    @property
    def is_detriment(self) -> bool:
        """To the citizen's detriment (til ugunst): less is paid."""
        return self.kroner < 0


@dataclass(frozen=True, slots=True)
class Held:
    """What is paid on the pay day, and what waits for the hearing's end. Both whole kroner, never negative."""

    paid: Decimal
    held: Decimal


def significance(old: Decimal, new: Decimal) -> Change:
    """How much a subsidy changes: the kroner and percent the second question is asked with."""
    percent = change_percent(new, old)
    return Change(new - old, None if percent is None else oere(percent))


def looks_significant(old: Decimal, new: Decimal, percent: Decimal) -> bool:
    """A proposal for the second question: a fall of more than the limit (seed: 5 %). A person answers."""
    return new < old * (1 - percent / 100)


def should_hear(unknown: bool, significant: bool, detriment: bool) -> bool:
    """Three times yes proposes a hearing: facts unknown to the citizen, a change that is more than
    insignificant, and to the citizen's detriment (forvaltningsloven § 19, stk. 1).
    """
    return unknown and significant and detriment


def must_ask(change: Change, first_regulation: bool) -> bool:
    """Whether the three questions are asked: always at the first regulation from expected wage, else when less is
    paid.
    """
    return first_regulation or change.is_detriment


def undisputed(old: Decimal, new: Decimal) -> Held:
    """The lower amount is paid on the pay day; only the difference waits for the answer."""
    lower = max(ZERO, min(old, new))
    return Held(lower, max(old, new, ZERO) - lower)
