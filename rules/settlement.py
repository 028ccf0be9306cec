"""Settling what earlier months were paid too much or too little (efterregulering) in one payment.

BEK 227/2024 § 3, stk. 4 and § 4, stk. 4: in full in the next payment if possible, else in the following ones; the
payment never falls below 0 (Q12), and a person may spread it with a cap a month (Q19). Kroner before tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.money import ZERO
from rules.months import Month


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of one adjustment, signed: positive is owed to the citizen, negative has been paid too much.

    ``may_take``: a person has chosen that it is settled forward. ``monthly``: at most so much in one payment.
    """

    month: Month
    left: Decimal
    may_take: bool = False
    monthly: Decimal | None = None


def settle(payable: Decimal, rests: Sequence[Rest]) -> list[Decimal]:
    """The part of each rest that is settled in a payment of ``payable``; their sum is its adjustment.

    What a month got too much and too little meet first, also when the debt may not be taken: a debt that has gone
    away again is not paid out as new money. Then what is owed is paid in full, and the debts are taken in the order
    they are given, as far as the payment reaches.
    """
    parts = [ZERO] * len(rests)
    _meet(rests, parts)
    for place, rest in enumerate(rests):
        if rest.left > 0:
            parts[place] = rest.left
    available = payable + sum(parts, ZERO)
    for place, rest in enumerate(rests):
        if rest.left < 0 and rest.may_take:
            limit = available if rest.monthly is None else min(available, rest.monthly)
            taken = max(ZERO, min(parts[place] - rest.left, limit))
            parts[place] -= taken
            available -= taken
    return parts


def _meet(rests: Sequence[Rest], parts: list[Decimal]) -> None:
    """Set off what is owed and what was paid too much for the same month."""
    for owed_at, owed in enumerate(rests):
        for debt_at, debt in enumerate(rests):
            if owed.left > 0 > debt.left and owed.month == debt.month:
                part = min(owed.left - parts[owed_at], parts[debt_at] - debt.left)
                parts[owed_at] += part
                parts[debt_at] -= part
